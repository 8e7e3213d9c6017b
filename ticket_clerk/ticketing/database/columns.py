"""The kinds of columns that the tables are made of."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator):
    """An aware UTC datetime on every database; SQLite alone would drop the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive datetimes: they would mean a different moment elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give back UTC, whatever the session's zone is."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=timezone.utc)
            if value.tzinfo is None
            else value.astimezone(timezone.utc)
        )


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, **options: Any) -> sa.Column:
    """Make a column for a text, not null unless said otherwise."""
    options.setdefault("nullable", False)
    return sa.Column(name, sa.Text, **options)


def number(name: str, **options: Any) -> sa.Column:
    """Make a column for a whole number, not null unless said otherwise."""
    options.setdefault("nullable", False)
    return sa.Column(name, sa.BigInteger, **options)


def moment(name: str, **options: Any) -> sa.Column:
    """Make a column for an aware UTC moment, not null unless said otherwise."""
    options.setdefault("nullable", False)
    return sa.Column(name, UtcDateTime, **options)


def flag(name: str) -> sa.Column:
    """Make a column for a yes or no, never null."""
    return sa.Column(name, sa.Boolean, nullable=False)


def index_of_set(name: str) -> sa.Index:
    """Make an index of the rows in which a column is set: of few rows, or of all but a few."""
    is_set = sa.text(f"{name} IS NOT NULL")
    return sa.Index(None, name, sqlite_where=is_set, postgresql_where=is_set)
