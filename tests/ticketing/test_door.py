"""A door that lets people in on its own and reports them later, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import give_back, receive_all
from tests.ticketing.seasons import subscribe
from tests.ticketing.ticket_desk import code, let_in, tickets
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import acts, door
from ticket_clerk.ticketing.desk.door import Admission
from ticket_clerk.ticketing.domain.errors import TicketNotFound
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus
from ticket_clerk.ticketing.tickets import queries, replacement

SHOW = "lakers-warriors"


def _offline(container: Container, ticket: Ticket, *, minutes_ago: int = 20) -> Admission:
    at = container.now() - timedelta(minutes=minutes_ago)
    return Admission(code(container, ticket), uuid4().hex, at)


def _report(container: Container, *entries: Admission) -> list[tuple[str, bool]]:
    taken = door.take_report(container, "kim", SHOW, "door-1", list(entries))
    return [(one.status.value, one.is_redeemed) for one in taken]


def _acts(container: Container) -> list[str]:
    return sorted(act.kind for act in acts.latest_acts(container))


def test_the_list_names_what_opens_no_door(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Used, refunded and replaced, with the reason; a valid ticket is not on it, nor a code."""
    one, two = tickets(container, order)
    assert door.list_refused(container, SHOW) == {}

    replacement.replace_ticket(container, one.id)
    new = next(ticket for ticket in tickets(container, order) if ticket.id != two.id)
    let_in(container, new)
    give_back(container, order, 1)
    receive_all(container, stripe_wire)

    refused = door.list_refused(container, SHOW)
    assert refused == {
        one.id: TicketStatus.REPLACED,
        new.id: TicketStatus.USED,
        two.id: TicketStatus.REFUNDED,
    }
    assert door.list_refused(container, "swan-lake-evening") == {}


def test_the_list_of_a_season_is_its_own(container: Container, stripe_wire: StripeWire) -> None:
    """A season ticket that was used today is on it; on no show's."""
    order = subscribe(container, stripe_wire)
    (ticket,) = tickets(container, order)
    let_in(container, ticket)

    assert door.list_refused(container, ticket.show_id) == {ticket.id: TicketStatus.USED}
    assert door.list_refused(container, SHOW) == {}


def test_who_was_let_in_offline_is_in(container: Container, order: Order) -> None:
    """At the time of the door's clock, and written down with who and which door."""
    one, _ = tickets(container, order)
    entry = _offline(container, one)

    assert _report(container, entry) == [("valid", True)]

    used = queries.any_ticket(container, one.id)
    assert used.status is TicketStatus.USED
    assert used.used_at == entry.at
    (act,) = acts.latest_acts(container)
    assert (act.operator, act.kind, act.subject) == ("kim", "let_in", order.id)
    assert act.detail.startswith(f"{one.id} offline at door-1")


def test_a_report_that_is_sent_again_changes_nothing(container: Container, order: Order) -> None:
    """Its answer was lost: the same results, and each act once; the wrong ones, too."""
    one, two = tickets(container, order)
    let_in(container, two)
    entries = [_offline(container, one), _offline(container, two)]

    first = _report(container, *entries)
    assert first == [("valid", True), ("used", False)]
    assert _report(container, *entries) == first
    assert _acts(container) == ["let_in", "let_in_twice"]


def test_without_its_key_a_repeated_report_would_count_twice(
    container: Container, order: Order
) -> None:
    """The control: the same entry under a new key looks like a second person."""
    one, _ = tickets(container, order)
    entry = _offline(container, one)

    assert _report(container, entry) == [("valid", True)]
    assert _report(container, replace(entry, key=uuid4().hex)) == [("used", False)]
    assert _acts(container) == ["let_in", "let_in_twice"]


def test_an_entry_that_is_twice_in_one_report_counts_once(
    container: Container, order: Order
) -> None:
    """A phone that wrote it down twice: one admission, and nobody came in twice."""
    one, _ = tickets(container, order)
    entry = _offline(container, one)

    assert _report(container, entry, entry) == [("valid", True)] * 2
    assert _acts(container) == ["let_in"]


