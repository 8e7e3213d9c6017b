"""Copies a catalog into the database, where its seats are sold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.database.tables import catalog_changes, numbered_seats, orders, shows
from ticket_clerk.ticketing.domain.catalog_changes import CatalogChangeKind
from ticket_clerk.ticketing.domain.errors import ConfigError, HostUnavailable
from ticket_clerk.ticketing.domain.models import Catalog, Show

from .changes import ChangedCatalog, with_changes
from .document import read_document
from .reservations import keeps_seats, within_patience
from .source import CatalogSource, Document

log = get_logger(__name__)


class CatalogUnavailable(ConfigError):
    """The source itself failed: a host's function raised, or Stripe did not answer."""


def read_catalog(source: CatalogSource) -> Catalog:
    """Read and check all that a source has.

    Raises CatalogUnavailable where it fails, and ConfigError where what it says can't be.
    """
    return read_document(ask_for_document(source), source_name(source))


def ask_for_document(source: CatalogSource) -> Document:
    """Ask a source for all that it has, unchecked; raises CatalogUnavailable where it fails."""
    try:
        return source.shows()
    except ConfigError:
        raise
    except Exception as exc:  # a host's own code, which may raise anything
        name = type(exc).__name__
        raise CatalogUnavailable(f"{source_name(source)} can't be read: {name}.") from exc


def load_shows(database: Database, source: CatalogSource, *, now: datetime) -> int:
    """Put what the source has on sale, with what was changed at the desk laid over it.

    Returns the number of shows that are on sale. What was sold before its section had rows gets
    numbered seats now. Safe to repeat. Raises ConfigError as
    :func:`read_catalog`; then nothing changes.
    """
    document = ask_for_document(source)
    with database.begin() as conn:
        loaded = load_document(conn, document, source_name(source), now=now)
    seat_sold(database, now)
    return len(loaded.catalog.shows) - len(loaded.closed)


def load_document(
    conn: Connection, document: Document, where: str, *, now: datetime
) -> ChangedCatalog:
    """Do the same with a document, inside a transaction."""
    # Who changes something at the desk meanwhile has their change in this load, or loads after it.
    shows.lock_catalog(conn)
    loaded = with_changes(document, catalog_changes.list_changes(conn), where)
    shows.load_catalog(conn, loaded.catalog, now=now)
    for show_id in loaded.closed:
        shows.withdraw_show(conn, show_id)
    for change, _ in loaded.refused:
        if change.is_applied:
            log.warning("payments.catalog.change_passed_over", kind=change.kind.value)
    catalog_changes.mark_applied(conn, loaded.applied, True)
    catalog_changes.mark_applied(conn, [change for change, _ in loaded.refused], False)
    return loaded


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
        log.warning("payments.catalog.failed", error=type(exc.__cause__).__name__)


def refresh_show(database: Database, source: CatalogSource, show_id: str, *, now: datetime) -> None:
    """Ask a live source for a show before an order of it, and put on sale what it says.

    Where the source fails, what it said last is sold: it had given the clerk those seats. One that
    keeps its seats itself would have to be asked for them, too: raises HostUnavailable.
    """
    if not getattr(source, "is_live", True):
        return
    try:
        show = _ask(source, show_id)
    except Exception as exc:  # a host's own code, which may raise anything
        log.warning("payments.catalog.failed", show_id=show_id, error=type(exc).__name__)
        if keeps_seats(source):
            raise HostUnavailable("The seats' owner did not answer.") from exc
        return
    with database.read() as conn:
        known = shows.find_show(conn, show_id, now=now)
    if _as_written(known) == _as_written(show):
        return
    with database.begin() as conn:
        shows.lock_catalog(conn)
        shows.withdraw_show(conn, show_id)
        if show is not None and not _is_closed(conn, show_id):
            shows.put_show(conn, show)


def _is_closed(conn: Connection, show_id: str) -> bool:
    changes = catalog_changes.list_changes(conn)
    of_sale = [change for change in changes if change.kind is CatalogChangeKind.SALE]
    return any(change.place.id == show_id for change in of_sale)


def seat_sold(database: Database, now: datetime) -> None:
    """Seat the orders that want it, an order a transaction: what is cut off goes on next time."""
    with database.read() as conn:
        unseated = numbered_seats.list_unseated(conn, now=now)
    for order_id in unseated:
        with database.begin() as conn:
            orders.lock_order(conn, order_id)
            numbered_seats.seat(conn, order_id)


def _ask(source: CatalogSource, show_id: str) -> Show | None:
    if keeps_seats(source):
        return within_patience(_current, source, show_id)
    return _current(source, show_id)


def _current(source: CatalogSource, show_id: str) -> Show | None:
    document = source.find(show_id)
    if document is None:
        return None
    (show,) = read_document(document, source_name(source)).shows
    seats: Mapping[str, int] = source.availability(show_id)
    sections = tuple(replace(part, seats=int(seats.get(part.id, 0))) for part in show.sections)
    return replace(show, sections=sections)


def _as_written(show: Show | None) -> Show | None:
    """A show without what the clerk has sold and changed of it."""
    if show is None:
        return None
    sections = tuple(replace(part, seats_left=0) for part in show.sections)
    extras = tuple(replace(extra, left=None) for extra in show.extras)
    return replace(show, sections=sections, extras=extras, change_number=0)


def source_name(source: CatalogSource) -> str:
    """Say how errors name a source."""
    return str(getattr(source, "name", "CATALOG"))
