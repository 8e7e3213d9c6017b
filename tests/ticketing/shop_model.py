"""A small shop whose Stripe fails as asked, for tests that do anything in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from stripe_standin.payments import cards, disputes
from tests.databases import spare_the_disk
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import receive
from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Buyer, Order, SeatLine
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_payment,
    refund_tickets,
)
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.settings import Settings

SHOW = "night-of-cents"
# Prices that divide by nothing, and few seats, so that they run out.
_CATALOG = """
currency: usd
max_tickets_per_order: 4
shows:
  - id: night-of-cents
    name: Night of Cents
    venue: Small Stage
    city: Boston
    starts_at: 2031-05-01T20:00:00-04:00
    sections:
      - {{id: floor, name: Floor, price: "{floor}", rows: {{A: 3, B: 3}}}}
      - {{id: loge, name: Loge, price: "{loge}", seats: 5}}
      - {{id: box, name: Box, price: "{box}", rows: {{A: 4}}}}
    extras:
      - {{id: parking, name: Parking, price: "7.77", stock: 3}}
      - {{id: programme, name: Programme, price: "{programme}"}}
"""
_OTHER = _CATALOG.replace("night-of-cents", "another-night")
PRICES = {
    "usual": {"floor": "33.35", "loge": "50.01", "box": "99.99", "programme": "5.03"},
    "dearer": {"floor": "40.03", "loge": "41.07", "box": "120.11", "programme": "6.01"},
    "upside down": {"floor": "99.99", "loge": "50.01", "box": "33.35", "programme": "5.03"},
}
# What buyers type on Stripe's page in a shop that takes codes, one after the other: percent off.
CODES = {"": 0, "TENTH": 10, "ODD": 33.33, "FREE": 100}
WAYS = ("well", "cut", "loses answers")
LONG_AGO = timedelta(days=60)


class BookShop:
    """Shop, stand-in and clock, all new, over a database that was emptied.

    What the shop refuses is no failure: a buyer may ask for anything.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.clock = MovableClock()
        self.wire = StripeWire(self.clock)
        # The wire is held against Stripe's document elsewhere; here it is about speed.
        self.wire.check = False
        stripe = StripePaymentManager(settings, http_client=self.wire)
        self.container: Container = build_container(settings, stripe=stripe, now=self.clock)
        spare_the_disk(self.container.database)
        self._catalog = folder / "shows.yml"
        with self.container.database.begin() as conn:
            for table in reversed(schema.metadata.sorted_tables):
                conn.execute(sa.delete(table))
        self.load("usual")
        self._payments = 0
        if settings.automatic_tax:
            self.wire.standin.tax_rate = Decimal("7.25")
        if settings.promotion_codes:
            self._make_codes()
        self._seen: set[str] = set()
        self.undelivered: list[dict[str, Any]] = []

    def close(self) -> None:
        """Let go of database and stand-in."""
        self.container.database.close()
        self.wire.standin.close()

    def load(self, prices: str) -> None:
        """Load shows.yml with other prices, or without the show."""
        text = _OTHER if prices == "withdrawn" else _CATALOG
        self._catalog.write_text(text.format(**PRICES.get(prices, PRICES["usual"])))
        with self.container.database.begin() as conn:
            load_catalog(conn, read_shows_file(self._catalog), now=self.container.now())

    @contextmanager
    def going(self, way: str) -> Iterator[None]:
        """Let the wire work, be cut, or lose answers, and pass over what the shop refuses."""
        {"well": self.wire.mend, "cut": self.wire.cut, "loses answers": self.wire.lose_answers}[
            way
        ]()
        with suppress(PaymentError):
            yield
        self.wire.mend()
        self.collect()

    def collect(self) -> None:
        """Put what Stripe has to tell by now behind what is not delivered yet."""
        new = [event for event in self.wire.latest_events() if event["id"] not in self._seen]
        self._seen.update(event["id"] for event in new)
        self.undelivered += new

    def orders(self) -> list[Order]:
        """List all orders, oldest first, and each further line as one of its own."""
        with self.container.database.read() as conn:
            found = orders.list_orders(conn, status=None, before=None, limit=1000, by_line=True)
            return found[::-1]

    def order(
        self,
        buyer: Buyer,
        section_id: str,
        quantity: int,
        extras: Mapping[str, int] | None = None,
        also: str | None = None,
    ) -> None:
        """Ask for tickets, for what is sold beside them, and for one ``also`` in that section."""
        lines = (SeatLine(SHOW, also, 1),) if also and also != section_id else ()
        start_checkout(
            self.container,
            buyer,
            show_id=SHOW,
            section_id=section_id,
            quantity=quantity,
            extras=extras,
            further=lines,
        )

    def change(
        self, order: Order, section_id: str, quantity: int, extras: Mapping[str, int]
    ) -> None:
        """Have other seats, another number and other extras instead of an unpaid order."""
        if order.parent_order_id is not None:
            return
        seats = (SHOW, section_id, quantity)
        replace_order(self.container, order.buyer, order.id, SeatRequest(*seats, extras=extras))

    def pay(self, session_id: str, card: str) -> None:
        """Fill in Stripe's page, with a code where the shop takes them."""
        self._payments += 1
        if self.container.settings.promotion_codes:
            code = list(CODES)[self._payments % len(CODES)]
            self.wire.standin.enter_code(session_id, code)
        self.wire.standin.pay(session_id, card=card)
        self.collect()

    def _make_codes(self) -> None:
        for code, percent in CODES.items():
            if code:
                coupon = self.wire.post("/v1/coupons", percent_off=percent)["id"]
                promotion = {"promotion[type]": "coupon", "promotion[coupon]": coupon}
                self.wire.post("/v1/promotion_codes", code=code, **promotion)

    def cancel(self, order: Order) -> None:
        """Leave an unpaid order."""
        cancel_order(self.container, order.buyer, order.id)

    def upgrade(self, order: Order, section_id: str) -> None:
        """Ask for better seats."""
        start_upgrade(self.container, order.buyer, order.id, section_id=section_id)

    def give_back(self, order: Order, quantity: int) -> None:
        """Say yes to a quote."""
        quote = quote_refund(self.container, order.buyer, order.id, quantity)
        refund_tickets(
            self.container,
            order.buyer,
            order.id,
            quantity=quantity,
            quote_version=quote.quote_version,
        )

    def refund_by_api(self, order: Order, **params: Any) -> None:
        """Refund as an operator."""
        refund_payment(self.container, str(order.payment_intent_id), **params)

    def refund_in_dashboard(self, order: Order, amount: int) -> None:
        """Refund past the shop; what Stripe refuses is refused."""
        with suppress(AssertionError):
            self.wire.post("/v1/refunds", payment_intent=order.payment_intent_id, amount=amount)
        self.collect()

    def dispute(self, charge: dict[str, Any]) -> None:
        """Let the bank take a payment back."""
        with self.wire.standin.work() as work:
            disputes.open_for(work, work.load("charge", charge["id"]), cards.by_number(_DISPUTED))
        self.collect()

    def decide(self, dispute: dict[str, Any], evidence: str) -> None:
        """Let the bank decide."""
        with suppress(AssertionError):
            self.wire.post(
                f"/v1/disputes/{dispute['id']}", **{"evidence[uncategorized_text]": evidence}
            )
        self.collect()

    def deliver(self, event: dict[str, Any]) -> str:
        """Deliver an event, signed."""
        return receive(self.container, event)

    def pass_time(self, **duration: float) -> None:
        """Let time pass here and at Stripe."""
        self.clock.move(**duration)
        self.wire.standin.clock.offset_s = self.clock.offset.total_seconds()
        self.wire.standin.expire_overdue()
        self.collect()

    def work(self, *, with_events: bool = True) -> None:
        """Make the passes of the worker."""
        submit_requests(self.container)
        reconcile(self.container, look_back=LONG_AGO, with_events=with_events)
        self.collect()


_DISPUTED = "4000000000000259"
