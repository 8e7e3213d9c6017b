"""A bank that takes its money back: the order says so until it is decided."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, balance, buy, receive, receive_all, seats
from ticket_clerk.ticketing.container import Shop
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund

DISPUTED = "4000000000000259"


@pytest.fixture
def order(shop: Shop, stripe_wire: StripeWire) -> Order:
    """Two tickets whose payment the bank disputes at once."""
    return buy(shop, stripe_wire, card=DISPUTED)


def _decide(wire: StripeWire, evidence: str) -> list[dict[str, Any]]:
    (dispute,) = wire.list_all("/v1/disputes")
    wire.post(
        f"/v1/disputes/{dispute['id']}",
        **{"evidence[uncategorized_text]": evidence, "submit": "true"},
    )
    return [event for event in wire.events() if event["type"].startswith("charge.dispute.")]


def _status(shop: Shop, order: Order) -> OrderStatus:
    return queries.any_order(shop, order.id).status


def test_a_disputed_order_keeps_its_seats_and_is_not_refunded_too(shop: Shop, order: Order) -> None:
    """The bank has the money; nobody gives it back a second time."""
    assert (order.status, seats(shop)) == (OrderStatus.DISPUTED, (0, 2))
    assert balance(shop) == 0
    with pytest.raises(NotRefundable) as caught:
        quote_refund(shop, ANN, order.id)
    assert caught.value.reason == "disputed"


@pytest.mark.parametrize(
    ("evidence", "status", "left"),
    [
        ("winning_evidence", OrderStatus.PAID, 40000),
        ("losing_evidence", OrderStatus.DISPUTED, 0),
    ],
)
def test_the_end_is_the_same_in_whatever_order_the_events_come(
    shop: Shop,
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
            receive(shop, {**event, "id": f"{event['id']}_{number}"})
        assert (_status(shop, order), balance(shop)) == (status, left)
    receive_all(shop, stripe_wire)
    assert (_status(shop, order), balance(shop)) == (status, left)


def test_a_dispute_that_is_told_after_it_was_won_changes_nothing(
    shop: Shop, stripe_wire: StripeWire
) -> None:
    """The created event comes last."""
    order = buy(shop, stripe_wire, card="4242424242424242")
    disputed = buy(shop, stripe_wire, quantity=1, card=DISPUTED)
    events = _decide(stripe_wire, "winning_evidence")

    for number, event in enumerate(reversed(events)):
        receive(shop, {**event, "id": f"{event['id']}_late{number}"})

    assert _status(shop, order) is OrderStatus.PAID
    assert _status(shop, disputed) is OrderStatus.PAID


def test_a_dispute_that_is_told_before_its_payment_is_found_by_the_next_pass(
    shop: Shop, stripe_wire: StripeWire
) -> None:
    """Its event finds no payment and does not come again: the pass asks Stripe, once."""
    order = start_checkout(shop, ANN, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(order.checkout_session_id, card=DISPUTED)
    for event in reversed(stripe_wire.events()):
        receive(shop, event)
    assert _status(shop, order) is OrderStatus.PAID

    assert reconcile(shop) == {"disputed": 1}
    assert reconcile(shop) == {"unchanged": 1}

    assert (_status(shop, order), balance(shop)) == (OrderStatus.DISPUTED, 0)


@pytest.mark.parametrize(
    ("evidence", "status", "left"),
    [("winning_evidence", OrderStatus.PAID, 40000), ("losing_evidence", OrderStatus.DISPUTED, 0)],
)
def test_a_dispute_that_ends_unheard_is_found_too(
    shop: Shop, stripe_wire: StripeWire, order: Order, evidence: str, status: OrderStatus, left: int
) -> None:
    """All events since were lost."""
    _decide(stripe_wire, evidence)

    for _ in range(2):
        reconcile(shop)

    assert (_status(shop, order), balance(shop)) == (status, left)


def test_an_inquiry_takes_nothing(shop: Shop, stripe_wire: StripeWire) -> None:
    """The bank only asks; whatever comes of the question, the order is paid."""
    order = buy(shop, stripe_wire, card="4242424242424242")
    buy(shop, stripe_wire, quantity=1, card=DISPUTED)
    (event,) = stripe_wire.events("charge.dispute.created")
    dispute = {**event["data"]["object"], "payment_intent": order.payment_intent_id}
    for number, word in enumerate(
        ["warning_needs_response", "warning_under_review", "warning_closed"]
    ):
        asked = {**dispute, "id": "du_asked", "status": word}
        receive(shop, {**event, "id": f"evt_asked{number}", "data": {"object": asked}})

    assert _status(shop, order) is OrderStatus.PAID
    assert balance(shop) == 40000
