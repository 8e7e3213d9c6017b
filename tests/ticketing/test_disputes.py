"""A bank that takes its money back: the order says so until it is decided."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    buy,
    pay,
    receive,
    receive_all,
    refund_at_stripe,
    refunded,
    seats,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.ticketing.refunds.submission import submit_requests

DISPUTED = "4000000000000259"


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets whose payment the bank disputes at once."""
    return buy(container, stripe_wire, card=DISPUTED)


def _decide(wire: StripeWire, evidence: str) -> list[dict[str, Any]]:
    (dispute,) = wire.list_all("/v1/disputes")
    wire.post(
        f"/v1/disputes/{dispute['id']}",
        **{"evidence[uncategorized_text]": evidence, "submit": "true"},
    )
    return [event for event in wire.events() if event["type"].startswith("charge.dispute.")]


def _status(container: Container, order: Order) -> OrderStatus:
    return queries.any_order(container, order.id).status


def test_a_disputed_order_keeps_its_seats_and_is_not_refunded_too(
    container: Container, order: Order
) -> None:
    """The bank has the money; nobody gives it back a second time."""
    assert (order.status, seats(container)) == (OrderStatus.DISPUTED, (0, 2))
    assert balance(container) == 0
    with pytest.raises(NotRefundable) as caught:
        quote_refund(container, ANN, order.id)
    assert caught.value.reason == "disputed"


@pytest.mark.parametrize(
    ("evidence", "status", "left"),
    [
        ("winning_evidence", OrderStatus.PAID, 40000),
        ("losing_evidence", OrderStatus.DISPUTED, 0),
    ],
)
def test_the_end_is_the_same_in_whatever_order_the_events_come(
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
    evidence: str,
    status: OrderStatus,
    left: int,
) -> None:
    """Won, the order is paid again; lost, a person decides about the seats."""
    events = _decide(stripe_wire, evidence)
    closed = [e for e in events if e["type"] != "charge.dispute.created"]

    for number, permutation in enumerate(itertools.permutations(closed)):
        for event in permutation:
            receive(container, {**event, "id": f"{event['id']}_{number}"})
        assert (_status(container, order), balance(container)) == (status, left)
    receive_all(container, stripe_wire)
    assert (_status(container, order), balance(container)) == (status, left)


def test_a_dispute_that_is_told_after_it_was_won_changes_nothing(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The created event comes last."""
    order = buy(container, stripe_wire, card="4242424242424242")
    disputed = buy(container, stripe_wire, quantity=1, card=DISPUTED)
    events = _decide(stripe_wire, "winning_evidence")

    for number, event in enumerate(reversed(events)):
        receive(container, {**event, "id": f"{event['id']}_late{number}"})

    assert _status(container, order) is OrderStatus.PAID
    assert _status(container, disputed) is OrderStatus.PAID


def test_a_dispute_that_is_told_before_its_payment_is_found_by_the_next_pass(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Its event finds no payment and does not come again: the pass asks Stripe, once."""
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(order.checkout_session_id, card=DISPUTED)
    for event in reversed(stripe_wire.events()):
        receive(container, event)
    assert _status(container, order) is OrderStatus.PAID

    assert reconcile(container) == {"disputed": 1}
    assert reconcile(container) == {"unchanged": 1}

    assert (_status(container, order), balance(container)) == (OrderStatus.DISPUTED, 0)


@pytest.mark.parametrize(
    ("evidence", "status", "left"),
    [("winning_evidence", OrderStatus.PAID, 40000), ("losing_evidence", OrderStatus.DISPUTED, 0)],
)
def test_a_dispute_whose_end_was_not_received_is_found_too(
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
    evidence: str,
    status: OrderStatus,
    left: int,
) -> None:
    """All events since were lost."""
    _decide(stripe_wire, evidence)

    for _ in range(2):
        reconcile(container)

    assert (_status(container, order), balance(container)) == (status, left)


def test_an_inquiry_takes_nothing(container: Container, stripe_wire: StripeWire) -> None:
    """The bank only asks; whatever comes of the question, the order is paid."""
    order = buy(container, stripe_wire, card="4242424242424242")
    buy(container, stripe_wire, quantity=1, card=DISPUTED)
    (event,) = stripe_wire.events("charge.dispute.created")
    dispute = {**event["data"]["object"], "payment_intent": order.payment_intent_id}
    for number, word in enumerate(
        ["warning_needs_response", "warning_under_review", "warning_closed"]
    ):
        asked = {**dispute, "id": "du_asked", "status": word}
        receive(container, {**event, "id": f"evt_asked{number}", "data": {"object": asked}})

    assert _status(container, order) is OrderStatus.PAID
    assert balance(container) == 40000


def test_a_won_upgrade_whose_tickets_went_back_meanwhile_is_refunded(
    container: Container, stripe_wire: StripeWire
) -> None:
    """While the bank had its money nobody could; nothing is kept for seats that nobody has."""
    order = buy(container, stripe_wire, card="4242424242424242")
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    pay(container, stripe_wire, upgrade, card=DISPUTED)
    assert _status(container, upgrade) is OrderStatus.DISPUTED
    refund_at_stripe(stripe_wire, order)
    receive_all(container, stripe_wire)
    assert _status(container, order) is OrderStatus.REFUNDED
    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (0, 0))

    for event in _decide(stripe_wire, "winning_evidence"):
        receive(container, event)
    for _ in range(2):
        submit_requests(container)
        receive_all(container, stripe_wire)

    assert _status(container, upgrade) is OrderStatus.REFUNDED
    assert refunded(stripe_wire) == [upgrade.amount_total, order.amount_total]
    assert balance(container) == 0


def test_a_won_upgrade_whose_tickets_are_still_there_stays_paid(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The control: only tickets that went back take the difference with them."""
    order = buy(container, stripe_wire, card="4242424242424242")
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    pay(container, stripe_wire, upgrade, card=DISPUTED)

    for event in _decide(stripe_wire, "winning_evidence"):
        receive(container, event)
    submit_requests(container)

    assert _status(container, upgrade) is OrderStatus.PAID
    assert refunded(stripe_wire) == []
