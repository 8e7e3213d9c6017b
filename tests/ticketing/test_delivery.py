"""Told once: whatever dies in between, and whoever else tries at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Semaphore

import pytest

from tests.moving_clock import MovableClock
from tests.rasa_double import TOKEN, RasaDouble
from tests.ticketing.deliveries import deliver_due
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, outbox
from ticket_clerk.ticketing.database.tables.outbox import StoredMessage
from ticket_clerk.ticketing.domain.errors import WrongState
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order
from ticket_clerk.ticketing.notifications.delivery import (
    LEASE,
    DeliveryPool,
    claim_due,
    delivered_ids,
    mark_delivered,
    retry_one,
    retry_parked,
    tell_again,
)
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.reports.health import examine

ANN = Buyer("socketio", "ann")


@pytest.fixture
def rasa(container: Container) -> Iterator[RasaDouble]:
    """A Rasa whose action says what the conversation was not told yet, as ours does."""

    def say(channel: str, sender_id: str) -> list[str]:
        told = delivered_ids(double.conversations[sender_id])
        unread = queries.unread_messages(container, Buyer(channel, sender_id))
        return [message.id for message, _ in unread if message.id not in told]

    double = RasaDouble(say)
    yield double
    double.close()


@pytest.fixture
def pushing_container(container: Container, rasa: RasaDouble) -> Container:
    """A shop that can reach that Rasa."""
    return replace(container, rasa=RasaClient(rasa.url, TOKEN))


def _promise(container: Container, buyer: Buyer = ANN, kinds: int = 1) -> Order:
    order = start_checkout(
        container, buyer, show_id="lakers-warriors", section_id="101", quantity=1
    )
    with container.database.begin() as conn:
        for kind in list(MessageKind)[:kinds]:
            outbox.enqueue(conn, order, kind, now=container.now())
    return order


def test_a_promise_is_kept_through_the_channel_of_the_order(
    pushing_container: Container, rasa: RasaDouble
) -> None:
    """Said once, closed, and the next pass has nothing to do."""
    _promise(pushing_container)

    assert deliver_due(pushing_container) == 1
    assert deliver_due(pushing_container) == 0
    assert rasa.channels == ["socketio"]
    assert len(rasa.told("ann")) == 1
    assert queries.unread_messages(pushing_container, ANN) == []


def test_the_same_promise_is_made_once(pushing_container: Container, rasa: RasaDouble) -> None:
    """A fact that is found twice is told once."""
    order = _promise(pushing_container)
    with pushing_container.database.begin() as conn:
        again = outbox.enqueue(
            conn, order, MessageKind.PAYMENT_CONFIRMED, now=pushing_container.now()
        )

    assert again is False
    assert deliver_due(pushing_container) == 1


def test_a_message_waits_while_rasa_is_away_and_arrives(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """Put off, not lost; and not tried again before its time."""
    _promise(pushing_container)
    rasa.mood = "away"
    assert deliver_due(pushing_container) == 0
    rasa.mood = "well"
    assert deliver_due(pushing_container) == 0, "its time has not come"

    clock.move(minutes=1)

    assert deliver_due(pushing_container) == 1
    assert len(rasa.told("ann")) == 1


def test_a_200_that_said_nothing_is_no_delivery(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """Rasa answers 200 when the action server is down; only the conversation is evidence."""
    _promise(pushing_container)
    rasa.mood = "swallows"
    assert deliver_due(pushing_container) == 0
    rasa.mood = "well"
    clock.move(minutes=1)

    assert deliver_due(pushing_container) == 1


def test_what_was_said_before_rasa_died_is_not_said_again(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """The answer was lost, the conversation has it: the next pass only closes it."""
    _promise(pushing_container)
    rasa.mood = "dies after saying"
    assert deliver_due(pushing_container) == 0
    rasa.mood = "well"
    clock.move(minutes=1)

    assert deliver_due(pushing_container) == 1
    assert len(rasa.told("ann")) == 1


def test_a_worker_that_dies_leaves_its_claim_to_another(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """The lease runs out; until then nobody else takes the message."""
    _promise(pushing_container)
    with pushing_container.database.begin() as conn:
        outbox.claim_due(conn, now=pushing_container.now(), lease=LEASE, limit=50)
    assert deliver_due(pushing_container) == 0

    clock.move(seconds=LEASE.total_seconds() + 1)

    assert deliver_due(pushing_container) == 1


def test_several_workers_share_the_work(
    pushing_container: Container, rasa: RasaDouble, make_container: Callable[[], Container]
) -> None:
    """Each message is claimed by one of them."""
    for number in range(10):
        _promise(pushing_container, Buyer("socketio", f"buyer-{number}"))
    workers = [replace(make_container(), rasa=RasaClient(rasa.url, TOKEN)) for _ in range(4)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        told = list(pool.map(deliver_due, workers))

    assert sum(told) == 10
    assert all(len(rasa.told(f"buyer-{number}")) == 1 for number in range(10))


def test_who_pays_now_does_not_wait_behind_all_who_waited_for_rasa(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """Of one delivery at a time every second one is of what became due last."""
    for number in range(5):
        _promise(pushing_container, Buyer("socketio", f"buyer-{number}"))
    clock.move(minutes=20)
    _promise(pushing_container)
    is_over = Semaphore(0)
    pool = DeliveryPool(pushing_container, on_delivered=is_over.release, at_once=1)

    for _ in range(2):
        assert pool.start_due() == 1
        assert is_over.acquire(timeout=60)

    assert len(rasa.told("buyer-0")) == len(rasa.told("ann")) == 1


def test_by_the_time_alone_the_newest_would_come_last(
    pushing_container: Container, clock: MovableClock
) -> None:
    """The control: without the turns five others are before them."""
    for number in range(5):
        _promise(pushing_container, Buyer("socketio", f"buyer-{number}"))
    clock.move(minutes=20)
    _promise(pushing_container)

    claimed = claim_due(pushing_container, limit=50)

    assert [message.buyer for message in claimed][-1] == ANN


def test_messages_of_one_conversation_keep_their_order(
    pushing_container: Container, rasa: RasaDouble
) -> None:
    """What happened first is said first."""
    _promise(pushing_container, kinds=3)
    promised = [message.id for message, _ in queries.unread_messages(pushing_container, ANN)]

    assert deliver_due(pushing_container) == 3
    assert rasa.told("ann") == promised


@pytest.mark.parametrize("channel", ["rest", "cmdline"])
def test_nothing_is_pushed_to_a_channel_that_cannot_be_pushed_to(
    pushing_container: Container, rasa: RasaDouble, channel: str
) -> None:
    """A 200 there would be a message that nobody saw; it waits for the buyer's next words."""
    buyer = Buyer(channel, "ann")
    _promise(pushing_container, buyer)

    assert deliver_due(pushing_container) == 0
    assert rasa.channels == []
    ((message, _),) = queries.unread_messages(pushing_container, buyer)
    assert mark_delivered(pushing_container, [message.id]) == 1
    assert mark_delivered(pushing_container, [message.id]) == 0


