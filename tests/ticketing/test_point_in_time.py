"""A PostgreSQL that was recovered to a moment, as docs/how-to/point-in-time.md says word for word.

Its commands and settings are the page's; only the folders are the test's, and the moment.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.databases import create_database
from tests.docs.follow import Block, blocks, says
from tests.moving_clock import MovableClock
from tests.postgresql_server import PostgresServer, make_cluster, make_folder, run_as_owner
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, give_back, pay, receive_all, status, told
from tests.ticketing.ticket_desk import tickets
from tests.waiting import wait_until
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.domain.errors import OrderNotFound, SoldOut
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.notifications.delivery import mark_delivered
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.settings import Settings

pytestmark = pytest.mark.live

PAGE = ROOT / "docs" / "how-to" / "point-in-time.md"
BOB, CAROL = Buyer("rest", "bob"), Buyer("rest", "carol")


class Administrator:
    """Somebody who runs a PostgreSQL and does what the page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        """Switch the archive on, on a new server."""
        self._folders = {
            "/var/lib/postgresql": str(make_folder(folder / "postgresql")),
            "/srv/archive": str(make_folder(folder / "archive")),
        }
        self._data = folder / "postgresql" / "data"
        self._sockets = make_folder(folder / "sockets")
        make_cluster(make_folder(self._data))
        self._blocks = (block for block in blocks(PAGE) if not block.is_left_out)
        self._type(next(self._blocks))
        self._write(next(self._blocks))
        self.server = PostgresServer(self._data, self._sockets)

    def database(self, name: str) -> str:
        """Make a database; returns its address."""
        return create_database(
            f"postgresql+psycopg2://postgres@/postgres?host={self._sockets}", name
        )

    def back_up(self) -> None:
        """Make the base backup, and see that the archive works."""
        archived, is_archived, base = (next(self._blocks) for _ in range(3))
        self._type(base)
        wait_until(lambda: says(self._type(archived), is_archived.text), "the archive")

    def moment(self) -> str:
        """What a clock on the wall would show, which is all that somebody remembers."""
        return self.ask("SELECT clock_timestamp()")

    def cut_the_power(self) -> None:
        """End the server in the middle of whatever it does; its disk can still be read."""
        self.server.kill()
        self._type(next(self._blocks))

    def lose_the_disk(self) -> None:
        """Have nothing left but the archive, which has all that is a minute old."""
        last = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        archived = "SELECT last_archived_wal FROM pg_stat_archiver"
        wait_until(lambda: self.ask(archived) >= last, last, words=self.server.words)
        self.server.kill()
        shutil.rmtree(self._data / "pg_wal")
        next(self._blocks)

    def go_back(self, moment: str) -> None:
        """Recover to a moment, or as far as the archive goes where there is none."""
        go_back, recovery, recovered, is_over = (next(self._blocks) for _ in range(4))
        self._type(go_back)
        line = f"recovery_target_time = '{moment}'" if moment else ""
        self._write(recovery, (r"recovery_target_time = .*", line))
        self.server = PostgresServer(self._data, self._sockets)
        words = self.server.words
        wait_until(lambda: says(self._type(recovered), is_over.text), "recovery", words=words)

    def ask(self, statement: str) -> str:
        """Run a statement in the server; returns its only value."""
        plain = ("--username=postgres", "--tuples-only", "--no-align", "--command", statement)
        return run_as_owner("psql", *plain, PGHOST=str(self._sockets)).strip()

    def _type(self, block: Block) -> str:
        assert block.language == "sh", block.place
        script = self._own(block.text)
        return run_as_owner("bash", "-euc", script, PGHOST=str(self._sockets))

    def _write(self, block: Block, *changes: tuple[str, str]) -> None:
        text = self._own(block.text)
        for old, new in changes:
            text, count = re.subn(old, new, text)
            assert count == 1, block.place
        file = self._own(block.title.removeprefix("at the end of "))
        with Path(file).open("a") as settings:
            settings.write(text)

    def _own(self, text: str) -> str:
        for folder, own in self._folders.items():
            text = text.replace(folder, own)
        return text


