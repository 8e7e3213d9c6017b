"""The migrations make the tables that the code uses, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from integrations.payments import schema
from integrations.payments.errors import ConfigError
from integrations.payments.store import Store


def test_an_upgraded_database_is_the_schema_of_the_code(database_url: str) -> None:
    """Nothing is missing, nothing is left over."""
    store = Store(database_url)

    with store.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    store.require_current_schema()


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
