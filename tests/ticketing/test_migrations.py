"""The migrations make the tables that the code uses, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from tests.databases import create_database
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database, alembic_config
from ticket_clerk.ticketing.database.tables import orders, outbox, webhook_events
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.settings import Settings

NOW = datetime(2031, 1, 1)
_DATABASES = ("sqlite", "postgresql")
REVISIONS = [
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0030",
    "0031",
    "0032",
    "0033",
]
# What the columns hold whose contents mean something; all others may hold anything.
KNOWN = {
    "show_id": "id",
    "order_id": "ord_of_then",
    "handoff_id": "id",
    "status": "open",
    "kind": "payment_confirmed",
    "channel": "rest",
    "sender_id": "ann",
    "starts_at_local": "2031-01-15T19:30:00-08:00",
    "refundable_until": datetime(2031, 1, 15, 3, 30),
    "quantity": 2,
    "unit_amount": 20000,
    "amount": 20000,
    "amount_total": 40000,
    "amount_extras": 0,
    "amount_discount": 0,
    "amount_tax": 0,
    "amount_refunded": 0,
    "amount_refunding": 0,
    "refunded_quantity": 0,
    "open_slot": 1,
}


def test_an_upgraded_database_is_the_schema_of_the_code(database_url: str) -> None:
    """Nothing is missing, nothing is left over."""
    database = Database(database_url)

    with database.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    database.require_current_schema()


# Whoever comes from the newest tries both databases; the older ones take turns.
_TRIED = [
    (database, revision)
    for number, revision in enumerate(REVISIONS)
    for database in (_DATABASES if revision in REVISIONS[-2:] else (_DATABASES[number % 2],))
]


@pytest.fixture(params=_DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table, of both kinds one after the other."""
    url = f"sqlite:///{tmp_path}/older.db"
    if request.param == "postgresql":
        url = create_database(request.getfixturevalue("postgresql_url"), "older")
    made = Database(Settings.from_env({"DATABASE_URL": url}).database_url)
    yield made
    made.close()


@pytest.mark.parametrize(("database", "revision"), _TRIED, indirect=["database"])
def test_a_database_with_data_of_each_earlier_revision_is_upgraded(
    database: Database, revision: str
) -> None:
    """A row in every table that there was: today's schema, nothing lost, read by today's code."""
    _to_revision(database, command.upgrade, revision)
    with database.begin() as conn:
        before = _fill(conn)

    database.migrate()

    with database.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        assert {name: _count(conn, name) for name in before} == dict.fromkeys(before, 1)
    with database.read() as conn:
        order = orders.get_order(conn, "ord_of_then")
        (message,) = outbox.list_unread(conn, Buyer("rest", "ann"))
        assert webhook_events.taken_ids(conn, ["webhook_event_id"]) == {"webhook_event_id"}
    assert (order.amount_total, message.order_id) == (40000, "ord_of_then")
    assert (order.refunded_quantity, order.tickets_left) == (0, 2)
    assert order.refundable_until == order.starts_at - timedelta(hours=24)


def test_a_season_ticket_loses_its_made_up_show_and_a_downgrade_gives_one_back(
    database: Database,
) -> None:
    """Section, venue, city, start and deadline are null; there and back loses no order."""
    _to_revision(database, command.upgrade, "0007")
    with database.begin() as conn:
        _fill(conn)
        conn.execute(sa.update(schema.orders).values(kind="subscription", section_id=""))

    for revision in ("0008", "0007", "head"):
        move = command.downgrade if revision == "0007" else command.upgrade
        _to_revision(database, move, revision)

    with database.read() as conn:
        order = orders.get_order(conn, "ord_of_then")
    made_up = (order.section_id, order.section_name, order.venue, order.city, order.starts_at)
    assert {*made_up, order.refundable_until} == {None}


def test_every_downgrade_leads_back_to_nothing(database: Database) -> None:
    """Each is there, and what it leaves can be upgraded again."""
    database.migrate()
    _to_revision(database, command.downgrade, "base")

    assert sa.inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    database.require_current_schema()


@pytest.mark.parametrize(
    ("kind", "status", "count"),
    [
        ("purchase", "paid", 2),
        ("purchase", "partially_refunded", 2),
        ("subscription", "paid", 2),
        ("purchase", "open", 0),
        ("purchase", "needs_attention", 0),
        ("upgrade", "paid", 0),
    ],
)
def test_what_was_paid_before_there_were_tickets_has_them_afterwards(
    database: Database, kind: str, status: str, count: int
) -> None:
    """One a seat, in the section where the seats are; none for what was never paid."""
    _to_revision(database, command.upgrade, "0012")
    with database.begin() as conn:
        _fill(conn)
        conn.execute(sa.update(schema.orders).values(kind=kind, status=status, section_name="101"))

    database.migrate()

    with database.read() as conn:
        issued = conn.execute(sa.select(schema.tickets).order_by(schema.tickets.c.number)).all()
    assert [row.number for row in issued] == [1, 2][:count]
    assert len({row.id for row in issued}) == count
    assert {(row.order_id, row.section_name) for row in issued} <= {("ord_of_then", "101")}
    assert all(row.used_at is None and len(row.id) == 26 for row in issued)
    _to_revision(database, command.downgrade, "0012")
    database.migrate()


def test_every_earlier_revision_is_tried() -> None:
    """A new migration is tried from the one before it."""
    script = ScriptDirectory.from_config(alembic_config())
    earlier = [each.revision for each in script.walk_revisions()][1:]
    assert sorted(earlier) == REVISIONS


def _fill(conn: Connection) -> list[str]:
    """Put one row into every table that the database has; returns their names."""
    tables = sa.MetaData()
    tables.reflect(conn)
    filled = [table for table in tables.sorted_tables if table.name != "alembic_version"]
    for table in filled:
        conn.execute(sa.insert(table).values({c.name: _value(c) for c in table.columns}))
    return [table.name for table in filled]


def _value(column: sa.Column) -> object:
    if column.table.name == "orders" and column.name in ("id", "kind"):
        return {"id": "ord_of_then", "kind": "purchase"}[column.name]
    if column.name in KNOWN:
        return KNOWN[column.name]
    if column.nullable:
        return None
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.DateTime):
        return NOW
    if isinstance(column.type, sa.Date):
        return NOW.date()
    return 1 if isinstance(column.type, sa.BigInteger | sa.Integer) else column.name


def _count(conn: Connection, table: str) -> int:
    return int(conn.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one())


def _to_revision(database: Database, move: Callable[[Config, str], None], revision: str) -> None:
    config = alembic_config()
    with database.engine.connect() as conn:
        config.attributes["connection"] = conn
        move(config, revision)


def test_a_database_that_was_never_migrated_is_a_sentence(tmp_path: object) -> None:
    """Starting on it says which command to run."""
    with pytest.raises(ConfigError, match="integrations.payments migrate"):
        Database(f"sqlite:///{tmp_path}/empty.db").require_current_schema()


def test_sqlite_survives_a_power_cut(tmp_path: object) -> None:
    """WAL with synchronous=FULL, and foreign keys that are kept."""
    database = Database(f"sqlite:///{tmp_path}/payments.db")

    with database.read() as conn:
        values = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]
