"""Tax, tax ids, invoices and receipts of Checkout Sessions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import stripe

from harness.page import GOOD, Browser
from harness.shop import TICKETS, Shop
from stripe_standin import StandIn

TAXED = {"automatic_tax": {"enabled": True}}


def _items(behavior: str, amount: int = 20000) -> list[dict[str, Any]]:
    data = TICKETS["line_items"][0]["price_data"]
    return [
        {"price_data": {**data, "tax_behavior": behavior, "unit_amount": amount}, "quantity": 2}
    ]


@pytest.mark.parametrize(
    ("behavior", "tax", "total"),
    [("exclusive", 3550, 43550), ("inclusive", 3261, 40000), ("unspecified", 3550, 43550)],
)
def test_tax_is_known_when_the_buyer_pays(
    shop: Shop, standin: StandIn, behavior: str, tax: int, total: int
) -> None:
    """Added to the prices or contained in them; unspecified means added, for US dollars."""
    standin.tax_rate = Decimal("8.875")
    session = shop.session(line_items=_items(behavior), **TAXED)
    assert session.automatic_tax.status == "requires_location_inputs"
    assert (session.amount_total, session.total_details.amount_tax) == (40000, 0)
    browser = Browser(standin)
    page = browser.open(session.url)
    assert ("Tax (included)" in page.words) is (behavior == "inclusive")
    browser.press(page, "pay", **GOOD)
    paid = shop.again(session, "payment_intent", "line_items")
    assert paid.automatic_tax.status == "complete"
    assert (paid.amount_subtotal, paid.total_details.amount_tax) == (40000, tax)
    assert paid.amount_total == paid.payment_intent.amount_received == total
    assert sum(one.amount_tax for one in paid.line_items.data) == tax


def test_tax_is_on_what_the_discount_leaves(shop: Shop, standin: StandIn) -> None:
    """Half a cent is rounded up."""
    standin.tax_rate = Decimal(5)
    coupon = shop.client.v1.coupons.create({"percent_off": 10})
    session = shop.session(
        line_items=_items("exclusive", 50), discounts=[{"coupon": coupon.id}], **TAXED
    )
    standin.pay(session.id)
    paid = shop.again(session)
    assert (paid.amount_subtotal, paid.amount_total) == (100, 95)
    assert paid.total_details.to_dict() == {
        "amount_discount": 10, "amount_shipping": 0, "amount_tax": 5
    }  # fmt: skip


def test_session_without_automatic_tax_has_none(shop: Shop, standin: StandIn) -> None:
    """Whatever the rate."""
    standin.tax_rate = Decimal(20)
    assert shop.sold().amount_total == 40000


def test_taxes_of_an_existing_customer_need_leave_to_change_it(shop: Shop) -> None:
    """Address for the tax, name for the tax id, as at Stripe."""
    ann = shop.client.v1.customers.create({"email": "ann@example.com"}).id
    collects = {"tax_id_collection": {"enabled": True}}
    for wanted, update in ((TAXED, {"address": "auto"}), (collects, {"name": "auto"})):
        with pytest.raises(stripe.InvalidRequestError):
            shop.session(customer=ann, **wanted)
        assert shop.session(customer=ann, customer_update=update, **wanted).status == "open"
    with pytest.raises(stripe.InvalidRequestError, match="with `customer`"):
        shop.session(customer_update={"address": "auto"})


def test_paid_session_has_its_invoice(shop: Shop, standin: StandIn) -> None:
    """Made after the payment, for a customer of its own, with discount, tax and tax id."""
    standin.tax_rate = Decimal(10)
    coupon = shop.client.v1.coupons.create({"percent_off": 50})
    session = shop.session(
        line_items=_items("exclusive"),
        invoice_creation={"enabled": True, "invoice_data": {"metadata": {"order_id": "ord_1"}}},
        tax_id_collection={"enabled": True},
        discounts=[{"coupon": coupon.id}],
        **TAXED,
    )
    browser = Browser(standin)
    browser.press(browser.open(session.url), "pay", **GOOD, tax_id="de123456789")
    paid = shop.again(session, "invoice")
    assert (paid.invoice.status, paid.invoice.amount_paid) == ("paid", 22000)
    assert (paid.invoice.subtotal, paid.invoice.total_excluding_tax) == (40000, 20000)
    assert paid.invoice.total_discount_amounts[0].amount == 20000
    assert paid.invoice.total_taxes[0].amount == 2000
    assert paid.invoice.metadata.to_dict() == {"order_id": "ord_1"}
    assert paid.customer_details.tax_ids[0].to_dict() == {"type": "eu_vat", "value": "DE123456789"}
    assert paid.invoice.customer == paid.customer
    assert "Invoice paid" in browser.open(paid.invoice.hosted_invoice_url).words
    told = shop.told()
    assert told.index("invoice.paid") < told.index("checkout.session.completed")


def test_bank_debit_has_its_invoice_once_the_money_came(shop: Shop, standin: StandIn) -> None:
    """Not while the bank is asked."""
    session = shop.session(invoice_creation={"enabled": True})
    standin.pay(session.id, delayed="succeeds")
    assert shop.again(session).invoice is None
    standin.clock.offset_s = 120
    standin.expire_overdue()
    assert shop.again(session, "invoice").invoice.status == "paid"


def test_free_session_has_an_invoice_over_nothing(shop: Shop, standin: StandIn) -> None:
    """Paid, without a payment."""
    coupon = shop.client.v1.coupons.create({"percent_off": 100})
    session = shop.session(invoice_creation={"enabled": True}, discounts=[{"coupon": coupon.id}])
    standin.pay(session.id)
    paid = shop.again(session, "invoice")
    assert (paid.invoice.status, paid.invoice.amount_paid) == ("paid", 0)


def test_charge_has_a_receipt_that_tells_of_refunds(shop: Shop, standin: StandIn) -> None:
    """A declined one has none."""
    sold = shop.again(shop.sold(), "payment_intent.latest_charge").payment_intent
    page = Browser(standin).open(sold.latest_charge.receipt_url)
    assert "$400.00 was paid" in page.words
    shop.client.v1.refunds.create({"payment_intent": sold.id, "amount": 5000})
    assert (
        "$50.00 of it was refunded" in Browser(standin).open(sold.latest_charge.receipt_url).words
    )
    session = shop.session()
    standin.pay(session.id, "4000000000000002")
    declined = shop.again(session, "payment_intent.latest_charge").payment_intent.latest_charge
    assert declined.receipt_url is None
    assert Browser(standin).open(f"{standin.base_url}/receipts/{declined.id}").status == 404


@pytest.mark.parametrize(
    "name", ["automatic_tax", "tax_id_collection", "allow_promotion_codes", "discounts"]
)
def test_subscriptions_take_neither_codes_nor_tax_here(shop: Shop, name: str) -> None:
    """Stripe's do; the stand-in says that it does not."""
    data = {**TICKETS["line_items"][0]["price_data"], "recurring": {"interval": "year"}}
    coupon = shop.client.v1.coupons.create({"percent_off": 10})
    values: dict[str, Any] = {
        "allow_promotion_codes": True, "discounts": [{"coupon": coupon.id}],
    }  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError, match="does not support"):
        shop.session(
            mode="subscription",
            payment_intent_data=None,
            line_items=[{"price_data": data, "quantity": 1}],
            **{name: values.get(name, {"enabled": True})},
        )
