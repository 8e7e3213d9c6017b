"""A host that keeps its seats itself is asked for them, once, and told which are free again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.moving_clock import MovableClock
from tests.prometheus import read_metrics
from tests.stripe_wire import StripeWire
from tests.ticketing.catalogs import BoxOfficeTheater, CopiedTheater
from tests.ticketing.purchases import (
    ANN,
    VISA,
    give_back,
    pay,
    receive_all,
    refund_at_stripe,
    refunded,
    told,
)
from ticket_clerk.cli.doctor.payments import check_backlog
from ticket_clerk.ticketing.catalog import reservations
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import host_reservations
from ticket_clerk.ticketing.domain.errors import HostUnavailable, SoldOut, StripeRejected
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus, SeatLine
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import keep_promises, native_payments, queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, resume_checkout, start_checkout
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.reports.health import examine
from ticket_clerk.ticketing.reports.metrics import export_metrics
from ticket_clerk.ticketing.waiting_list import (
    join_waiting_list,
    offer_seats,
    waits_of,
)

BEA = Buyer("rest", "bea")


@pytest.fixture
def office(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> BoxOfficeTheater:
    """The box office, four seats in each of its two blocks."""
    theater = BoxOfficeTheater(container, tmp_path, monkeypatch)
    theater.load()
    return theater


def order_seats(
    theater: BoxOfficeTheater, quantity: int = 2, *, block: str = "stalls", buyer: Buyer = ANN
) -> Order:
    """Order seats for Hamlet."""
    return start_checkout(
        theater.container, buyer, show_id="hamlet", section_id=block, quantity=quantity
    )


def newest(theater: BoxOfficeTheater) -> Order:
    """Ann's order of last."""
    return queries.orders_of(theater.container, ANN)[0]


def left(theater: BoxOfficeTheater, block: str = "stalls") -> int:
    """Seats that the clerk has left."""
    shows = queries.catalog(theater.container).shows
    return next(
        part.seats_left
        for show in shows
        if show.id == "hamlet"
        for part in show.sections
        if part.id == block
    )


def waiting(theater: BoxOfficeTheater) -> int:
    """Of how many orders the host has to be told."""
    with theater.container.database.read() as conn:
        return host_reservations.backlog(conn).waiting


def test_seats_are_set_aside_at_the_host_before_there_is_a_link(office: BoxOfficeTheater) -> None:
    """Under the order's id, once, however often the buyer says yes; the counter can't sell them."""
    order = order_seats(office)
    again = order_seats(office)

    assert order.checkout_url == again.checkout_url
    assert office.at_host() == {order.id: 2}
    assert (office.sell_at_counter(3), office.sell_at_counter(2)) == (False, True)


