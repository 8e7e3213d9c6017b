"""Loads the shows file into the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.database.tables.shows import load_catalog

from .shows_file import read_shows_file


def load_shows(database: Database, shows_file: Path, *, now: datetime) -> int:
    """Put what the file sells on sale; returns the number of shows. Safe to repeat.

    Raises ConfigError when the file is invalid; then nothing changes.
    """
    catalog = read_shows_file(shows_file)
    with database.begin() as conn:
        load_catalog(conn, catalog, now=now)
    return len(catalog.shows)
