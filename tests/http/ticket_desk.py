"""A payments server with tickets that were sold: what it serves, and the shop behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.servers import BEARER, payments_process
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries as orders
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.settings import Settings
from ticket_clerk.ticketing.tickets import codes, queries

SIGNING_KEY = "signing-key-of-the-tests-0123456789"
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class TicketDesk:
    """The server's address, and a shop on the same database."""

    url: str
    shop: Container

    def sell(self, quantity: int = 2, buyer: Buyer | None = None) -> Order:
        """Sell seats of Lakers vs Warriors, paid past Stripe."""
        buyer = buyer or Buyer("rest", f"buyer-{self._count()}")
        with suppress(StripeUnavailable):
            start_checkout(
                self.shop, buyer, show_id="lakers-warriors", section_id="101", quantity=quantity
            )
        (order,) = orders.orders_of(self.shop, buyer)
        with self.shop.database.begin() as conn:
            paid = {"amount": order.amount_total, "currency": order.currency}
            charge = f"charge_{order.id}"
            settlement.settle_native(conn, order.id, charge, **paid, now=self.shop.now())
        return orders.any_order(self.shop, order.id)

    def tickets(self, order: Order) -> list[Ticket]:
        """Read an order's tickets."""
        return queries.tickets_of(self.shop, order)

    def code(self, ticket: Ticket) -> str:
        """Give what a ticket's QR code says."""
        return codes.code_of(self.shop.settings, ticket)

    def get(self, path: str) -> requests.Response:
        """Read without a token, as a buyer does."""
        return requests.get(f"{self.url}/payments/tickets/{path}", timeout=60)

    def check(self, code: str, key: str | None = None, **body: Any) -> dict[str, Any]:
        """Ask what a code is worth, with the token."""
        headers = BEARER | ({"Idempotency-Key": key} if key else {})
        answer = requests.post(
            f"{self.url}/payments/tickets/check",
            json={"code": code, **body},
            headers=headers,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def _count(self) -> int:
        page, _ = orders.page_of_orders(self.shop, status=None, cursor=None, limit=100)
        return len(page)


@contextmanager
def ticket_desk(folder: Path) -> Iterator[TicketDesk]:
    """Start one with a new database; there is no Stripe."""
    with payments_process(folder, TICKETS_SIGNING_KEY=SIGNING_KEY) as (url, _):
        settings = Settings.from_env(
            {
                "DATABASE_URL": f"sqlite:///{folder}/payments.db",
                "STRIPE_API_BASE": NOBODY,
                "TICKETS_SIGNING_KEY": SIGNING_KEY,
            }
        )
        shop = build_container(settings)
        yield TicketDesk(url, shop)
        shop.database.close()
