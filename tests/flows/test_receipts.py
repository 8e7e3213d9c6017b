"""Receipts and invoices in the chat: Stripe's own pages, of the buyer's own paid orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, pay, refund_at_stripe
from tests.ticketing.test_codes_and_taxes import code
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, PaymentItem
from ticket_clerk.ticketing.orders.checkout import start_checkout


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


def receipt_of(wire: StripeWire, order: Order) -> str:
    """Where the stand-in shows the receipt of an order's payment."""
    charges = {one["payment_intent"]: one for one in wire.list_all("/v1/charges") if one["paid"]}
    return str(charges[order.payment_intent_id]["receipt_url"])


def shop_with(container: Container, **settings: Any) -> Container:
    """The same shop with other settings."""
    return replace(container, settings=replace(container.settings, **settings))


@pytest.mark.parametrize(
    "words",
    ["I need a receipt", "can I get an invoice?", "where's my receipt", "receipt please"],
)
def test_the_receipt_of_a_paid_order_is_stripes(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, words: str
) -> None:
    """With the order's number, its total and the address; it tells of refunds by itself."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    assert sam.say(words, "out_of_scope") == ["utter_receipt_of_order"]
    for part in (order.id, "$400.00", receipt_of(stripe_wire, order)):
        assert part in sam.read_all()
    refund_at_stripe(stripe_wire, order, amount=5000)
    status, _, page = stripe_wire.standin.handle("GET", receipt_of(stripe_wire, order), {}, b"")
    assert (status, b"$50.00 of it was refunded" in page) == (200, True)


def test_an_order_that_is_named_is_the_one(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Else each of the newest three."""
    first = buy(container, stripe_wire, buyer=sam.buyer)
    buy(container, stripe_wire, buyer=sam.buyer, quantity=1)
    assert sam.say("I need a receipt", "out_of_scope") == ["utter_receipt_of_order"] * 2
    said = sam.say(f"I need an invoice for order {first.id}", "out_of_scope")
    assert said == ["utter_receipt_of_order"]
    assert receipt_of(stripe_wire, first) in sam.read_all()


def test_an_invoice_is_given_where_stripe_makes_them(
    container: Container, stripe_wire: StripeWire
) -> None:
    """In the place of the receipt."""
    shop = shop_with(container, invoices=True)
    sam = FormDriver(shop)
    assert sam.say("do you issue invoices?") == ["utter_about_invoice_made"]
    order = buy(shop, stripe_wire, buyer=sam.buyer)
    assert sam.say("I need an invoice", "out_of_scope") == ["utter_invoice_of_order"]
    invoice = stripe_wire.list_all("/v1/invoices")[0]
    assert invoice["metadata"]["order_id"] == order.id
    assert invoice["hosted_invoice_url"] in sam.read_all()


def test_nobody_gets_somebody_elses_receipt(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Not by its number either."""
    other = buy(container, stripe_wire)
    sam.say(f"I need the receipt of {other.id}", "out_of_scope")
    assert receipt_of(stripe_wire, other) not in sam.read_all()
    assert sam.say("I need a receipt", "out_of_scope") == ["utter_about_invoice"]
    mine = buy(container, stripe_wire, buyer=sam.buyer)
    sam.say(f"I need the receipt of {other.id}", "out_of_scope")
    assert receipt_of(stripe_wire, other) not in sam.read_all()
    sam.say("I need a receipt", "out_of_scope")
    assert receipt_of(stripe_wire, mine) in sam.read_all()


def test_an_order_without_a_payment_has_no_receipt(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A code had left nothing to pay."""
    shop = shop_with(container, promotion_codes=True)
    code(stripe_wire, "FREE", percent_off=100)
    sam = FormDriver(shop)
    order = start_checkout(
        shop, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=1,
        promotion_code="FREE",
    )  # fmt: skip
    pay(shop, stripe_wire, order)
    assert sam.say("I need a receipt", "out_of_scope") == ["utter_no_receipt"]


def test_while_stripe_does_not_answer_it_is_asked_for_again(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Nothing is made up."""
    buy(container, stripe_wire, buyer=sam.buyer)
    stripe_wire.cut()
    assert sam.say("I need a receipt", "out_of_scope") == ["utter_receipt_delayed"]
    stripe_wire.mend()


def test_an_e_mail_that_is_known_gets_stripes_receipt(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The caller of the library or the API knew it before the page."""
    session = container.stripe.create_checkout_session(
        [PaymentItem("Ticket", 50)], "http://localhost/a", "http://localhost/b", "ann@example.com"
    )
    stripe_wire.standin.pay(session.id)
    (charge,) = stripe_wire.list_all("/v1/charges")
    assert charge["receipt_email"] == "ann@example.com"
