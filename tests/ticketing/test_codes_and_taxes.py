"""The order's total is what Stripe charged: discounts, taxes, and refunds of their shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    give_back,
    receive,
    receive_all,
    refund_at_stripe,
    refunded,
    seats,
    told,
)
from tests.ticketing.test_refund_fee import sell_with_fee
from ticket_clerk.http.orders_api import order_json
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.domain.money import smallest
from ticket_clerk.ticketing.orders import native_payments, queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.ticketing.reports.stats import payment_summary


@pytest.fixture
def discounting(container: Container) -> Container:
    """A shop that takes codes."""
    return _with(container, promotion_codes=True)


def _with(container: Container, **settings: Any) -> Container:
    return replace(container, settings=replace(container.settings, **settings))


def code(wire: StripeWire, name: str = "SUMMER10", **coupon: Any) -> str:
    """Make a promotion code in Stripe's dashboard, for a tenth unless told otherwise."""
    made = wire.post("/v1/coupons", **(coupon or {"percent_off": 10}))
    promotion = {"promotion[type]": "coupon", "promotion[coupon]": made["id"], "code": name}
    return str(wire.post("/v1/promotion_codes", **promotion)["id"])


def order_of(container: Container, quantity: int = 3, section_id: str = "101") -> Order:
    """Order tickets for Lakers vs Warriors: $200 in section 101."""
    return start_checkout(
        container, ANN, show_id="lakers-warriors", section_id=section_id, quantity=quantity
    )


def pay(container: Container, wire: StripeWire, order: Order, typed: str = "") -> Order:
    """Pay on Stripe's page, with a code where one is typed."""
    if typed:
        assert wire.standin.enter_code(str(order.checkout_session_id), typed) == ""
    wire.standin.pay(str(order.checkout_session_id))
    receive_all(container, wire)
    return queries.any_order(container, order.id)


def booked(wire: StripeWire) -> int:
    """Add up Stripe's own books, in cents."""
    return sum(entry["amount"] for entry in wire.list_all("/v1/balance_transactions"))


def check_books(container: Container, wire: StripeWire) -> None:
    """The ledger is Stripe's balance, and every order's sums are those of its charge."""
    assert balance(container) == booked(wire)
    charges = {one["payment_intent"]: one for one in wire.list_all("/v1/charges") if one["paid"]}
    with container.database.read() as conn:
        for row in conn.execute(
            sa.select(schema.orders).where(schema.orders.c.paid_at.isnot(None))
        ):
            if row.payment_intent_id:
                charge = charges[row.payment_intent_id]
                sums = (row.amount_total, row.amount_refunded)
                assert sums == (charge["amount"], charge["amount_refunded"])


def test_a_code_that_is_typed_on_the_page_is_in_the_orders_total(
    discounting: Container, stripe_wire: StripeWire
) -> None:
    """Order, API, ledger and figures say what was charged; the tickets are there."""
    code(stripe_wire)
    order = pay(discounting, stripe_wire, order_of(discounting), "summer10")

    assert (order.status, order.amount_total) == (OrderStatus.PAID, 54000)
    shown = order_json(order)
    assert (shown["amount_subtotal"], shown["amount_discount"]) == (600, 60)
    assert (shown["amount_total"], shown["lines"][0]["amount_total"]) == (540, 540)
    earned = payment_summary(discounting, since=None, until=None)["usd"]
    assert earned.total_revenue == 54000
    assert "payment_confirmed" in told(discounting)
    check_books(discounting, stripe_wire)


