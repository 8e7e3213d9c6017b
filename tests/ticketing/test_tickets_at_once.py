"""Two doors, one ticket; a refund and a door at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import sqlalchemy as sa

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy
from tests.ticketing.ticket_desk import code, let_in, tickets, worth
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.database.tables import tickets as table
from ticket_clerk.ticketing.domain.errors import NotRefundable, TooManyTickets
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.tickets import admission

ROUNDS = 200
Admit = Callable[[Container, Ticket], bool]


def _unused(container: Container) -> None:
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.tickets).values(used_at=None))


def _at_two_doors(doors: list[Container], ticket: Ticket, admit: Admit) -> int:
    """Show one ticket at both doors at the same moment; returns how often it opened."""
    start, opened = threading.Barrier(2), []

    def show(door: Container) -> None:
        start.wait(timeout=60)
        opened.append(admit(door, ticket))

    threads = [threading.Thread(target=show, args=[door]) for door in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(opened)


def test_of_two_doors_one_opens_two_hundred_times(
    make_container: Callable[[], Container], container: Container, order: Order
) -> None:
    """One ticket shown at both at once: never twice, never not at all."""
    doors = [make_container(), make_container()]
    ticket, _ = tickets(container, order)
    opened = []
    for _ in range(ROUNDS):
        _unused(container)
        opened.append(_at_two_doors(doors, ticket, lambda door, t: let_in(door, t)[0]))

    assert opened == [1] * ROUNDS


def test_without_the_condition_both_doors_open(
    make_container: Callable[[], Container], container: Container, order: Order
) -> None:
    """Negative control: a door that looks and then writes lets two in, sooner or later."""
    doors = [make_container(), make_container()]
    ticket, _ = tickets(container, order)

    def look_then_write(door: Container, shown: Ticket) -> bool:
        is_valid = admission.check(door, code(door, shown)).status.value == "valid"
        with door.database.begin() as conn:
            conn.execute(sa.update(schema.tickets).values(used_at=door.now()))
        return is_valid

    for _ in range(ROUNDS):
        _unused(container)
        if _at_two_doors(doors, ticket, look_then_write) == 2:
            return
    raise AssertionError("the control let nobody in twice")


def test_a_ticket_is_either_used_or_returned(
    make_container: Callable[[], Container], container: Container, stripe_wire: StripeWire
) -> None:
    """A refund of all and a door at once, ten times: never both for one ticket."""
    ends = set()
    for _ in range(10):
        order = buy(container, stripe_wire, quantity=1)
        (ticket,) = tickets(container, order)
        ends.add(_race(make_container(), make_container(), order, ticket))
        assert worth(container, order)[0] in {"used", "refunded"}

    assert ends <= {(True, "no refund"), (False, "refund")}


def _race(desk: Container, door: Container, order: Order, ticket: Ticket) -> tuple[bool, str]:
    quote = quote_refund(desk, ANN, order.id)
    start, ends = threading.Barrier(2), {}

    def give_back() -> None:
        start.wait(timeout=60)
        try:
            version = quote.quote_version
            refund_tickets(desk, ANN, order.id, quantity=1, quote_version=version)
            ends["desk"] = "refund"
        except (NotRefundable, TooManyTickets):
            ends["desk"] = "no refund"

    thread = threading.Thread(target=give_back)
    thread.start()
    start.wait(timeout=60)
    is_in, _ = let_in(door, ticket)
    thread.join()
    return is_in, ends["desk"]


def test_without_the_lock_a_refund_comes_between(
    make_container: Callable[[], Container], container: Container, order: Order
) -> None:
    """Negative control: a door that doesn't lock the order uses what is being returned.

    SQLite has one writer at a time, whom nothing can come between.
    """
    if container.database.has_one_writer:
        return
    door = make_container()
    ticket, _ = tickets(container, order)
    with container.database.begin() as desk:
        assert orders.reserve_refund(desk, order.id, quantity=2, amount=40000, limit=40000)
        with door.database.begin() as conn:
            is_in = table.redeem(conn, ticket.id, request_key=None, now=door.now())

    assert is_in
    (stored, _) = tickets(container, order)
    assert (stored.status.value, stored.used_at is not None) == ("refunded", True)
