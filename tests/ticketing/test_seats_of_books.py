"""Whatever buyers do with numbered tickets: each that counts has a seat, no two have the same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from tests.ticketing import bookkeeping
from tests.ticketing.purchases import VISA
from tests.ticketing.shop_model import BookShop
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Buyer, Order
from ticket_clerk.ticketing.settings import Settings

# What is paid with the second goes back, and then its refund fails.
CARDS = [VISA, VISA, "4000000000005126"]
# The sections with rows, for six and for four.
SECTIONS = ["floor", "box"]
Step = tuple[str, int, int, str]

steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "give back", "give back", "better", "wait"]),
        st.integers(0, 9),
        st.integers(1, 3),
        st.sampled_from(SECTIONS),
    ),
    min_size=8,
    max_size=14,
)


def _owned(books: BookShop, pick: int) -> list[Order]:
    """Choose one of the buyers' own orders that are paid; none where there are none."""
    held = [one for one in books.orders() if one.status in HELD_BY_BUYER]
    roots = [one for one in held if one.parent_order_id is None]
    return roots[pick % len(roots) :][:1] if roots else []


def _pay_newest(books: BookShop, card: str) -> None:
    waiting = [one for one in books.wire.sessions() if one["status"] == "open"]
    for session in waiting[:1]:
        books.pay(session["id"], card)


def _take(books: BookShop, step: Step) -> None:
    action, pick, quantity, section_id = step
    with books.going("well"):
        if action == "buy":
            books.order(Buyer("rest", f"buyer-{pick}"), section_id, quantity)
            _pay_newest(books, CARDS[pick % len(CARDS)])
        elif action == "wait":
            books.pass_time(days=1)
        for order in _owned(books, pick):
            if action == "give back":
                books.give_back(order, min(quantity, order.tickets_left))
            elif action == "better":
                books.upgrade(order, "box")
                _pay_newest(books, VISA)
    while books.undelivered:
        books.deliver(books.undelivered.pop(0))


def _live(settings: Settings, story: Sequence[Step]) -> set[str]:
    """Let a story happen; returns which of what can happen to a seat did."""
    happened = set()
    with tempfile.TemporaryDirectory(prefix="seats-") as folder:
        books = BookShop(settings, Path(folder))
        before: set[tuple[str, int]] = set()
        for step in story:
            _take(books, step)
            bookkeeping.check_seats(books)
            bookkeeping.check_numbers(books)
            seats = bookkeeping.rows(books, schema.numbered_seats)
            now = {(seat.order_id, seat.ticket_number) for seat in seats}
            happened |= {"given"} if now - before else set()
            happened |= {"freed"} if before - now else set()
            before = now
        books.close()
    return happened


def test_each_ticket_that_counts_has_a_seat_after_any_buys_refunds_and_upgrades(
    settings: Settings,
) -> None:
    """At each step; and the draws are such that seats are given and freed."""
    happened: set[str] = set()

    @drawing(
        max_examples=12,
        derandomize=True,
        deadline=None,
        database=None,
        # What is found is short enough, and shrinking takes minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(steps)
    def live(story: list[Step]) -> None:
        happened.update(_live(settings, story))

    live()
    assert happened == {"given", "freed"}