@pytest.fixture
def administrator() -> Iterator[Administrator]:
    """Who has a server with an archive, outside of pytest's folder: its owner is somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    folder.chmod(0o755)
    administrator = Administrator(folder)
    yield administrator
    administrator.server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database_url(administrator: Administrator) -> str:
    """The shop's database there, at the code's revision."""
    url = Settings.from_env({"DATABASE_URL": administrator.database("payments")}).database_url
    database = Database(url)
    database.migrate()
    database.close()
    return url


def order_last_seat(container: Container, buyer: Buyer) -> Order:
    """Begin to buy the only seat of a show."""
    return start_checkout(container, buyer, show_id="last-seat", section_id="front", quantity=1)


def tell_all(container: Container) -> None:
    """Tell Ann all that she has to be told."""
    ids = [message.id for message, _ in queries.unread_messages(container, ANN)]
    assert mark_delivered(container, ids) == len(ids)


def test_a_shop_goes_back_to_a_moment_and_stripe_tells_what_came_after(
    administrator: Administrator, container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """What was paid and told before it stays so. Of what came after, orders of the moment are paid
    and refunded again, told once, and their seats are nobody else's meanwhile; money of an order
    that the moment has not seen waits for somebody, and a second pass changes nothing.
    """
    in_the_backup = buy(container, stripe_wire)
    administrator.back_up()
    in_the_archive, returned = buy(container, stripe_wire), buy(container, stripe_wire, quantity=1)
    waiting = order_last_seat(container, ANN)
    tell_all(container)
    moment = administrator.moment()
    pay(container, stripe_wire, waiting)
    give_back(container, returned)
    receive_all(container, stripe_wire)
    lost = buy(container, stripe_wire, quantity=3, buyer=BOB)
    administrator.cut_the_power()
    # As long as it takes; the hold of the last seat is over.
    clock.move(hours=2)

    container.database.close()
    administrator.go_back(moment)

    paid = (in_the_backup, in_the_archive, returned)
    assert {status(container, order) for order in paid} == {OrderStatus.PAID}
    assert status(container, waiting) is OrderStatus.OPEN
    assert told(container) == []
    with pytest.raises(SoldOut):
        order_last_seat(container, CAROL)
    reconcile(container)
    assert status(container, waiting) is OrderStatus.PAID
    assert len(tickets(container, waiting)) == 1
    assert status(container, returned) is OrderStatus.REFUNDED
    assert sorted(told(container)) == [
        MessageKind.PAYMENT_CONFIRMED.value,
        MessageKind.REFUND_SUCCEEDED.value,
    ]
    with pytest.raises(OrderNotFound):
        queries.any_order(container, lost.id)
    assert [event.outcome for event in failed_events.waiting_events(container)] == [
        "foreign_session"
    ]
    books = rows(container)
    reconcile(container)
    assert rows(container) == books


def test_without_a_moment_all_that_was_archived_is_back(
    administrator: Administrator, container: Container, stripe_wire: StripeWire
) -> None:
    """The control, and what one does when nothing but the disk was lost: the very same books."""
    administrator.back_up()
    buy(container, stripe_wire)
    give_back(container, buy(container, stripe_wire, quantity=1))
    receive_all(container, stripe_wire)
    books = rows(container)
    administrator.lose_the_disk()

    container.database.close()
    administrator.go_back("")

    assert rows(container) == books
    reconcile(container)
    assert rows(container) == books


def rows(container: Container) -> dict[str, list[tuple[object, ...]]]:
    """What was sold, paid and told."""
    tables = (schema.orders, schema.sections, schema.ledger, schema.outbox, schema.tickets)
    with container.database.read() as conn:
        return {
            table.name: sorted(map(tuple, conn.execute(sa.select(table))), key=repr)
            for table in tables
        }
