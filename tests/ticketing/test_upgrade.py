"""Better seats: the difference is paid, the old seats are kept until then, and free afterwards."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    buy,
    pay,
    receive_all,
    refund_at_stripe,
    seats,
    told,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import (
    NotRefundable,
    NotUpgradable,
    OrderNotFound,
    SoldOut,
    StripeRejected,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade, upgrade_offers
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.refunds.submission import submit_requests


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets in section 101 at $200; section 201 costs $350."""
    return buy(container, stripe_wire)


def _upgraded(container: Container, wire: StripeWire, order: Order) -> Order:
    return pay(container, wire, start_upgrade(container, ANN, order.id, section_id="201"))


def test_the_offer_is_the_difference_for_all_tickets(container: Container, order: Order) -> None:
    """$150 a ticket, $300 in all."""
    (offer,) = upgrade_offers(container, ANN, order.id)

    assert (offer.section.id, offer.quantity) == ("201", 2)
    assert (offer.unit_amount, offer.amount_total) == (15000, 30000)


def test_the_new_seats_are_held_and_the_old_ones_kept_until_it_is_paid(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """One order of its own with a link for the difference; paid, the seats change hands."""
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")

    assert (upgrade.kind, upgrade.parent_order_id) == (OrderKind.UPGRADE, order.id)
    assert upgrade.amount_total == 30000
    assert stripe_wire.sessions()[0]["amount_total"] == 30000
    assert (seats(container, "101"), seats(container, "201")) == ((0, 2), (2, 0))

    paid = pay(container, stripe_wire, upgrade)

    assert paid.status is OrderStatus.PAID
    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (0, 2))
    parent = queries.any_order(container, order.id)
    assert (parent.section_id, parent.section_name) == ("201", "Section 201")
    assert (parent.status, parent.amount_total) == (OrderStatus.PAID, 40000)
    assert told(container) == ["payment_confirmed", "payment_confirmed"]
    assert balance(container) == 70000


def test_the_same_upgrade_again_is_the_same_order(container: Container, order: Order) -> None:
    """Asked twice, held and charged once."""
    first = start_upgrade(container, ANN, order.id, section_id="201")

    assert start_upgrade(container, ANN, order.id, section_id="201") == first
    assert seats(container, "201") == (2, 0)


@pytest.mark.parametrize("way", ["canceled", "expired"])
def test_an_upgrade_that_is_not_paid_changes_nothing(
    container: Container, clock: MovableClock, order: Order, way: str
) -> None:
    """The new seats are free again and the old ones still the buyer's."""
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    if way == "canceled":
        cancel_order(container, ANN, upgrade.id)
    else:
        clock.move(minutes=50)
        reconcile(container)

    assert (seats(container, "101"), seats(container, "201")) == ((0, 2), (0, 0))
    assert queries.any_order(container, order.id) == order


def test_refunding_an_upgraded_order_returns_both_payments(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """One request, two refunds, told in one message with the whole amount."""
    _upgraded(container, stripe_wire, order)

    quote = quote_refund(container, ANN, order.id)
    assert quote.amount == 70000
    request = refund_tickets(
        container, ANN, order.id, quantity=2, quote_version=quote.quote_version
    )
    receive_all(container, stripe_wire)

    assert (request.amount, request.status) == (70000, RefundStatus.SUCCEEDED)
    refunded = sorted(refund["amount"] for refund in stripe_wire.list_all("/v1/refunds"))
    assert refunded == [30000, 40000]
    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (0, 0))
    assert told(container).count("refund_succeeded") == 1
    assert balance(container) == 0


