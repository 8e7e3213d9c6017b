"""Who a buyer is at Stripe: the customers that they became by paying. Network and database."""

from __future__ import annotations

from collections.abc import Iterable

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers, orders
from ticket_clerk.ticketing.domain.errors import StripeRejected
from ticket_clerk.ticketing.domain.models import Buyer, Order


def customer_ids(container: Container, buyer: Buyer) -> list[str]:
    """List the ids of all customers that a buyer is at Stripe.

    There can be several: of two pages that were open before either was paid, each made one, and
    only one is remembered here. The others are on their sessions. Raises StripeUnavailable.
    """
    with container.database.read() as conn:
        remembered = customers.find_customer(conn, buyer)
        of_buyer = orders.list_orders_of(conn, buyer)
    known = {remembered, *(order.customer_id for order in of_buyer)}
    known.update(_of_sessions(container, of_buyer))
    return sorted(customer_id for customer_id in known if customer_id is not None)


def _of_sessions(container: Container, of_buyer: Iterable[Order]) -> Iterable[str | None]:
    for order in of_buyer:
        if order.checkout_session_id is None:
            continue
        try:
            yield container.stripe.get_checkout_session(order.checkout_session_id).customer_id
        except StripeRejected:
            # Stripe has that session no more.
            continue
