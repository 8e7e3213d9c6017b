"""Eight threads that buy, better, refund, dispute and settle the same few orders at once.

PostgreSQL would answer with a deadlock if two of them locked orders or sections the other way
round; and whoever loses a race must leave the books right.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ticketing import bookkeeping
from tests.ticketing.shop_model import PRICES, BookShop
from tests.ticketing.test_books import CARDS, SECTIONS
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable, PaymentError
from ticket_clerk.ticketing.domain.models import UNPAID, Buyer
from ticket_clerk.ticketing.settings import Settings

THREADS = 8
SECONDS = 120 if os.environ.get("TEST_LONG") else 4
BUYERS = [Buyer("rest", name) for name in ("ann", "ben", "cat")]


class Hand(threading.Thread):
    """One of those who do whatever comes to their mind."""

    def __init__(self, books: BookShop, number: int, until: float) -> None:
        super().__init__()
        self.books, self.until = books, until
        self.chance = random.Random(number)  # noqa: S311  draws, not secrets
        self.faults: list[str] = []

    def run(self) -> None:
        """Go on until the time is up; what the shop refuses is no fault."""
        # Stripe tells of much, so most of all is delivered.
        deeds = [self._buy, self._pay, self._better, self._give_back, self._by_operator, self._bank]
        deeds.append(self._change)
        while time.monotonic() < self.until:
            for deed in (self.chance.choice([*deeds, self._work]), self._deliver, self._deliver):
                self._try(deed)

    def _try(self, deed: Callable[[], None]) -> None:
        try:
            with suppress(AssertionError):
                deed()
        except DatabaseUnavailable as exc:
            # A busy machine may keep SQLite locked for long; a deadlock is another matter.
            if "deadlock" in str(exc.__cause__):
                self.faults.append(f"{deed.__name__}: deadlock {exc.__cause__}")
        except PaymentError:
            pass
        except Exception as exc:  # whatever it is, it is the finding
            self.faults.append(f"{deed.__name__}: {exc!r}")

    def _buy(self) -> None:
        section_id = self.chance.choice(SECTIONS)
        extras = self.chance.choice([{}, {"parking": 1}, {"programme": 2, "parking": 1}])
        quantity = self.chance.randint(1, 2)
        also = self.chance.choice([None, None, *SECTIONS])
        self.books.order(self.chance.choice(BUYERS), section_id, quantity, extras, also)

    def _change(self) -> None:
        open_ones = [one for one in self.books.orders()[-9:] if one.status in UNPAID]
        if open_ones:
            extras = self.chance.choice([{}, {"parking": 2}, {"programme": 1}])
            section_id = self.chance.choice(SECTIONS)
            one, quantity = self.chance.choice(open_ones), self.chance.randint(1, 2)
            self.books.change(one, section_id, quantity, extras)

    def _pay(self) -> None:
        open_ones = [s for s in self.books.wire.sessions() if s["status"] == "open"]
        if open_ones:
            card = self.chance.choice(CARDS)
            self.books.wire.standin.pay(self.chance.choice(open_ones)["id"], card=card)

    def _better(self) -> None:
        order = self.chance.choice(self.books.orders()[-9:])
        self.books.upgrade(order, self.chance.choice(SECTIONS))

    def _give_back(self) -> None:
        self.books.give_back(self.chance.choice(self.books.orders()[-9:]), 1)

    def _by_operator(self) -> None:
        order = self.chance.choice(self.books.orders()[-9:])
        amount = self.chance.choice([order.amount_total, order.unit_amount, 777])
        if order.payment_intent_id is not None and self.chance.random() < 0.3:
            self.books.wire.post(
                "/v1/refunds", payment_intent=order.payment_intent_id, amount=amount
            )
        elif order.payment_intent_id is not None:
            key = self.chance.choice([None, f"key-{order.id}"])
            self.books.refund_by_api(order, amount=f"{amount / 100:.2f}", idempotency_key=key)

    def _bank(self) -> None:
        found = self.books.wire.list_all("/v1/disputes")
        if found:
            evidence = {"evidence[uncategorized_text]": "winning_evidence"}
            self.books.wire.post(f"/v1/disputes/{self.chance.choice(found)['id']}", **evidence)

    def _work(self) -> None:
        if self.chance.random() < 0.2:
            self.books.load(self.chance.choice(list(PRICES)))
        else:
            self.books.work(with_events=False)

    def _deliver(self) -> None:
        events = self.books.wire.latest_events()
        if events:
            self.books.deliver(self.chance.choice(events))


def test_the_books_are_right_when_everybody_does_everything_at_once(
    settings: Settings, tmp_path: Path
) -> None:
    """No deadlock and no other error; at rest the ledger is Stripe's and the seats add up."""
    books = BookShop(settings, tmp_path)
    for buyer in BUYERS:
        books.order(buyer, "floor", 1)
    until = time.monotonic() + SECONDS
    hands = [Hand(books, number, until) for number in range(THREADS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert [fault for hand in hands for fault in hand.faults] == []
    for _ in range(3):
        books.pass_time(days=1)
        books.work()
    bookkeeping.check_seats(books)
    bookkeeping.check_extras(books)
    bookkeeping.check_orders(books)
    bookkeeping.check_at_rest(books)
    books.close()


# SQLite's writers are alone, so they can't wait for each other.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_one_order_of_locking_the_database_answers_with_a_deadlock(
    settings: Settings, tmp_path: Path
) -> None:
    """Control: one takes the first order and then the second, another the other way."""
    books = BookShop(settings, tmp_path)
    for buyer in BUYERS[:2]:
        books.order(buyer, "floor", 1)
    one, other = (order.id for order in books.orders())
    both_have_one = threading.Barrier(2)
    ends: list[str] = []

    def lock(first: str, second: str) -> None:
        try:
            with books.container.database.begin() as conn:
                orders.find_order(conn, first, lock=True)
                both_have_one.wait()
                orders.find_order(conn, second, lock=True)
            ends.append("done")
        except DatabaseUnavailable as exc:
            ends.append("deadlock" if "deadlock" in str(exc.__cause__) else "other")

    threads = [threading.Thread(target=lock, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["deadlock", "done"]
    books.close()