def test_one_ticket_of_an_upgraded_order_returns_its_share_of_both(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """$200 and $150; the other ticket stays in the new section."""
    _upgraded(container, stripe_wire, order)
    quote = quote_refund(container, ANN, order.id, 1)

    refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote.quote_version)

    assert quote.amount == 35000
    assert seats(container, "201") == (0, 1)
    assert quote_refund(container, ANN, order.id).amount == 35000


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_refund_of_both_payments_that_is_cut_off_anywhere_ends_whole(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order, lost: int
) -> None:
    """Stripe goes away before the first, between the two or after: both once, told once."""
    _upgraded(container, stripe_wire, order)
    quote = quote_refund(container, ANN, order.id)
    answered: list[str] = []

    def cut_after(path: str) -> None:
        if path == "/v1/refunds":
            answered.append(path)
        if len(answered) >= lost:
            stripe_wire.lose_answers()

    if lost:
        stripe_wire.on_answer = cut_after
    else:
        stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        refund_tickets(container, ANN, order.id, quantity=2, quote_version=quote.quote_version)
    assert "refund_succeeded" not in told(container)

    stripe_wire.on_answer = lambda path: None
    stripe_wire.mend()
    clock.move(minutes=2)
    submit_requests(container)
    receive_all(container, stripe_wire)

    refunded = sorted(refund["amount"] for refund in stripe_wire.list_all("/v1/refunds"))
    assert refunded == [30000, 40000]
    assert told(container).count("refund_succeeded") == 1
    assert balance(container) == 0


def test_while_an_upgrade_waits_the_order_is_not_refunded(
    container: Container, order: Order
) -> None:
    """Its price was made for these tickets."""
    start_upgrade(container, ANN, order.id, section_id="201")

    with pytest.raises(NotRefundable) as caught:
        quote_refund(container, ANN, order.id)
    assert caught.value.reason == "upgrade_open"


def test_an_upgrade_that_is_paid_after_its_order_was_refunded_is_paid_back(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """There are no tickets left to better: the difference goes back once, the seats stay free."""
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    refund_at_stripe(stripe_wire, order)
    receive_all(container, stripe_wire)

    assert pay(container, stripe_wire, upgrade).status is OrderStatus.NEEDS_ATTENTION
    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (0, 0))
    for _ in range(2):
        submit_requests(container)

    assert queries.any_order(container, upgrade.id).status is OrderStatus.REFUNDED
    assert balance(container) == 0


def _reason(container: Container, order: Order) -> str:
    with pytest.raises(NotUpgradable) as caught:
        upgrade_offers(container, ANN, order.id)
    return caught.value.reason


def test_each_reason_against_an_upgrade_is_said(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """Dearest already, sold out, refunded, begun."""
    dearest = buy(container, stripe_wire, section_id="201", quantity=8)
    assert _reason(container, dearest) == "no_dearer"
    buy(container, stripe_wire, section_id="201", quantity=1, buyer=Buyer("rest", "ben"))
    assert _reason(container, order) == "sold_out"
    clock.offset += order.starts_at - clock()
    assert _reason(container, order) == "begun"
    refund_at_stripe(stripe_wire, order)
    receive_all(container, stripe_wire)
    assert _reason(container, order) == "nothing_left"


def test_seats_that_went_meanwhile_are_not_held(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The offer was honest then; the statement decides now."""
    buy(container, stripe_wire, section_id="201", quantity=8, buyer=Buyer("rest", "ben"))
    buy(container, stripe_wire, section_id="201", quantity=1, buyer=Buyer("rest", "ben"))

    with pytest.raises(SoldOut) as caught:
        start_upgrade(container, ANN, order.id, section_id="201")
    assert caught.value.seats_left == 1
    assert seats(container, "201") == (0, 9)


def test_stripe_away_keeps_the_upgrade_and_a_refusal_cancels_it(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """As with any order: the same key later, or nothing held."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        start_upgrade(container, ANN, order.id, section_id="201")
    stripe_wire.mend()
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    assert len(stripe_wire.sessions()) == 2
    cancel_order(container, ANN, upgrade.id)

    stripe_wire.refuse()
    with pytest.raises(StripeRejected):
        start_upgrade(container, ANN, order.id, section_id="201")
    assert seats(container, "201") == (0, 0)


def test_nobody_betters_somebody_elses_order(container: Container, order: Order) -> None:
    """As if it did not exist."""
    with pytest.raises(OrderNotFound):
        start_upgrade(container, Buyer("rest", "eve"), order.id, section_id="201")
