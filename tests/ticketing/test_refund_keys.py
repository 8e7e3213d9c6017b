"""One request is one refund: whoever repeats it, in whatever process, however late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, lose_a_refund, refunded
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, refunds
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds.refund_requests import (
    refund_payment,
    refund_tickets,
)

PROCESSES = 6


def test_one_key_in_many_processes_at_once_is_one_refund(
    make_container: Callable[[], Container],
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
) -> None:
    """Each gets the same refund; the order counts it once."""
    ready = threading.Barrier(PROCESSES)
    answers: list[str] = []

    def refund(mine: Container) -> None:
        ready.wait()
        while True:
            try:
                made = refund_payment(
                    mine, str(order.payment_intent_id), amount=50, idempotency_key="one"
                )
            except StripeUnavailable:
                # Another one is just asking Stripe with the same key.
                continue
            answers.append(made.id)
            return

    threads = [threading.Thread(target=refund, args=[make_container()]) for _ in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(answers), len(set(answers))) == (PROCESSES, 1)
    assert refunded(stripe_wire) == [5000]
    assert queries.any_order(container, order.id).amount_refunding == 5000


def test_without_looking_under_the_lock_the_second_sets_money_aside_again(
    container: Container, order: Order
) -> None:
    """Control: who looked too early goes on; the key stops the row but not the money."""
    refund_payment(container, str(order.payment_intent_id), amount=50, idempotency_key="one")

    with container.database.begin() as conn:
        first = refunds.find_by_request_key(conn, "one")
        assert first is not None
        late = replace(first, id="rfd_late", quote_version=2, stripe_refund_id=None)
        assert orders.reserve_refund(conn, order.id, quantity=0, amount=5000, limit=40000)
        assert not refunds.insert_refund(conn, late)
        assert orders.get_order(conn, order.id).amount_refunding == 10000
        conn.rollback()


def test_the_same_yes_a_day_later_still_finds_what_stripe_did(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """Stripe has forgotten the key by then: the refund that names the request is looked for."""
    version = lose_a_refund(container, stripe_wire, order)
    clock.move(hours=30)

    refund_tickets(container, ANN, order.id, quantity=1, quote_version=version)

    assert refunded(stripe_wire) == [20000]
    assert queries.any_order(container, order.id).amount_refunded == 20000
