"""Checks of the database and of the file of shows; neither is written to."""

from __future__ import annotations

from collections.abc import Iterator

from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConfigError, DatabaseUnavailable

from .result import Result, broken, note, ok

_LOCAL = "see whether another program holds it (fuser), the disk is full, or the file is no SQLite"
_SERVER = "see whether PostgreSQL runs, and knows the user, password and name in DATABASE_URL"


def check_database(container: Container) -> Iterator[Result]:
    """Check that the database exists, has the code's revision and is writable."""
    try:
        container.database.require_current_schema()
        container.database.require_writable()
    except ConfigError as error:
        yield broken("database", str(error))
    except DatabaseUnavailable as error:
        advice = _LOCAL if container.database.url.get_backend_name() == "sqlite" else _SERVER
        yield broken("database", f"{str(error).rstrip('.')}: {advice}")
    else:
        yield ok("database", "at the code's revision, and can be written to")


def check_shows(container: Container) -> Iterator[Result]:
    """Check that the file of shows is readable and has future shows."""
    try:
        catalog = read_shows_file(container.settings.shows_file)
    except ConfigError as error:
        yield broken("shows", str(error))
        return
    coming = sum(show.starts_at > container.now() for show in catalog.shows)
    if coming:
        yield ok("shows", f"{coming} still to come")
    else:
        yield note("shows", "all have begun, nothing is for sale: write new ones into SHOWS_FILE")
