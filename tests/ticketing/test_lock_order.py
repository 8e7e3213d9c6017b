"""Two who change orders at the same moment wait in one order, never in a circle.

Each is held until the other is as far, or a second has passed where it waits for the first one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from tests.ticketing.shop_model import BookShop
from ticket_clerk.ticketing.database.tables import inventory, orders
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.settings import Settings

# SQLite's writers are alone, so they can't wait for each other.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

ANN, BEN = Buyer("rest", "ann"), Buyer("rest", "ben")


@pytest.fixture
def books(settings: Settings, tmp_path: Path) -> BookShop:
    """A shop with seats in three sections."""
    return BookShop(settings, tmp_path)


def meet_at_release(monkeypatch: pytest.MonkeyPatch, *before: str, within_s: float) -> None:
    """Hold both when they have given their seats back; the orders named, right before they do.

    Where a lock lets only one of them come so far, it goes on alone after ``within_s`` seconds.
    """
    both = threading.Barrier(2, timeout=within_s)
    release = inventory.release_hold

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait()

    def release_and_meet(conn: Connection, order: Order) -> bool:
        if order.id in before:
            meet()
        is_released = release(conn, order)
        if order.id not in before:
            meet()
        return is_released

    monkeypatch.setattr(inventory, "release_hold", release_and_meet)


def at_once(*deeds: Callable[[], None]) -> list[str]:
    """Do both; how each ended."""
    ends: list[str] = []

    def run(deed: Callable[[], None]) -> None:
        try:
            deed()
            ends.append("done")
        except DatabaseUnavailable as exc:
            ends.append("deadlock" if "deadlock" in str(exc.__cause__) else repr(exc))

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def exchange(books: BookShop, monkeypatch: pytest.MonkeyPatch, within_s: float = 1) -> list[str]:
    """Two buyers want a seat in each other's section instead of their own."""
    books.order(ANN, "floor", 1)
    books.order(BEN, "loge", 1)
    of_ann, of_ben = books.orders()
    meet_at_release(monkeypatch, within_s=within_s)
    return at_once(
        lambda: books.change(of_ann, "loge", 1, {}), lambda: books.change(of_ben, "floor", 1, {})
    )


def leave_beside_a_change(
    books: BookShop, monkeypatch: pytest.MonkeyPatch, within_s: float = 1
) -> list[str]:
    """A buyer cancels one order and changes another one, as from two windows."""
    books.order(ANN, "floor", 1)
    books.order(ANN, "floor", 2)
    left, changed = books.orders()
    meet_at_release(monkeypatch, left.id, within_s=within_s)
    return at_once(lambda: books.cancel(left), lambda: books.change(changed, "floor", 1, {}))


def test_two_buyers_change_to_each_others_section(
    books: BookShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have what they wanted."""
    assert exchange(books, monkeypatch) == ["done", "done"]

    opened = [order for order in books.orders() if order.status is OrderStatus.OPEN]
    assert {(order.buyer, order.section_id) for order in opened} == {(ANN, "loge"), (BEN, "floor")}


def test_an_order_is_left_while_its_buyer_changes_another_one(
    books: BookShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new order may take the slot of the one that is left, whose seats are in its way."""
    assert leave_beside_a_change(books, monkeypatch) == ["done", "done"]

    opened = [order for order in books.orders() if order.status is OrderStatus.OPEN]
    assert [order.quantity for order in opened] == [1]


@pytest.mark.parametrize(
    ("where", "lock", "play"),
    [(inventory, "lock_stock", exchange), (orders, "lock_open_orders", leave_beside_a_change)],
)
def test_without_its_lock_the_database_answers_with_a_deadlock(
    books: BookShop,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    lock: str,
    play: Callable[[BookShop, pytest.MonkeyPatch, float], list[str]],
) -> None:
    """Control: nothing keeps the two from meeting, however slow the machine is."""
    monkeypatch.setattr(where, lock, lambda *_: None)

    assert "deadlock" in play(books, monkeypatch, 120)
