"""The migrations make the tables that the code uses, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from integrations.payments import orders, schema
from integrations.payments.errors import ConfigError
from integrations.payments.store import Store, alembic_config

NOW = datetime(2031, 1, 1)
FIRST_REVISION = {
    "id": "ord_of_the_first_revision",
    "status": "open",
    "kind": "purchase",
    "channel": "rest",
    "sender_id": "ann",
    "show_id": "lakers-warriors",
    "show_name": "Lakers vs Warriors",
    "section_id": "101",
    "section_name": "Section 101",
    "venue": "Crypto.com Arena",
    "city": "Los Angeles",
    "starts_at_local": "2031-01-15T19:30:00-08:00",
    "quantity": 2,
    "currency": "usd",
    "unit_amount": 20000,
    "amount_total": 40000,
    "amount_refunded": 0,
    "attempt": 1,
    "created_at": NOW,
    "expires_at": NOW,
    "hold_expires_at": NOW,
    "open_slot": 1,
}


def test_an_upgraded_database_is_the_schema_of_the_code(database_url: str) -> None:
    """Nothing is missing, nothing is left over."""
    store = Store(database_url)

    with store.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    store.require_current_schema()


def test_a_database_with_data_of_each_earlier_revision_is_upgraded(database_url: str) -> None:
    """An order of the first revision is read by today's code."""
    store = Store(database_url)
    _to_revision(store, command.downgrade, "base")
    _to_revision(store, command.upgrade, "0001")
    with store.begin() as conn:
        table = sa.Table("orders", sa.MetaData(), autoload_with=conn)
        conn.execute(sa.insert(table).values(**FIRST_REVISION))

    store.migrate()

    with store.read() as conn:
        order = orders.get_order(conn, "ord_of_the_first_revision")
    assert (order.amount_total, order.cancel_requested_at) == (40000, None)
    assert order.refundable_until == order.starts_at - timedelta(hours=24)
    store.close()


def _to_revision(store: Store, move: Callable[[Config, str], None], revision: str) -> None:
    config = alembic_config()
    with store.engine.connect() as conn:
        config.attributes["connection"] = conn
        move(config, revision)


def test_a_database_that_was_never_migrated_is_a_sentence(tmp_path: object) -> None:
    """Starting on it says which command to run."""
    with pytest.raises(ConfigError, match="integrations.payments migrate"):
        Store(f"sqlite:///{tmp_path}/empty.db").require_current_schema()


def test_sqlite_survives_a_power_cut(tmp_path: object) -> None:
    """WAL with synchronous=FULL, and foreign keys that are kept."""
    store = Store(f"sqlite:///{tmp_path}/payments.db")

    with store.read() as conn:
        values = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]