def test_each_line_is_asked_for_and_one_refusal_gives_all_back(
    office: BoxOfficeTheater, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the id of each; what the host said yes to is told free again, and nothing is paid."""
    wanted: dict[str, Any] = {"show_id": "hamlet", "section_id": "balcony", "quantity": 1}
    lines = (SeatLine("hamlet", "stalls", 2),)
    made = start_checkout(office.container, ANN, **wanted, further=lines)
    assert office.at_host("balcony") == {made.id: 1}
    assert office.at_host() == {made.further_lines[0].id: 2}
    cancel_order(office.container, ANN, made.id)
    keep_promises(office.container)
    assert (office.at_host("balcony"), office.at_host()) == ({}, {})

    sell_while_ordering(office, 3, monkeypatch)
    with pytest.raises(SoldOut):
        start_checkout(office.container, ANN, **wanted, further=lines)
    keep_promises(office.container)
    assert (office.at_host("balcony"), office.at_host()) == ({}, {})
    assert newest(office).status is OrderStatus.CANCELED
    assert {one["status"] for one in stripe_wire.sessions()} == {"expired"}


def test_what_the_counter_sold_meanwhile_is_not_sold(
    office: BoxOfficeTheater, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No link, nothing held here or there, and the buyer is told how many are left."""
    sell_while_ordering(office, 3, monkeypatch)

    with pytest.raises(SoldOut) as refused:
        order_seats(office)
    keep_promises(office.container)

    assert refused.value.seats_left == 1
    assert (newest(office).status, newest(office).checkout_url) == (OrderStatus.CANCELED, None)
    assert (office.at_host(), left(office), stripe_wire.sessions()) == ({}, 1, [])


def sell_while_ordering(
    office: BoxOfficeTheater, quantity: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have the counter sell in the moment before the host is asked."""
    source = office.container.catalog
    reserve = source.reserve

    def sell_first(*wanted: object) -> object:
        monkeypatch.setattr(source, "reserve", reserve)
        office.sell_at_counter(quantity)
        return reserve(*wanted)

    monkeypatch.setattr(source, "reserve", sell_first)


def test_a_host_that_fails_holds_nothing(
    office: BoxOfficeTheater, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The order is canceled, and a minute later the buyer orders as if nothing had been."""
    office.break_reservations()
    lost = read_metrics(export_metrics(office.container))

    with pytest.raises(HostUnavailable):
        order_seats(office)
    name, why = "ticket_clerk_payment_links_total", {"outcome": "host_unavailable"}
    assert read_metrics(export_metrics(office.container))(name, **why) == lost(name, **why) + 1
    assert (newest(office).status, left(office)) == (OrderStatus.CANCELED, 4)
    assert stripe_wire.sessions() == []

    office.break_reservations(is_broken=False)
    order = order_seats(office, 4)
    assert (bool(order.checkout_url), office.at_host()) == (True, {order.id: 4})


def test_a_yes_that_was_lost_is_taken_back(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host has set the seats aside and could not say so."""
    source = office.container.catalog
    reserve = source.reserve

    def lose(*wanted: object) -> None:
        reserve(*wanted)
        raise ConnectionError

    monkeypatch.setattr(source, "reserve", lose)
    with pytest.raises(HostUnavailable):
        order_seats(office)
    assert list(office.at_host().values()) == [2]

    assert keep_promises(office.container) == 1
    assert (office.at_host(), waiting(office)) == ({}, 0)


def test_a_host_that_never_answers_keeps_nobody_waiting(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts as away; what it does after it was told of the end is refused by itself."""
    source = office.container.catalog
    reserve, is_told, answers = source.reserve, threading.Event(), []

    def hang(*wanted: object) -> None:
        is_told.wait(120)
        answers.append(reserve(*wanted))

    monkeypatch.setattr(source, "reserve", hang)
    # For the host that hangs alone: what it does answer takes its time on a busy machine.
    with monkeypatch.context() as impatient:
        impatient.setattr(reservations, "PATIENCE_S", 0.2)
        with pytest.raises(HostUnavailable):
            order_seats(office)
    keep_promises(office.container)
    is_told.set()
    deadline = time.monotonic() + 120
    while not answers:
        assert time.monotonic() < deadline
        time.sleep(0.01)

    assert (answers, office.at_host(), waiting(office)) == ([False], {}, 0)


def _expire(office: BoxOfficeTheater, order: Order, clock: MovableClock, _: StripeWire) -> None:
    clock.move(minutes=50)
    reconcile(office.container)


def _cancel(office: BoxOfficeTheater, order: Order, _: MovableClock, __: StripeWire) -> None:
    cancel_order(office.container, ANN, order.id)


def _refund(
    office: BoxOfficeTheater, order: Order, _: MovableClock, wire: StripeWire, quantity: int = 2
) -> None:
    pay(office.container, wire, order)
    give_back(office.container, order, quantity)
    receive_all(office.container, wire)


def _refund_elsewhere(
    office: BoxOfficeTheater, order: Order, _: MovableClock, wire: StripeWire
) -> None:
    order = pay(office.container, wire, order)
    refund_at_stripe(wire, order)
    receive_all(office.container, wire)


def _decline(office: BoxOfficeTheater, order: Order, clock: MovableClock, wire: StripeWire) -> None:
    pay(office.container, wire, order, card="4000000000000002")
    _expire(office, order, clock, wire)


@pytest.mark.takes_turns
@pytest.mark.parametrize("end", [_expire, _cancel, _refund, _refund_elsewhere, _decline])
def test_however_an_order_ends_its_seats_are_free_at_the_host(
    office: BoxOfficeTheater,
    clock: MovableClock,
    stripe_wire: StripeWire,
    end: Callable[..., None],
) -> None:
    """Promised with the fact, told after it, and told once."""
    order = order_seats(office)
    end(office, order, clock, stripe_wire)
    assert (office.at_host(), waiting(office)) == ({order.id: 2}, 1)

    assert [keep_promises(office.container) for _ in range(2)] == [1, 0]
    assert (office.at_host(), left(office)) == ({}, 4)


def test_a_paid_order_keeps_its_seats(office: BoxOfficeTheater, stripe_wire: StripeWire) -> None:
    """And one ticket that is returned gives back one."""
    order = order_seats(office)
    pay(office.container, stripe_wire, order)
    assert (keep_promises(office.container), office.at_host()) == (0, {order.id: 2})

    give_back(office.container, order, 1)
    receive_all(office.container, stripe_wire)
    keep_promises(office.container)
    assert (office.at_host(), left(office)) == ({order.id: 1}, 3)


def test_an_order_that_stripe_refuses_leaves_nothing(
    office: BoxOfficeTheater, stripe_wire: StripeWire
) -> None:
    """The host had said yes by then."""
    stripe_wire.refuse()

    with pytest.raises(StripeRejected):
        order_seats(office)
    keep_promises(office.container)

    assert (office.at_host(), left(office)) == ({}, 4)


def test_better_seats_are_the_hosts_to_give_and_the_old_ones_go_back(
    office: BoxOfficeTheater, stripe_wire: StripeWire
) -> None:
    """Once they are paid; returned tickets then free the better seats."""
    order = order_seats(office, block="balcony")
    pay(office.container, stripe_wire, order)
    upgrade = start_upgrade(office.container, ANN, order.id, section_id="stalls")
    keep_promises(office.container)
    assert (office.at_host("balcony"), office.at_host()) == ({order.id: 2}, {upgrade.id: 2})

    pay(office.container, stripe_wire, upgrade)
    keep_promises(office.container)
    assert (office.at_host("balcony"), office.at_host()) == ({}, {upgrade.id: 2})

    give_back(office.container, order, 1)
    receive_all(office.container, stripe_wire)
    keep_promises(office.container)
    assert office.at_host() == {upgrade.id: 1}


def test_better_seats_that_the_counter_sold_leave_the_old_ones(
    office: BoxOfficeTheater, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tickets that are paid stay as they are."""
    order = order_seats(office, block="balcony")
    pay(office.container, stripe_wire, order)
    sell_while_ordering(office, 4, monkeypatch)

    with pytest.raises(SoldOut):
        start_upgrade(office.container, ANN, order.id, section_id="stalls")
    keep_promises(office.container)
    assert (office.at_host("balcony"), office.at_host()) == ({order.id: 2}, {})
    assert queries.any_order(office.container, order.id).section_id == "balcony"


def test_fewer_seats_of_a_full_block_are_ones_own(office: BoxOfficeTheater) -> None:
    """The host is told of those that go before it is asked for those that stay."""
    order = order_seats(office, 4)

    fewer = replace_order(office.container, ANN, order.id, SeatRequest("hamlet", "stalls", 2))

    assert (bool(fewer.checkout_url), office.at_host()) == (True, {fewer.id: 2})


def test_a_change_that_the_host_refuses_leaves_what_there_was(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order like the old one, with its deadline."""
    order = order_seats(office, 3)
    source = office.container.catalog
    reserve, asked = source.reserve, []

    def refuse_first(*wanted: object) -> object:
        asked.append(wanted)
        return False if len(asked) == 1 else reserve(*wanted)

    monkeypatch.setattr(source, "reserve", refuse_first)
    with pytest.raises(SoldOut):
        replace_order(office.container, ANN, order.id, SeatRequest("hamlet", "balcony", 2))

    kept = newest(office)
    assert (kept.section_id, kept.quantity, kept.expires_at) == ("stalls", 3, order.expires_at)
    assert (bool(kept.checkout_url), office.at_host()) == (True, {kept.id: 3})


def test_a_change_of_which_the_host_has_neither_any_more_leaves_nothing(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old seats were free for a moment, and the counter sold them."""
    order = order_seats(office, 3)
    source = office.container.catalog

    def refuse(*_: object) -> bool:
        office.sell_at_counter(4)
        return False

    monkeypatch.setattr(source, "reserve", refuse)
    with pytest.raises(SoldOut):
        replace_order(office.container, ANN, order.id, SeatRequest("hamlet", "balcony", 2))
    keep_promises(office.container)

    ended = queries.orders_of(office.container, ANN)
    assert [one.status for one in ended] == [OrderStatus.CANCELED] * 3
    assert (office.at_host(), office.at_host("balcony"), waiting(office)) == ({}, {}, 0)


def test_a_change_while_the_host_is_away_changes_nothing(office: BoxOfficeTheater) -> None:
    """It is asked before anything ends."""
    order = order_seats(office)
    office.file.rename(office.file.with_suffix(".away"))

    with pytest.raises(HostUnavailable):
        replace_order(office.container, ANN, order.id, SeatRequest("hamlet", "balcony", 2))
    assert newest(office) == order


def test_a_host_that_is_away_is_told_later_and_more_and_more_seldom(
    office: BoxOfficeTheater, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call a pass, a longer pause after each; and when it is back, all of it."""
    orders = [order_seats(office, buyer=buyer) for buyer in (ANN, BEA)]
    for order in orders:
        cancel_order(office.container, order.buyer, order.id)
    office.break_reservations()
    calls = count_calls(office, monkeypatch)

    for _ in range(600):
        keep_promises(office.container)
        clock.move(seconds=1)
    assert 10 < len(calls) < 30
    assert waiting(office) == 2

    office.break_reservations(is_broken=False)
    clock.move(seconds=301)
    keep_promises(office.container)
    assert (office.at_host(), waiting(office)) == ({}, 0)


def count_calls(office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note each time that the host is told of an order."""
    source, calls = office.container.catalog, []
    release = source.release

    def count(order_id: str, keep: int) -> None:
        calls.append((order_id, keep))
        release(order_id, keep)

    monkeypatch.setattr(source, "release", count)
    return calls


def test_what_a_host_was_not_told_is_seen_by_operators(
    office: BoxOfficeTheater, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In health, in the doctor and in the metrics; gone when the host has been told."""
    order = order_seats(office)
    cancel_order(office.container, ANN, order.id)
    office.break_reservations()
    for _ in range(2):
        keep_promises(office.container)
        clock.move(minutes=6)

    assert examine(office.container)["host"]["releases"] == 1
    assert examine(office.container)["status"] == "degraded"
    told_of = [result for result in check_backlog(office.container) if "host" in result.thing]
    assert "release() of CATALOG fails" in told_of[0].detail
    assert "ticket_clerk_host_release_oldest_seconds 72" in scraped(office)

    office.break_reservations(is_broken=False)
    keep_promises(office.container)
    assert examine(office.container)["host"] == {"releases": 0, "tried_since": None}
    assert "ticket_clerk_host_releases_waiting 0.0" in scraped(office)
    assert not [result for result in check_backlog(office.container) if "host" in result.thing]


def scraped(office: BoxOfficeTheater) -> str:
    """What Prometheus reads."""
    return export_metrics(office.container).decode()


def test_one_order_that_a_host_chokes_on_holds_up_no_other(
    office: BoxOfficeTheater, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits by itself."""
    ill, well = order_seats(office), order_seats(office, buyer=BEA)
    source = office.container.catalog
    release = source.release

    def choke(order_id: str, keep: int) -> None:
        if order_id == ill.id:
            raise ValueError
        release(order_id, keep)

    monkeypatch.setattr(source, "release", choke)
    for order in (ill, well):
        cancel_order(office.container, order.buyer, order.id)
    for _ in range(3):
        keep_promises(office.container)

    assert (office.at_host(), waiting(office)) == ({ill.id: 2}, 1)


def test_a_second_promise_is_kept_though_the_first_is_told_just_then(
    office: BoxOfficeTheater, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's answer to an older number closes no newer one."""
    order = order_seats(office)
    pay(office.container, stripe_wire, order)
    give_back(office.container, order, 1)
    receive_all(office.container, stripe_wire)
    source = office.container.catalog
    release = source.release

    def return_the_other(order_id: str, keep: int) -> None:
        monkeypatch.setattr(source, "release", release)
        give_back(office.container, order, 1)
        receive_all(office.container, stripe_wire)
        release(order_id, keep)

    monkeypatch.setattr(source, "release", return_the_other)
    keep_promises(office.container)
    assert (office.at_host(), waiting(office)) == ({order.id: 1}, 1)

    keep_promises(office.container)
    assert (office.at_host(), waiting(office)) == ({}, 0)


def test_a_payment_after_the_end_goes_back(
    office: BoxOfficeTheater, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The host was told that the seats are free, and can't be asked while a webhook is taken."""
    order = order_seats(office)
    stripe_wire.standin.pay(str(order.checkout_session_id), card=VISA)
    with office.container.database.begin() as conn:
        settlement.expire(conn, order.id, now=office.container.now())
    receive_all(office.container, stripe_wire)
    reconcile(office.container)
    keep_promises(office.container)

    assert newest(office).status is OrderStatus.REFUNDED
    assert (refunded(stripe_wire), office.at_host(), left(office)) == ([16000], {}, 4)


def test_a_refund_that_fails_after_all_needs_somebody(
    office: BoxOfficeTheater, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The host has its seats back, and gives them to nobody twice."""
    order = order_seats(office)
    pay(office.container, stripe_wire, order, card="4000000000005126")
    give_back(office.container, order, 2)
    receive_all(office.container, stripe_wire)
    keep_promises(office.container)
    clock.move(hours=2)
    receive_all(office.container, stripe_wire)
    reconcile(office.container)

    assert "refund_failed" in told(office.container)
    assert newest(office).status is OrderStatus.NEEDS_ATTENTION
    assert (office.at_host(), left(office)) == ({}, 4)


def test_a_buyer_who_waits_is_passed_over_where_the_host_refuses(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They keep their place and are told nothing of it."""
    held = order_seats(office, 4)
    join_waiting_list(office.container, BEA, show_id="hamlet", section_id="stalls", quantity=2)
    cancel_order(office.container, ANN, held.id)
    keep_promises(office.container)
    assert office.sell_at_counter(4)

    offer_seats(office.container)

    assert len(waits_of(office.container, BEA)) == 1
    assert [one.status for one in queries.orders_of(office.container, BEA)] == [
        OrderStatus.CANCELED
    ]


def test_a_place_is_kept_though_the_notice_is_refused_first(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice of seats that are back makes the link, too, and knows nothing of the list."""
    held = order_seats(office, 4)
    join_waiting_list(office.container, BEA, show_id="hamlet", section_id="stalls", quantity=2)
    cancel_order(office.container, ANN, held.id)
    keep_promises(office.container)
    source, asked = office.container.catalog, []

    def refuse(order_id: str, *_: object) -> bool:
        asked.append(order_id)
        if len(asked) == 1:
            with pytest.raises(SoldOut):
                resume_checkout(office.container, BEA, order_id)
        return False

    monkeypatch.setattr(source, "reserve", refuse)
    offer_seats(office.container)

    assert (len(asked), len(waits_of(office.container, BEA))) == (2, 1)


def test_two_who_ask_at_once_are_told_the_same(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call fails after the other was told yes: the order goes on, with one link."""
    source = office.container.catalog
    reserve, asked = source.reserve, []

    def fail_after_the_other(order_id: str, *wanted: object) -> object:
        asked.append(order_id)
        if len(asked) == 1:
            resume_checkout(office.container, ANN, order_id)
            raise ConnectionError
        return reserve(order_id, *wanted)

    monkeypatch.setattr(source, "reserve", fail_after_the_other)
    order = order_seats(office)

    assert order.status is OrderStatus.OPEN
    assert (bool(order.checkout_url), office.at_host(), waiting(office)) == (
        True,
        {order.id: 2},
        0,
    )


def test_an_order_that_is_canceled_while_the_host_is_asked_stays_canceled(
    office: BoxOfficeTheater, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The yes comes too late, and the host is told that it is free again."""
    source = office.container.catalog
    reserve = source.reserve

    def cancel_first(order_id: str, *wanted: object) -> object:
        cancel_order(office.container, ANN, order_id)
        return reserve(order_id, *wanted)

    monkeypatch.setattr(source, "reserve", cancel_first)
    with pytest.raises(HostUnavailable):
        order_seats(office)
    keep_promises(office.container)

    assert newest(office).status is OrderStatus.CANCELED
    assert (office.at_host(), left(office)) == ({}, 4)
    assert {session["status"] for session in stripe_wire.sessions()} <= {"expired"}


def test_nothing_is_paid_in_a_messenger_before_the_host_said_yes(
    office: BoxOfficeTheater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order whose server died while the host was asked has no link, and takes no money."""

    class PowerCut(BaseException):
        """Nothing catches it."""

    def die(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr("ticket_clerk.ticketing.orders.host_reservations.reserve", die)
        with pytest.raises(PowerCut):
            order_seats(office)
    order = newest(office)
    asked = {"amount": order.amount_total, "currency": order.currency}
    assert native_payments.refusal(office.container, order.id, **asked) is not None

    assert resume_checkout(office.container, ANN, order.id).checkout_url
    assert native_payments.refusal(office.container, order.id, **asked) is None


def test_seats_are_held_for_a_new_buyer_too(
    office: BoxOfficeTheater,
) -> None:
    """HOLD_SEATS_FOR=returning can't be: the host holds them for whoever orders."""
    settings = replace(office.container.settings, hold_seats_for="returning")
    office.container = replace(office.container, settings=settings)

    assert order_seats(office).is_held


def sell_at_once(theater: BoxOfficeTheater) -> tuple[int, int]:
    """Chat and counter sell the same four seats at once; returns how many were sold in all, and
    how often the box office was too busy to answer.
    """
    start, sold, failed = threading.Barrier(8), [], []

    def chat(number: int) -> None:
        start.wait()
        try:
            order_seats(theater, 1, buyer=Buyer("rest", f"buyer-{number}"))
        except SoldOut:
            return
        except HostUnavailable:
            failed.append(1)
            return
        sold.append(1)

    def counter() -> None:
        start.wait()
        if theater.sell_at_counter(1):
            sold.append(1)

    threads = [threading.Thread(target=chat, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=counter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(sold), len(failed)


def test_chat_and_counter_together_sell_each_seat_once(office: BoxOfficeTheater) -> None:
    """Eight want four seats: four get one."""
    sold, failed = sell_at_once(office)

    assert sold <= 4 <= sold + failed


def test_without_reserve_both_sell_the_last_ones(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the counter can't see what the chat sold."""
    theater = CopiedTheater(container, tmp_path, monkeypatch)
    theater.load()
    order_seats(theater, 4)

    assert theater.sell_at_counter(4)
