"""Many requests at the same moment never give back more than was paid."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    refunded,
    seats,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import NotRefundable, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets


def test_many_requests_at_once_never_give_back_more_than_was_paid(
    make_container: Callable[[], Container],
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
) -> None:
    """Six processes, two tickets: two refunds, and the seats are counted right."""
    shops = [make_container() for _ in range(6)]
    ends: list[str] = []

    def wanted(number: int) -> None:
        reason = ""
        while reason != "nothing_left":
            try:
                quote = quote_refund(shops[number], ANN, order.id, 1)
                refund_tickets(
                    shops[number], ANN, order.id, quantity=1, quote_version=quote.quote_version
                )
            except NotRefundable as exc:
                reason = exc.reason
            except StripeUnavailable:
                # Another one is just asking Stripe for the same request.
                continue
        ends.append(reason)

    threads = [threading.Thread(target=wanted, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends == ["nothing_left"] * 6
    assert refunded(stripe_wire) == [20000, 20000]
    assert (seats(container), balance(container)) == ((0, 0), 0)


def test_without_the_condition_more_is_set_aside_than_was_paid(
    container: Container, order: Order
) -> None:
    """Negative control: the unconditional count takes three tickets of two."""
    with container.database.begin() as conn:
        for _ in range(3):
            after = orders.add_refund(conn, order.id, quantity=1, underway=20000)
        assert after.tickets_left == -1
        assert not orders.reserve_refund(conn, order.id, quantity=1, amount=20000, limit=40000)
        conn.rollback()
