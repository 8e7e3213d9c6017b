"""Databases of their own on the tests' PostgreSQL server, and files that are not waited for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from ticket_clerk.ticketing.database.engine import Database


def create_database(server_url: str, name: str) -> str:
    """Make an empty database, in place of one of that name; returns its address."""
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as conn:
        conn.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        conn.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    url = make_url(server_url).set(database=name)
    return str(url.render_as_string(hide_password=False))


def spare_the_disk(database: Database) -> None:
    """Wait for no disk: a killed process loses nothing by it, and nobody cuts a test's power."""
    if not database.has_one_writer:
        return

    @sa.event.listens_for(database.engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