@pytest.mark.parametrize("behavior", ["exclusive", "inclusive"])
def test_tax_is_in_the_orders_total_as_stripe_reckoned_it(
    container: Container, stripe_wire: StripeWire, behavior: str
) -> None:
    """Added to the price, or found in it."""
    stripe_wire.standin.tax_rate = Decimal("8.875")
    shop = _with(container, automatic_tax=behavior)
    order = pay(shop, stripe_wire, order_of(shop))

    tax = {"exclusive": 5325, "inclusive": 4891}[behavior]
    total = 60000 + (tax if behavior == "exclusive" else 0)
    assert order.status is OrderStatus.PAID
    assert (order.amount_tax, order.amount_total, order.tax_behavior) == (tax, total, behavior)
    assert give_back(shop, order, 1).value == "succeeded"
    receive_all(shop, stripe_wire)
    assert refunded(stripe_wire) == [total // 3]
    check_books(shop, stripe_wire)


def test_code_and_tax_together_and_every_ticket_returned_one_by_one(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The parts are what was really paid, to the cent, and nothing is left."""
    stripe_wire.standin.tax_rate = Decimal("7.25")
    shop = _with(container, promotion_codes=True, automatic_tax="exclusive")
    code(stripe_wire, percent_off=33)
    order = pay(shop, stripe_wire, order_of(shop, 7), "SUMMER10")
    assert order.amount_total == 140000 - 46200 + 6801  # 6800.5 and a half up

    for _ in range(7):
        assert give_back(shop, order, 1).value == "succeeded"
        receive_all(shop, stripe_wire)
    assert sum(refunded(stripe_wire)) == order.amount_total
    assert {part - order.amount_total // 7 for part in refunded(stripe_wire)} <= {0, 1}
    assert queries.any_order(shop, order.id).status is OrderStatus.REFUNDED
    assert seats(shop) == (0, 0)
    check_books(shop, stripe_wire)


NOW = datetime(2031, 1, 1, tzinfo=timezone.utc)
_ORDER = Order(
    id="ord_property",
    status=OrderStatus.PAID,
    kind=OrderKind.PURCHASE,
    buyer=ANN,
    show_id="lakers-warriors",
    show_name="Lakers vs Warriors",
    section_id="101",
    section_name="Section 101",
    quantity=1,
    currency="usd",
    unit_amount=1,
    amount_total=1,
    created_at=NOW,
    expires_at=NOW,
    hold_expires_at=NOW,
)


@given(
    total=st.integers(1, 99_999_999),
    quantity=st.integers(1, 8),
    currency=st.sampled_from(["usd", "jpy", "kwd", "isk"]),
    data=st.data(),
)
def test_the_shares_of_all_tickets_are_exactly_what_was_charged(
    total: int, quantity: int, currency: str, data: st.DataObject
) -> None:
    """In whatever portions; no two tickets differ by more than the smallest sum that moves."""
    step = smallest(currency)
    total = max(step, total // step * step)
    order = replace(_ORDER, currency=currency, quantity=quantity, amount_total=total)
    returned, parts = 0, []
    while returned < quantity:
        portion = data.draw(st.integers(1, quantity - returned))
        parts.append(order.share(portion, returned=returned))
        returned += portion
    singles = [order.share(1, returned=place) for place in range(quantity)]
    assert sum(parts) == sum(singles) == total
    assert max(singles) - min(singles) <= step
    assert all(part % step == 0 and part >= 0 for part in (*parts, *singles))


def test_a_refund_fee_is_kept_of_what_was_really_paid(
    discounting: Container, stripe_wire: StripeWire
) -> None:
    """A percentage is one of the price after the discount; nothing else is kept."""
    sell_with_fee(discounting, "10%")
    code(stripe_wire, percent_off=50)
    order = pay(discounting, stripe_wire, order_of(discounting), "SUMMER10")

    quote = quote_refund(discounting, ANN, order.id, 1)
    assert (quote.amount, quote.fee) == (9000, 1000)
    for _ in range(3):
        give_back(discounting, order, 1)
        receive_all(discounting, stripe_wire)
    after = queries.any_order(discounting, order.id)
    assert (after.status, after.amount_refunded) == (OrderStatus.REFUNDED, 27000)
    assert after.amount_kept == 3000
    check_books(discounting, stripe_wire)


def test_a_refund_at_stripe_of_a_discounted_tickets_share_takes_that_ticket(
    discounting: Container, stripe_wire: StripeWire
) -> None:
    """What was paid for one gives one up; its list price is no ticket's any more."""
    code(stripe_wire)
    order = pay(discounting, stripe_wire, order_of(discounting), "SUMMER10")
    refund_at_stripe(stripe_wire, order, amount=18000)
    receive_all(discounting, stripe_wire)
    assert queries.any_order(discounting, order.id).tickets_left == 2
    refund_at_stripe(stripe_wire, order, amount=20000)
    receive_all(discounting, stripe_wire)
    assert queries.any_order(discounting, order.id).tickets_left == 2
    check_books(discounting, stripe_wire)


def test_an_upgrade_of_discounted_seats_costs_the_whole_difference_and_its_tax(
    container: Container, stripe_wire: StripeWire
) -> None:
    """No code is taken for it; tickets that go back bring both payments' shares."""
    stripe_wire.standin.tax_rate = Decimal(10)
    shop = _with(container, promotion_codes=True, automatic_tax="exclusive")
    code(stripe_wire)
    order = pay(shop, stripe_wire, order_of(shop, 2), "SUMMER10")
    upgrade = start_upgrade(shop, ANN, order.id, section_id="201")
    assert stripe_wire.standin.enter_code(str(upgrade.checkout_session_id), "SUMMER10")
    upgrade = pay(shop, stripe_wire, upgrade)

    assert (order.amount_total, upgrade.amount_total) == (39600, 33000)
    quote = quote_refund(shop, ANN, order.id, 1)
    assert [share.amount for share in quote.shares] == [19800, 16500]
    give_back(shop, order)
    receive_all(shop, stripe_wire)
    check_books(shop, stripe_wire)
    assert balance(shop) == 0


def test_a_code_that_leaves_nothing_to_pay_gives_tickets_and_no_payment(
    discounting: Container, stripe_wire: StripeWire
) -> None:
    """Paid, with a total of 0; the ledger has no movement, and a refund says why there is none."""
    code(stripe_wire, percent_off=100)
    order = pay(discounting, stripe_wire, order_of(discounting), "SUMMER10")

    assert (order.status, order.amount_total, order.payment_intent_id) == (
        OrderStatus.PAID,
        0,
        None,
    )
    assert (seats(discounting), balance(discounting)) == ((0, 3), 0)
    assert "payment_confirmed" in told(discounting)
    with discounting.database.read() as conn:
        issued = conn.execute(sa.select(sa.func.count()).select_from(schema.tickets)).scalar()
    assert issued == 3
    with pytest.raises(NotRefundable) as refused:
        quote_refund(discounting, ANN, order.id)
    assert refused.value.reason == "free"
    assert receive_all(discounting, stripe_wire)
    assert queries.any_order(discounting, order.id) == order
    check_books(discounting, stripe_wire)


# What a session could say that the order did not allow: its sums, by the order's settings.
WRONG: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"amount_total": 54000, "amount_discount": 6000}),
    ({"promotion_codes": True}, {"amount_total": 54000}),
    ({"promotion_codes": True}, {"amount_total": 53999, "amount_discount": 6000}),
    ({"promotion_codes": True}, {"amount_subtotal": 54000, "amount_total": 54000}),
    ({"promotion_codes": True}, {"amount_total": 70000, "amount_discount": -10000}),
    ({"promotion_codes": True}, {"amount_total": 0, "amount_discount": 60000}),
    ({"promotion_codes": True}, {"payment_status": "no_payment_required"}),
    ({}, {"amount_total": 66000, "amount_tax": 6000}),
    ({}, {"amount_tax": 6000}),
    ({"automatic_tax": "exclusive"}, {"amount_tax": 6000}),
    ({"automatic_tax": "exclusive"}, {"amount_total": 54000, "amount_tax": -6000}),
    ({"automatic_tax": "exclusive"}, {"amount_total": 54000, "amount_discount": 6000}),
    ({"automatic_tax": "inclusive"}, {"amount_total": 66000, "amount_tax": 6000}),
    ({}, {"amount_total": 60500, "amount_shipping": 500}),
    ({}, {"currency": "eur"}),
]


