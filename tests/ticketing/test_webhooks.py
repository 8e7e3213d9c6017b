"""What each event of Stripe does: to the order, the seats and the conversation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import WEBHOOK_SECRET
from tests.stripe_wire import StripeWire, sign
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.events.webhooks import process_webhook_event
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.checkout_sessions import close_session

ANN = Buyer("rest", "ann")


@pytest.fixture
def order(container: Container) -> Order:
    """An open order for the last seat."""
    return start_checkout(container, ANN, show_id="last-seat", section_id="front", quantity=1)


def _receive(container: Container, event: dict[str, Any]) -> str:
    payload = json.dumps(event).encode()
    return process_webhook_event(
        container, container.stripe.construct_event(payload, sign(payload, WEBHOOK_SECRET))
    )


def _state(
    container: Container, order: Order
) -> tuple[OrderStatus, tuple[int, int], list[MessageKind]]:
    with container.database.read() as conn:
        seats = conn.execute(
            sa.select(schema.sections.c.held, schema.sections.c.sold).where(
                schema.sections.c.show_id == order.show_id,
                schema.sections.c.id == order.section_id,
            )
        ).one()
    told = [message.kind for message, _ in queries.unread_messages(container, order.buyer)]
    return queries.any_order(container, order.id).status, tuple(seats), told


PAID = (OrderStatus.PAID, (0, 1), [MessageKind.PAYMENT_CONFIRMED])


def test_a_payment_pays_sells_and_promises_in_one_go(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """All events of a purchase in Stripe's own order."""
    stripe_wire.standin.pay(order.checkout_session_id)

    outcomes = {event["type"]: _receive(container, event) for event in stripe_wire.events()}

    assert outcomes["checkout.session.completed"] == "paid"
    assert outcomes["payment_intent.succeeded"] == "ignored"
    assert _state(container, order) == PAID
    paid = queries.any_order(container, order.id)
    assert paid.paid_at is not None
    assert str(paid.payment_intent_id).startswith("pi_")


def test_every_order_and_repetition_of_the_events_ends_the_same(
    make_container: Callable[[], Container],
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
) -> None:
    """A decline, a success and their intents, in all orders, each twice: paid, sold, told once."""
    stripe_wire.standin.pay(order.checkout_session_id, card="4000000000000002")
    stripe_wire.standin.pay(order.checkout_session_id)
    wanted = {
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "checkout.session.completed",
    }
    events = [event for event in stripe_wire.events() if event["type"] in wanted]
    assert len(events) == 3

    for number, permutation in enumerate(itertools.permutations(events)):
        copies = [{**event, "id": f"{event['id']}{number}"} for event in permutation]
        for event in [*copies, *copies]:
            _receive(container, event)

        status, seats, told = _state(container, order)
        assert (status, seats) == PAID[:2]
        assert told.count(MessageKind.PAYMENT_CONFIRMED) == 1


