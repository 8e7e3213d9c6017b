"""Invoices of one's own: items, a draft, and the states that follow."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.page import GOOD, Browser
from harness.shop import Shop
from stripe_standin import StandIn


class Debtor:
    """A customer with a card and something to pay."""

    def __init__(self, shop: Shop, card: str = "pm_card_visa") -> None:
        self.v1 = shop.client.v1
        self.id = self.v1.customers.create({"email": "ann@example.com"}).id
        self.card = self.v1.payment_methods.attach(card, {"customer": self.id}).id

    def owes(self, amount: int = 2000, **params: Any) -> Any:
        """A pending item."""
        item: Any = {"customer": self.id, "amount": amount, "currency": "usd", **params}
        return self.v1.invoice_items.create(item)

    def draft(self, **params: Any) -> Any:
        """A draft with all that is owed."""
        draft: Any = {"customer": self.id, "pending_invoice_items_behavior": "include", **params}
        return self.v1.invoices.create(draft)


def test_draft_takes_what_is_pending(shop: Shop) -> None:
    """A line for each item, which is then pending no more."""
    ann = Debtor(shop)
    ann.owes(2000, description="Programme")
    ann.owes(500)
    draft = ann.draft(metadata={"order": "7"})
    assert (draft.status, draft.amount_due, draft.billing_reason) == ("draft", 2500, "manual")
    assert [line.amount for line in draft.lines.data] == [2000, 500]
    assert draft.lines.data[0].description == "Programme"
    assert ann.v1.invoice_items.list({"customer": ann.id, "pending": True}).data == []
    assert len(ann.v1.invoice_items.list({"invoice": draft.id}).data) == 2
    assert ann.v1.invoices.retrieve(draft.id) == draft


def test_draft_excludes_what_is_pending_unless_asked(shop: Shop) -> None:
    """Stripe's default."""
    ann = Debtor(shop)
    ann.owes()
    assert ann.v1.invoices.create({"customer": ann.id}).amount_due == 0


def test_draft_that_is_paid_is_finalized_first(shop: Shop) -> None:
    """It gets a number and a PaymentIntent, and the card is charged."""
    ann = Debtor(shop)
    ann.owes()
    paid = ann.v1.invoices.pay(ann.draft().id, {"payment_method": ann.card})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 2000, 0)
    assert paid.number
    assert shop.told()[-8:-1] == [
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        ann.v1.invoices.pay(paid.id)


def test_numbers_follow_finalization(shop: Shop) -> None:
    """Two drafts, the later one finalized first."""
    ann = Debtor(shop)
    ann.owes()
    first = ann.draft()
    ann.owes()
    second = ann.draft()
    opened = [ann.v1.invoices.finalize_invoice(one.id).number for one in (second, first)]
    assert [str(number)[-4:] for number in opened] == ["0001", "0002"]


def test_attached_card_that_fails_is_declined(shop: Shop) -> None:
    """It can be saved and not be charged; the invoice stays open."""
    ann = Debtor(shop, "pm_card_chargeCustomerFail")
    ann.owes()
    draft = ann.draft()
    with pytest.raises(stripe.CardError):
        ann.v1.invoices.pay(draft.id, {"payment_method": ann.card})
    after = ann.v1.invoices.retrieve(draft.id)
    assert (after.status, after.attempt_count) == ("open", 1)
    assert shop.told()[-1] == "invoice.payment_failed"


def test_invoice_is_charged_to_the_default_card(shop: Shop) -> None:
    """The invoice's own, or the customer's; without one the request must name it."""
    ann = Debtor(shop)
    ann.owes()
    draft = ann.draft()
    with pytest.raises(stripe.InvalidRequestError, match="default_payment_method"):
        ann.v1.invoices.pay(draft.id)
    ann.v1.invoices.update(draft.id, {"default_payment_method": ann.card})
    assert ann.v1.invoices.pay(draft.id).status == "paid"


def test_open_invoice_is_paid_on_its_page(shop: Shop, standin: StandIn) -> None:
    """The page of an invoice without a subscription."""
    ann = Debtor(shop)
    ann.owes(description="Programme")
    opened = ann.v1.invoices.finalize_invoice(ann.draft().id)
    browser = Browser(standin)
    page = browser.open(str(opened.hosted_invoice_url))
    assert "Programme" in page.words
    browser.press(page, "pay", **GOOD)
    assert ann.v1.invoices.retrieve(opened.id).status == "paid"


def test_void_invoice_is_paid_by_nobody(shop: Shop) -> None:
    """Its PaymentIntent ends with it; a draft cannot be voided."""
    ann = Debtor(shop)
    ann.owes()
    draft = ann.draft()
    with pytest.raises(stripe.InvalidRequestError, match="only void an open"):
        ann.v1.invoices.void_invoice(draft.id)
    ann.v1.invoices.finalize_invoice(draft.id)
    assert ann.v1.invoices.void_invoice(draft.id).status == "void"
    assert shop.told()[-2:] == ["payment_intent.canceled", "invoice.voided"]
    with pytest.raises(stripe.InvalidRequestError):
        ann.v1.invoices.pay(draft.id, {"payment_method": ann.card})


def test_deleted_draft_is_gone_with_its_items(shop: Shop) -> None:
    """Only a draft can be deleted."""
    ann = Debtor(shop)
    ann.owes()
    draft = ann.draft()
    assert ann.v1.invoices.delete(draft.id).deleted
    assert ann.v1.invoice_items.list({"customer": ann.id}).data == []
    assert ann.v1.invoices.list({"customer": ann.id}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such invoice"):
        ann.v1.invoices.retrieve(draft.id)


def test_item_is_deleted_while_it_is_pending(shop: Shop) -> None:
    """Not once it is on an invoice."""
    ann = Debtor(shop)
    loose, bound = ann.owes(), None
    assert ann.v1.invoice_items.delete(loose.id).deleted
    bound = ann.owes()
    ann.draft()
    with pytest.raises(stripe.InvalidRequestError, match="on an invoice"):
        ann.v1.invoice_items.delete(bound.id)


def test_change_of_an_invoice_is_told(shop: Shop) -> None:
    """With what it was before."""
    ann = Debtor(shop)
    ann.owes()
    ann.v1.invoices.update(ann.draft().id, {"metadata": {"order": "7"}, "description": "Gala"})
    assert shop.told()[-1] == "invoice.updated"
    assert shop.last("invoice.updated")["description"] == "Gala"