@pytest.mark.takes_turns
@pytest.mark.parametrize(("terms", "said"), WRONG)
def test_a_session_whose_sums_the_order_did_not_allow_waits_for_somebody(
    container: Container,
    stripe_wire: StripeWire,
    terms: dict[str, Any],
    said: dict[str, Any],
) -> None:
    """Signed as it may be: no tickets, and a person looks at it. As it was meant it settles."""
    shop = _with(container, **terms)
    order = order_of(shop)
    stripe_wire.standin.pay(str(order.checkout_session_id))
    event = stripe_wire.events("checkout.session.completed")[-1]
    session = event["data"]["object"]
    for name, value in said.items():
        holder = session if name in session else session["total_details"]
        holder[name] = value

    receive(shop, event)
    assert queries.any_order(shop, order.id).status is OrderStatus.NEEDS_ATTENTION
    assert "payment_needs_attention" in told(shop)
    other = order_of(shop, 2)
    stripe_wire.standin.pay(str(other.checkout_session_id))
    honest = stripe_wire.events("checkout.session.completed")[-1]
    receive(shop, honest)
    assert queries.any_order(shop, other.id).status is OrderStatus.PAID


def test_what_an_order_allows_is_fixed_when_it_is_made(
    discounting: Container, stripe_wire: StripeWire
) -> None:
    """Codes that are switched off afterwards are still good for a page that had the field."""
    code(stripe_wire)
    order = order_of(discounting)
    after = _with(discounting, promotion_codes=False)
    assert pay(after, stripe_wire, order, "SUMMER10").status is OrderStatus.PAID
    other = order_of(after, 2)
    assert stripe_wire.standin.enter_code(str(other.checkout_session_id), "SUMMER10")


def test_a_decline_over_the_reduced_sum_is_told(
    discounting: Container, stripe_wire: StripeWire
) -> None:
    """The PaymentIntent of a page with a code is not over the order's price."""
    code(stripe_wire)
    order = order_of(discounting)
    stripe_wire.standin.enter_code(str(order.checkout_session_id), "SUMMER10")
    stripe_wire.standin.pay(str(order.checkout_session_id), card="4000000000000002")
    receive_all(discounting, stripe_wire)
    assert told(discounting) == ["payment_declined"]


def test_a_messenger_collects_no_order_whose_tax_only_stripe_reckons(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A sum without tax would be less than is due."""
    shop = _with(container, automatic_tax="exclusive")
    order = order_of(shop)
    assert native_payments.payable_order(shop, order.id) is None
    refused = native_payments.refusal(shop, order.id, amount=60000, currency="usd")
    assert refused is native_payments.Refusal.CLOSED


def test_an_invoice_and_a_tax_id_are_asked_for_where_they_are_switched_on(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Once for a guest, and again for the customer that the first payment made."""
    shop = _with(container, invoices=True, collect_tax_ids=True, automatic_tax="inclusive")
    for quantity in (1, 2):
        order = pay(shop, stripe_wire, order_of(shop, quantity))
        session = stripe_wire.sessions()[0]
        assert order.status is OrderStatus.PAID
        assert session["tax_id_collection"]["enabled"]
        assert session["invoice"]
    assert order.customer_id is not None