def test_an_event_is_taken_once(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The second delivery finds the first."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]

    assert _receive(container, completed) == "paid"
    assert _receive(container, completed) == "duplicate"


def test_a_completed_session_that_is_unpaid_waits_for_its_money(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """A delayed payment: nothing is sold or said until the bank has paid, or has not."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    session = completed["data"]["object"]
    unpaid = {
        **completed,
        "id": "evt_unpaid",
        "data": {"object": {**session, "payment_status": "unpaid"}},
    }

    assert _receive(container, unpaid) == "processing"
    assert _state(container, order) == (OrderStatus.PROCESSING, (1, 0), [])

    late = {**completed, "id": "evt_late", "type": "checkout.session.async_payment_succeeded"}
    assert _receive(container, late) == "paid"
    assert _receive(container, {**unpaid, "id": "evt_unpaid_again"}) == "unchanged"
    assert _state(container, order) == PAID


def test_a_delayed_payment_that_fails_gives_the_seat_back(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The buyer reads that the seats are gone, and the next one can have them."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    session = {**completed["data"]["object"], "payment_status": "unpaid"}
    _receive(container, {**completed, "data": {"object": session}})
    failed = {
        **completed,
        "id": "evt_failed",
        "type": "checkout.session.async_payment_failed",
        "data": {"object": session},
    }

    assert _receive(container, failed) == "expired"
    assert _state(container, order) == (
        OrderStatus.EXPIRED,
        (0, 0),
        [MessageKind.CHECKOUT_EXPIRED],
    )


def test_an_expired_session_gives_the_seat_back_and_says_so(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Once, however often it is said."""
    container.stripe.expire_checkout_session(str(order.checkout_session_id))
    expired = stripe_wire.events("checkout.session.expired")[0]

    assert _receive(container, expired) == "expired"
    assert _receive(container, {**expired, "id": "evt_again"}) == "unchanged"
    assert _state(container, order) == (OrderStatus.EXPIRED, (0, 0), [MessageKind.CHECKOUT_EXPIRED])


def test_a_canceled_order_is_not_told_that_it_expired(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The buyer canceled it; Stripe's event of that changes nothing."""
    cancel_order(container, ANN, order.id)
    expired = stripe_wire.events("checkout.session.expired")[0]

    assert _receive(container, expired) == "unchanged"
    assert _state(container, order) == (OrderStatus.CANCELED, (0, 0), [])


def _stripe_is_quicker(container: Container, stripe_wire: StripeWire) -> None:
    """Have the event of a closed session arrive before the answer to whoever closed it."""

    def deliver(path: str) -> None:
        if path.endswith("/expire"):
            _receive(container, stripe_wire.events("checkout.session.expired")[0])

    stripe_wire.on_answer = deliver


def test_a_cancellation_that_stripe_tells_of_first_is_still_a_cancellation(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The buyer is told that it is canceled, and not that the time is up."""
    _stripe_is_quicker(container, stripe_wire)

    assert cancel_order(container, ANN, order.id).status is OrderStatus.CANCELED
    assert _state(container, order) == (OrderStatus.CANCELED, (0, 0), [])


def test_without_the_noted_request_it_would_look_like_expiry(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The control: closing the session alone ends in the wrong status and a wrong message."""
    _stripe_is_quicker(container, stripe_wire)

    close_session(container, order)

    assert _state(container, order) == (OrderStatus.EXPIRED, (0, 0), [MessageKind.CHECKOUT_EXPIRED])


def test_each_declined_attempt_is_told_and_nothing_else_changes(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The link still works, so the order stays open and the seat held."""
    for card in ("4000000000000002", "4000000000009995"):
        stripe_wire.standin.pay(order.checkout_session_id, card=card)
    declines = stripe_wire.events("payment_intent.payment_failed")
    assert len(declines) == 2

    for event in declines:
        assert _receive(container, event) == "declined"
        # Stripe may send two events for one change.
        _receive(container, {**event, "id": event["id"] + "_twin"})

    told = [MessageKind.PAYMENT_DECLINED] * 2
    assert _state(container, order) == (OrderStatus.OPEN, (1, 0), told)


@pytest.mark.parametrize("change", [{"amount_total": 1}, {"currency": "eur"}])
def test_another_sum_than_the_orders_pays_nothing_and_stays_visible(
    container: Container, stripe_wire: StripeWire, order: Order, change: dict[str, object]
) -> None:
    """Somebody must look at it; the seat stays held meanwhile."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    completed["data"]["object"].update(change)

    assert _receive(container, completed) == "needs_attention"
    assert _state(container, order) == (
        OrderStatus.NEEDS_ATTENTION,
        (1, 0),
        [MessageKind.PAYMENT_NEEDS_ATTENTION],
    )


def test_metadata_alone_pays_nothing(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """A session that names the order but is not the one made for it is not its money."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    completed["data"]["object"]["id"] = "cs_test_somebody_elses"

    assert _receive(container, completed) == "foreign_session"
    assert _state(container, order) == (OrderStatus.OPEN, (1, 0), [])


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"livemode": True}, "ignored_other_mode"),
        ({"type": "customer.created"}, "ignored"),
    ],
)
def test_events_that_are_not_for_us_are_recorded_and_do_nothing(
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
    change: dict[str, object],
    outcome: str,
) -> None:
    """Another mode's money is not ours; other types are none of our business."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]

    assert _receive(container, {**completed, **change}) == outcome
    assert _state(container, order) == (OrderStatus.OPEN, (1, 0), [])


def test_paid_too_late_is_honored_while_the_seat_is_there(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """We gave up, the money came: the seat is taken again."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    expired = {**completed, "id": "evt_expired", "type": "checkout.session.expired"}
    expired["data"] = {"object": {**completed["data"]["object"], "status": "expired"}}
    _receive(container, expired)

    assert _receive(container, completed) == "paid"
    assert _state(container, order)[:2] == PAID[:2]


def test_paid_too_late_and_the_seat_sold_needs_attention(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Never two buyers on a seat: the money waits for somebody, visibly."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    expired = {**completed, "id": "evt_expired", "type": "checkout.session.expired"}
    expired["data"] = {"object": {**completed["data"]["object"], "status": "expired"}}
    _receive(container, expired)
    start_checkout(
        container, Buyer("rest", "bob"), show_id="last-seat", section_id="front", quantity=1
    )

    assert _receive(container, completed) == "needs_attention"
    status, seats, told = _state(container, order)
    assert (status, seats) == (OrderStatus.NEEDS_ATTENTION, (1, 0))
    assert told[-1] is MessageKind.PAYMENT_NEEDS_ATTENTION
