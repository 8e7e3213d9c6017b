"""Copies a catalog into the database, where its seats are sold."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.database.tables import shows
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.models import Catalog, Show

from .document import read_document
from .source import CatalogSource

log = logging.getLogger(__name__)


class CatalogUnavailable(ConfigError):
    """The source itself failed: a host's function raised, or Stripe did not answer."""


def read_catalog(source: CatalogSource) -> Catalog:
    """Read and check all that a source has.

    Raises CatalogUnavailable where it fails, and ConfigError where what it says can't be.
    """
    try:
        document = source.shows()
    except ConfigError:
        raise
    except Exception as exc:  # a host's own code, which may raise anything
        name = type(exc).__name__
        raise CatalogUnavailable(f"{_name(source)} can't be read: {name}.") from exc
    return read_document(document, _name(source))


def load_shows(database: Database, source: CatalogSource, *, now: datetime) -> int:
    """Put what the source has on sale; returns the number of shows. Safe to repeat.

    Raises ConfigError as :func:`read_catalog`; then nothing changes.
    """
    catalog = read_catalog(source)
    with database.begin() as conn:
        shows.load_catalog(conn, catalog, now=now)
    return len(catalog.shows)


def load_at_start(database: Database, source: CatalogSource, *, now: datetime) -> None:
    """The same; where the source fails, what it said last goes on being sold.

    Raises ConfigError as :func:`read_catalog`, if nothing was ever loaded or what it says is wrong.
    """
    try:
        load_shows(database, source, now=now)
    except CatalogUnavailable as exc:
        with database.read() as conn:
            if shows.find_currency(conn) is None:
                raise
        log.warning("payments.catalog.failed error=%s", type(exc.__cause__).__name__)


def refresh_show(database: Database, source: CatalogSource, show_id: str, *, now: datetime) -> None:
    """Ask a live source for a show before an order of it, and put on sale what it says.

    Where the source fails, what it said last is sold: it had given the clerk those seats.
    """
    if not getattr(source, "is_live", True):
        return
    try:
        show = _current(source, show_id)
    except Exception as exc:  # a host's own code, which may raise anything
        log.warning("payments.catalog.failed show_id=%s error=%s", show_id, type(exc).__name__)
        return
    with database.read() as conn:
        known = shows.find_show(conn, show_id, now=now)
    if _as_written(known) == _as_written(show):
        return
    with database.begin() as conn:
        shows.withdraw_show(conn, show_id)
        if show is not None:
            shows.put_show(conn, show)


def _current(source: CatalogSource, show_id: str) -> Show | None:
    document = source.find(show_id)
    if document is None:
        return None
    (show,) = read_document(document, _name(source)).shows
    seats: Mapping[str, int] = source.availability(show_id)
    sections = tuple(replace(part, seats=int(seats.get(part.id, 0))) for part in show.sections)
    return replace(show, sections=sections)


def _as_written(show: Show | None) -> Show | None:
    """A show without what the clerk has sold of it."""
    if show is None:
        return None
    return replace(show, sections=tuple(replace(part, seats_left=0) for part in show.sections))


def _name(source: CatalogSource) -> str:
    return str(getattr(source, "name", "CATALOG"))
