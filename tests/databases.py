"""Databases of their own on the tests' PostgreSQL server."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import make_url


def create_database(server_url: str, name: str) -> str:
    """Make an empty database, in place of one of that name; returns its address."""
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as conn:
        conn.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        conn.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    url = make_url(server_url).set(database=name)
    return str(url.render_as_string(hide_password=False))