def test_whom_doors_let_in_is_a_list_apart(container: Container, order: Order) -> None:
    """A night at the door floods no list; what went wrong there stays among the rest."""
    one, two = tickets(container, order)
    _report(container, _offline(container, one), _offline(container, two))
    _report(container, _offline(container, two))

    shown = acts.list_acts(container)
    assert [act.kind for act in shown.acts] == ["let_in_twice"]
    assert shown.kinds == ["let_in", "let_in_twice"]
    assert [act.kind for act in acts.list_acts(container, "let_in").acts] == ["let_in"] * 2
    assert acts.list_acts(container, "nothing").acts == []


def test_two_doors_without_a_line_are_told_of_the_same_ticket(
    container: Container, order: Order
) -> None:
    """Whoever reports second learns that it was used twice, with order and both times."""
    one, _ = tickets(container, order)
    first, second = _offline(container, one), _offline(container, one, minutes_ago=5)

    assert _report(container, first) == [("valid", True)]
    assert _report(container, second) == [("used", False)]

    twice = next(act for act in acts.latest_acts(container) if act.kind == "let_in_twice")
    assert (twice.subject, one.id in twice.detail) == (order.id, True)
    assert queries.any_ticket(container, one.id).used_at == first.at


def test_reports_at_once_let_each_ticket_in_once(
    make_container: Callable[[], Container], container: Container, order: Order
) -> None:
    """Eight doors report the same two tickets at the same moment: two admissions in all."""
    entries = [[_offline(container, one) for one in tickets(container, order)] for _ in range(8)]
    doors = [make_container() for _ in entries]

    with ThreadPoolExecutor(8) as pool:
        taken = list(
            pool.map(lambda pair: _report(pair[0], *pair[1]), zip(doors, entries, strict=False))
        )

    assert sum(is_in for report in taken for _, is_in in report) == 2
    assert _acts(container) == ["let_in"] * 2 + ["let_in_twice"] * 14


@pytest.mark.parametrize("hours", [-1, 24 * 30])
def test_a_door_whose_clock_is_wrong_changes_no_history(
    container: Container, order: Order, hours: int
) -> None:
    """In the future or a month ago: the time of the report counts."""
    one, _ = tickets(container, order)
    _report(container, _offline(container, one, minutes_ago=60 * hours))

    used_at = queries.any_ticket(container, one.id).used_at
    assert used_at is not None
    assert abs(container.now() - used_at) < timedelta(minutes=5)


def test_who_was_let_in_wrongly_is_told(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Refunded since the list, another show's, forged: none is redeemed, all are acts."""
    one, two = tickets(container, order)
    give_back(container, order, 1)
    receive_all(container, stripe_wire)
    forged = Admission(code(container, one)[:-4] + "AAAA", uuid4().hex, container.now())

    assert _report(container, _offline(container, two), forged) == [
        ("refunded", False),
        ("forged", False),
    ]
    other = door.take_report(
        container, "kim", "swan-lake-evening", "door-1", [_offline(container, one)]
    )
    assert other[0].status is TicketStatus.OTHER_SHOW
    assert queries.any_ticket(container, one.id).status is TicketStatus.VALID
    assert _acts(container) == ["let_in_wrongly"] * 3


def test_what_was_let_in_with_a_line_and_reported_too_is_one(
    container: Container, order: Order
) -> None:
    """The line broke behind the door's question: its key says that it is the same person."""
    one, _ = tickets(container, order)
    entry = _offline(container, one)

    assert door.let_in(container, "kim", SHOW, entry.code, key=entry.key).is_redeemed
    assert _report(container, entry) == [("valid", True)]
    assert _acts(container) == ["let_in"]


def test_a_door_is_there_for_a_day_after_the_start(container: Container) -> None:
    """Season tickets always; nothing that is not in the catalog."""
    ids = [found.id for found in door.list_doors(container)]

    assert SHOW in ids
    assert "lakers-season" in ids
    with pytest.raises(TicketNotFound):
        door.find_door(container, "no-such-show")
