"""Whatever buyers, operators, banks and networks do in whatever order, the books are right.

A state machine draws what happens; its invariants hold after each step, and once everything has
come to rest the ledger is Stripe's own to the cent. `make test-long` draws more and others.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.ticketing import bookkeeping
from tests.ticketing.purchases import VISA
from tests.ticketing.shop_model import PRICES, WAYS, BookShop
from ticket_clerk.ticketing.domain.errors import OrderNotFound
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, UNPAID, Buyer, Order, OrderStatus
from ticket_clerk.ticketing.settings import Settings

# How many draws, and new ones each time; by default a few that are always the same.
LONG = int(os.environ.get("TEST_LONG") or 0)
BUYERS = [Buyer("rest", "ann"), Buyer("rest", "ben"), Buyer("slack", "cat")]
CARDS = [
    VISA,
    VISA,
    "4000000000000002",  # declined
    "4000000000000259",  # disputed at once
    "4000000000005126",  # its refunds succeed and then fail
    "4000000000007726",  # its refunds are pending for a moment,
    "9000000000000126",  # for a minute,
    "9000000000000134",  # and for a minute, then fail
    "9000000000000001",  # a debit that takes a minute,
    "9000000000000019",  # and one that fails then
]
SECTIONS = ["floor", "loge", "box"]

PAID = frozenset(OrderStatus) - UNPAID - {OrderStatus.EXPIRED, OrderStatus.CANCELED}

ways = st.sampled_from(["well", *WAYS])
cards = st.sampled_from(CARDS)
picks = st.integers(0, 99)
numbers = st.integers(1, 3)
beside = st.sampled_from([{}, {}, {"parking": 1}, {"parking": 2, "programme": 1}, {"programme": 3}])
others = st.sampled_from([None, None, *SECTIONS])
T = TypeVar("T")


def _pick(some: Sequence[T], pick: int) -> T | None:
    return some[-1 - pick % len(some)] if some else None


class Books(RuleBasedStateMachine):
    """A shop in which anything happens."""

    settings: Settings

    @initialize()
    def open(self) -> None:
        """Begin with an empty database and an empty account at Stripe."""
        self._folder = tempfile.TemporaryDirectory(prefix="books-")
        self.books = BookShop(self.settings, Path(self._folder.name))
        self._delivered: list[dict[str, Any]] = []

    @rule(
        pick=picks,
        section_id=st.sampled_from(SECTIONS),
        quantity=numbers,
        extras=beside,
        also=others,
        way=ways,
    )
    def order(
        self,
        pick: int,
        section_id: str,
        quantity: int,
        extras: dict[str, int],
        also: str | None,
        way: str,
    ) -> None:
        """Somebody wants tickets, in one section or in two."""
        with self.books.going(way):
            self.books.order(BUYERS[pick % len(BUYERS)], section_id, quantity, extras, also)

    @rule(pick=picks, quantity=numbers, extras=beside, way=ways)
    def change(self, pick: int, quantity: int, extras: dict[str, int], way: str) -> None:
        """Somebody wants something else instead."""
        with self.books.going(way):
            one = self._one(pick, UNPAID)
            self.books.change(one, str(one.section_id), quantity, extras)

    @rule(
        pick=picks,
        section_id=st.sampled_from(SECTIONS),
        quantity=numbers,
        extras=beside,
        also=others,
        card=cards,
    )
    def buy(
        self,
        pick: int,
        section_id: str,
        quantity: int,
        extras: dict[str, int],
        also: str | None,
        card: str,
    ) -> None:
        """Somebody gets them at once, with whatever card."""
        self.order(pick, section_id, quantity, extras, also, "well")
        self.pay(0, card)
        self.deliver_all()

    @rule(pick=picks, card=cards)
    def pay(self, pick: int, card: str) -> None:
        """A page is filled in, also one whose order was forgotten."""
        sessions = self.books.wire.sessions()[::-1]
        session = _pick([session for session in sessions if session["status"] == "open"], pick)
        if session is not None:
            self.books.pay(session["id"], card)

    @rule(pick=picks, way=ways)
    def cancel(self, pick: int, way: str) -> None:
        """Somebody leaves an order."""
        with self.books.going(way):
            self.books.cancel(self._one(pick, UNPAID))

    @rule(pick=picks, section_id=st.sampled_from(SECTIONS), way=ways)
    def upgrade(self, pick: int, section_id: str, way: str) -> None:
        """Somebody wants better seats."""
        with self.books.going(way):
            self.books.upgrade(self._one(pick, HELD_BY_BUYER), section_id)

    @rule(pick=picks, section_id=st.sampled_from(SECTIONS[1:]), card=cards, is_told=st.booleans())
    def better(self, pick: int, section_id: str, card: str, is_told: bool) -> None:
        """Somebody gets better seats at once, and is told so or not yet."""
        self.upgrade(pick, section_id, "well")
        self.pay(0, card)
        if is_told:
            self.deliver_all()

    @rule(pick=picks, quantity=numbers, way=ways)
    def give_back(self, pick: int, quantity: int, way: str) -> None:
        """Somebody returns tickets."""
        with self.books.going(way):
            self.books.give_back(self._one(pick, HELD_BY_BUYER), quantity)

    @rule(
        pick=picks,
        share=st.sampled_from([None, 1, 2, 3]),
        quantity=st.sampled_from([None, None, 0, 1]),
        key=st.sampled_from([None, "a", "b"]),
        way=ways,
    )
    def refund_by_api(
        self, pick: int, share: int | None, quantity: int | None, key: str | None, way: str
    ) -> None:
        """An operator pays back all, the price of one ticket, or some odd part."""
        with self.books.going(way):
            order = self._one(pick, PAID)
            amount = None if share is None else f"{_part(order, share) / 100:.2f}"
            self.books.refund_by_api(
                order, amount=amount, quantity=quantity, idempotency_key=key and f"{key}{order.id}"
            )

    @rule(pick=picks, share=st.sampled_from([1, 2, 3, 4]))
    def refund_in_dashboard(self, pick: int, share: int) -> None:
        """An operator does it past the shop."""
        with self.books.going("well"):
            order = self._one(pick, PAID)
            rest = order.amount_total - order.amount_refunded
            amount = max(1, rest) if share == 4 else _part(order, share)
            self.books.refund_in_dashboard(order, amount)

    @rule(pick=picks)
    def dispute(self, pick: int) -> None:
        """A bank takes a payment back, whatever went back already."""
        charges = self.books.wire.list_all("/v1/charges")
        charge = _pick([c for c in charges if c["paid"] and not c["disputed"]], pick)
        if charge is not None:
            self.books.dispute(charge)

    @rule(pick=picks, evidence=st.sampled_from(["winning_evidence", "losing_evidence"]))
    def decide(self, pick: int, evidence: str) -> None:
        """The bank decides."""
        dispute = _pick(self.books.wire.list_all("/v1/disputes"), pick)
        if dispute is not None:
            self.books.decide(dispute, evidence)

    @rule(prices=st.sampled_from([*PRICES, "withdrawn"]))
    def load(self, prices: str) -> None:
        """Somebody edits shows.yml."""
        self.books.load(prices)

    @rule()
    def deliver_all(self) -> None:
        """Everything arrives as it happened."""
        while self.books.undelivered:
            self._deliver(0)

    @rule(pick=picks, is_twice=st.booleans())
    def deliver_one(self, pick: int, is_twice: bool) -> None:
        """One event overtakes the others, or comes twice."""
        if self.books.undelivered:
            event = self._deliver(pick % len(self.books.undelivered))
            if is_twice:
                self.books.deliver(event)
                self.books.deliver({**event, "id": f"{event['id']}_again"})

    @rule(pick=picks)
    def deliver_again(self, pick: int) -> None:
        """An old one comes again, as another event about the same change."""
        event = _pick(self._delivered, pick)
        if event is not None:
            self.books.deliver({**event, "id": f"{event['id']}_{len(self._delivered)}"})

    @rule(pick=picks)
    def lose(self, pick: int) -> None:
        """One event never arrives."""
        if self.books.undelivered:
            self.books.undelivered.pop(pick % len(self.books.undelivered))

    @rule(minutes=st.sampled_from([2, 40, 60, 24 * 60]))
    def pass_time(self, minutes: int) -> None:
        """Pages expire, refunds arrive, keys are forgotten."""
        self.books.pass_time(minutes=minutes)

    @rule(way=ways)
    def work(self, way: str) -> None:
        """The worker makes a pass."""
        with self.books.going(way):
            self.books.work(with_events=False)

    @invariant()
    def the_books_are_right(self) -> None:
        """At every moment."""
        if hasattr(self, "books"):
            bookkeeping.check_seats(self.books)
            bookkeeping.check_orders(self.books)
            bookkeeping.check_extras(self.books)
            bookkeeping.check_numbers(self.books)

    def teardown(self) -> None:
        """Come to rest, with the events that were not lost, and look again and again."""
        if not hasattr(self, "books"):
            return
        try:
            self._come_to_rest()
            bookkeeping.check_at_rest(self.books)
            self._repeat_everything()
        finally:
            self.books.close()
            self._folder.cleanup()

    def _come_to_rest(self) -> None:
        self.deliver_all()
        for _ in range(3):
            self.books.pass_time(days=1)
            self.books.work(with_events=False)
            self.deliver_all()
        self.the_books_are_right()

    def _repeat_everything(self) -> None:
        self.books.work()
        before = bookkeeping.snapshot(self.books)
        for number, event in enumerate(self._delivered):
            self.books.deliver({**event, "id": f"{event['id']}_n{number}"})
        self.books.work()
        assert bookkeeping.snapshot(self.books) == before

    def _deliver(self, index: int) -> dict[str, Any]:
        event = self.books.undelivered.pop(index)
        self._delivered.append(event)
        self.books.deliver(event)
        return event

    def _one(self, pick: int, statuses: Collection[OrderStatus]) -> Order:
        """Choose one of the orders that stand so; without any there is no such order."""
        order = _pick([one for one in self.books.orders() if one.status in statuses], pick)
        if order is None:
            raise OrderNotFound("Nobody has any.")
        return order


def _part(order: Order, share: int) -> int:
    """What was paid for one ticket or two, or a part that is no ticket's price."""
    paid = order.share(share, returned=order.refunded_quantity) if share < 3 else 1234
    return max(1, min(order.amount_total, paid))


@pytest.mark.parametrize(
    "terms", [{}, {"promotion_codes": True, "automatic_tax": "exclusive"}], ids=["plain", "terms"]
)
def test_the_books_are_right_whatever_happens(settings: Settings, terms: dict[str, Any]) -> None:
    """Seats add up at every step; at rest the ledger is Stripe's and everybody was told.

    With codes, that of nothing among them, and with taxes, too.
    """
    settings = replace(settings, **terms)
    machine = type("BooksOfThisDatabase", (Books,), {"settings": settings})
    run_state_machine_as_test(
        machine,
        settings=drawing(
            max_examples=LONG or 12,
            stateful_step_count=40 if LONG else 25,
            derandomize=not LONG,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