def test_a_younger_message_waits_for_the_older_one_of_its_conversation(
    pushing_container: Container, rasa: RasaDouble
) -> None:
    """While the older is put off, or another worker has it, nobody takes the younger."""
    _promise(pushing_container, kinds=2)
    with pushing_container.database.begin() as conn:
        (first,) = outbox.claim_due(conn, now=pushing_container.now(), lease=LEASE, limit=50)
    with pushing_container.database.begin() as conn:
        assert outbox.claim_due(conn, now=pushing_container.now(), lease=LEASE, limit=50) == []
        later = pushing_container.now() + timedelta(minutes=5)
        outbox.put_off(conn, first.id, until=later, error="not_told")
    with pushing_container.database.begin() as conn:
        assert outbox.claim_due(conn, now=pushing_container.now(), lease=LEASE, limit=50) == []


def test_a_message_that_nobody_took_for_a_day_is_parked_and_reported(
    pushing_container: Container,
    rasa: RasaDouble,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Tried with ever longer pauses, then left alone: an error in the log, a count in health."""
    _promise(pushing_container)
    rasa.mood = "swallows"
    tries = 0
    for _ in range(24 * 20 + 10):
        before = len(rasa.channels)
        deliver_due(pushing_container)
        tries += len(rasa.channels) - before
        clock.move(minutes=3)

    report = examine(pushing_container)["backlog"]
    assert (report["messages"], report["parked"], report["is_stuck"]) == (1, 1, False)
    assert "payments.message.parked" in caplog.text
    assert 24 * 10 < tries < 24 * 19, "at every look at first, about every five minutes later"


def test_a_parked_message_is_not_lost(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """It is still unread, so the buyer's next words bring it, and an operator can try again."""
    _promise(pushing_container)
    ((message, _),) = queries.unread_messages(pushing_container, ANN)
    with pushing_container.database.begin() as conn:
        outbox.park(conn, message.id, now=pushing_container.now(), error="not_told")
    assert deliver_due(pushing_container) == 0
    assert [unread.id for unread, _ in queries.unread_messages(pushing_container, ANN)] == [
        message.id
    ]

    assert retry_parked(pushing_container) == 1
    assert retry_parked(pushing_container) == 0
    assert deliver_due(pushing_container) == 1
    assert len(rasa.told("ann")) == 1


def test_a_buyer_who_is_away_does_not_make_the_clerk_look_ill(
    pushing_container: Container, rasa: RasaDouble, clock: MovableClock
) -> None:
    """Closed tabs are no outage; a Rasa that does not answer is one."""
    _promise(pushing_container)
    rasa.mood = "swallows"
    deliver_due(pushing_container)
    clock.move(minutes=10)
    assert examine(pushing_container)["backlog"]["is_stuck"] is False

    rasa.mood = "away"
    deliver_due(pushing_container)
    assert examine(pushing_container)["backlog"]["is_stuck"] is True


def test_no_url_with_the_token_is_in_an_error(container: Container) -> None:
    """Rasa's token travels in the URL, so no error may carry one."""
    from ticket_clerk.ticketing.domain.errors import RasaUnavailable

    client = RasaClient("http://127.0.0.1:9", "secret-token")

    with pytest.raises(RasaUnavailable) as caught:
        client.execute("ann", "action_report_payment", channel="socketio")

    assert "secret-token" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def _stored(container: Container) -> list[StoredMessage]:
    with container.database.read() as conn:
        (order,) = orders.list_orders_of(conn, ANN)
        return outbox.list_of_order(conn, order)


def test_what_was_told_is_told_again_once_for_each_form(
    pushing_container: Container, rasa: RasaDouble
) -> None:
    """As a notification of its own, so the promise of the first stays what it was."""
    _promise(pushing_container)
    deliver_due(pushing_container)
    (told,) = _stored(pushing_container)

    for key in ("form 1", "form 1", "form 2"):
        tell_again(pushing_container, told.message.id, request_key=key)
    while deliver_due(pushing_container):
        pass

    assert len(rasa.told("ann")) == len(set(rasa.told("ann"))) == 3
    kinds = {(one.message.kind, one.message.about) for one in _stored(pushing_container)}
    assert kinds == {(told.message.kind, told.message.about)}


def test_nothing_is_told_again_that_was_not_told(
    pushing_container: Container, rasa: RasaDouble
) -> None:
    """It is on its way; told again, it would be told twice."""
    _promise(pushing_container)
    (waiting,) = _stored(pushing_container)

    with pytest.raises(WrongState):
        tell_again(pushing_container, waiting.message.id, request_key="form")
    assert deliver_due(pushing_container) == 1
    assert len(rasa.told("ann")) == 1


def test_one_notification_that_was_given_up_is_tried_again_alone(
    pushing_container: Container, rasa: RasaDouble
) -> None:
    """And is told once, though its button is pressed again after it was."""
    container = pushing_container
    _promise(container, kinds=2)
    first, second = (one.message.id for one in _stored(container))
    with container.database.begin() as conn:
        for message_id in (first, second):
            outbox.park(conn, message_id, now=container.now(), error="rasa_unavailable")

    retry_one(container, first)
    assert [bool(one.parked_at) for one in _stored(container)] == [False, True]
    deliver_due(container)
    with pytest.raises(WrongState):
        retry_one(container, first)
    assert rasa.told("ann").count(first) == 1
