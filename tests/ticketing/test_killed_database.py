"""A PostgreSQL whose processes are killed in the middle of transactions, again and again."""

from __future__ import annotations

import random
import threading
from contextlib import closing, suppress
from typing import Any

import psutil
import psycopg2

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import balance, receive, seats, told
from tests.waiting import wait_until
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

BUYERS = [Buyer("rest", f"buyer-{number}") for number in range(10)]
DEATHS = 3


class _Deliveries:
    """All events, delivered by threads in any order and as often as it goes, until told to end."""

    def __init__(self, container: Container, events: list[dict[str, Any]]) -> None:
        self.refused = 0
        self.surprises: list[Exception] = []
        self._container, self._events = container, events
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._deliver, daemon=True) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Have them end, and wait for that. Safe to repeat."""
        self._end.set()
        for thread in self._threads:
            thread.join(300)

    def _deliver(self) -> None:
        while not self._end.is_set():
            for event in random.sample(self._events, len(self._events)):
                try:
                    receive(self._container, event)
                except DatabaseUnavailable:
                    self.refused += 1
                    self._end.wait(0.05)
                except Exception as exc:
                    self.surprises.append(exc)


def _kill_a_worker(server: Any) -> None:
    """Kill one of the server's processes that work for us; it then ends them all and recovers."""

    def working() -> list[psutil.Process]:
        return [child for child in postmaster.children() if _works_for_us(child)]

    postmaster = psutil.Process(server.get_pid())
    with suppress(psutil.NoSuchProcess):
        random.choice(wait_until(working, "a connection")).kill()


def _works_for_us(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return "[local]" in " ".join(process.cmdline())
    return False


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def test_events_that_meet_a_database_that_dies_are_taken_once_all_the_same(
    own_server: Any, own_shop: Container, stripe_wire: StripeWire
) -> None:
    """Each is refused with 503 or taken whole: no seat, payment or message is lost or doubled."""
    container = own_shop
    wanted = {"show_id": "lakers-warriors", "section_id": "101", "quantity": 2}
    for buyer in BUYERS:
        order = start_checkout(container, buyer, **wanted)
        stripe_wire.standin.pay(order.checkout_session_id)
    with closing(_Deliveries(container, stripe_wire.events())) as deliveries:
        for _ in range(DEATHS):
            refused = deliveries.refused
            _kill_a_worker(own_server)
            wait_until(lambda seen=refused: deliveries.refused > seen, "a refusal")
            wait_until(lambda: _answers(own_server.get_uri()), "the database to be back")
    for event in stripe_wire.events():
        receive(container, event)

    assert deliveries.surprises == []
    orders = [order for buyer in BUYERS for order in queries.orders_of(container, buyer)]
    assert [order.status for order in orders] == [OrderStatus.PAID] * len(BUYERS)
    assert (seats(container), balance(container)) == ((0, 20), 400000)
    assert [told(container, buyer) for buyer in BUYERS] == [["payment_confirmed"]] * len(BUYERS)
