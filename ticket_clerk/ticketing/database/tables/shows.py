"""The catalog in the database: loading it and reading what is for sale."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.project import COMMAND
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.database.for_sale import extras_of, read_for_sale, sections_of, show_of
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.models import Catalog, SeasonTicket, Show
from ticket_clerk.ticketing.domain.tickets import Door

from .facts import get_facts, put_facts
from .inventory import lock_stock

# Built once: building takes longer than running.
_CATALOG = sa.select(schema.catalog)
_LOCK = sa.select(schema.catalog.c.id).with_for_update()
_FIND_ON_SALE = sa.select(schema.shows).where(
    schema.shows.c.is_on_sale,
    schema.shows.c.called_off_at.is_(None),
    schema.shows.c.starts_at > sa.bindparam("now"),
    schema.shows.c.id == sa.bindparam("show"),
)


def _list_moves(conn: Connection, show_id: str | None = None) -> dict[str, list[Any]]:
    """List where shows were moved, by show, the newest move last."""
    changes = schema.show_changes
    query = sa.select(changes).where(changes.c.was_starts_at_local.is_not(None))
    if show_id is not None:
        query = query.where(changes.c.show_id == show_id)
    moves: dict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(query.order_by(changes.c.show_id, changes.c.number)):
        moves[row.show_id].append(row)
    return moves


def _as_moved(show: Show, moves: Sequence[Any]) -> Show:
    """Take a show's time and place from its newest move, if the catalog still says what it said.

    Once the catalog says something else, that counts.
    """
    said = (show.starts_at, show.venue, show.city)
    before = [
        (datetime.fromisoformat(one.was_starts_at_local), one.was_venue, one.was_city)
        for one in moves
    ]
    if said not in before:
        return show
    to = moves[-1]
    starts_at = datetime.fromisoformat(to.starts_at_local)
    return replace(show, starts_at=starts_at, venue=to.venue, city=to.city)


def lock_catalog(conn: Connection) -> None:
    """Have others who load a catalog wait for the end of this transaction."""
    conn.execute(_LOCK).first()


def load_catalog(conn: Connection, catalog: Catalog, *, now: datetime) -> None:
    """Make the database sell what the catalog says. Safe to repeat.

    Names, prices and numbers of seats follow the catalog; what is missing there is no longer for
    sale. What was sold or is held stays untouched.
    """
    lock_stock(conn)
    for table in (schema.shows, schema.sections, schema.extras, schema.season_tickets):
        conn.execute(sa.update(table).values(is_on_sale=False))
    moves = _list_moves(conn)
    for show in catalog.shows:
        _put_show(conn, _as_moved(show, moves.get(show.id, ())))
    for ticket in catalog.season_tickets:
        values = {
            "name": ticket.name,
            "currency": ticket.currency,
            "unit_amount": ticket.unit_amount,
            "interval": ticket.interval,
            "is_on_sale": True,
        }
        _put(conn, schema.season_tickets, {"id": ticket.id}, values)
    values = {
        "currency": catalog.currency,
        "max_tickets_per_order": catalog.max_tickets_per_order,
        "loaded_at": now,
        "facts_digest": catalog.facts.digest,
    }
    put_facts(conn, catalog.facts)
    _put(conn, schema.catalog, {"id": 1}, values)


def put_show(conn: Connection, show: Show) -> None:
    """Make the database sell a show as it is written, or where it was moved. Safe to repeat."""
    lock_stock(conn, [show.id])
    moves = _list_moves(conn, show.id)
    _put_show(conn, _as_moved(show, moves.get(show.id, ())))


def _put_show(conn: Connection, show: Show) -> None:
    _put(conn, schema.shows, {"id": show.id}, _show_values(show), at_first={"change_number": 0})
    for section in show.sections:
        _put(
            conn,
            schema.sections,
            {"show_id": show.id, "id": section.id},
            {
                "name": section.name,
                "unit_amount": section.unit_amount,
                "seats": section.seats,
                "seat_rows": json.dumps(section.rows) if section.rows else None,
                "is_on_sale": True,
            },
            at_first={"held": 0, "sold": 0},
        )
    for extra in show.extras:
        _put(
            conn,
            schema.extras,
            {"show_id": show.id, "id": extra.id},
            {
                "name": extra.name,
                "aliases": json.dumps(extra.aliases),
                "unit_amount": extra.unit_amount,
                "stock": extra.stock,
                "is_on_sale": True,
            },
            at_first={"held": 0, "sold": 0},
        )


def withdraw_show(conn: Connection, show_id: str) -> None:
    """Sell nothing more of a show; what was sold or is held stays untouched. Safe to repeat."""
    lock_stock(conn, [show_id])
    shows, parts = schema.shows, (schema.sections, schema.extras)
    for table, column in ((shows, shows.c.id), *((part, part.c.show_id) for part in parts)):
        conn.execute(sa.update(table).where(column == show_id).values(is_on_sale=False))


def get_catalog(conn: Connection, *, now: datetime) -> Catalog:
    """Read what is for sale at ``now``: no past shows, soonest first.

    Raises ConfigError when no catalog was ever loaded.
    """
    row, found = _get_row(conn), read_for_sale(conn, now)
    return Catalog(
        found.shows,
        list_season_tickets(conn),
        row.currency,
        row.max_tickets_per_order,
        found.gone,
        get_facts(conn, row.facts_digest),
        found.called_off,
    )


def get_max_tickets_per_order(conn: Connection) -> int:
    """Read how many tickets an order may be for; raises ConfigError as :func:`get_catalog`."""
    return int(_get_row(conn).max_tickets_per_order)


def find_currency(conn: Connection) -> str | None:
    """Read the shop's own currency; None when no catalog was ever loaded."""
    currency: str | None = conn.execute(sa.select(schema.catalog.c.currency)).scalar()
    return currency


def find_show(conn: Connection, show_id: str, *, now: datetime) -> Show | None:
    """Find one show that is for sale, or None."""
    row = conn.execute(_FIND_ON_SALE, {"show": show_id, "now": now}).first()
    sections = sections_of(conn, show_id) if row else []
    return show_of(row, sections, extras_of(conn, show_id)) if sections else None


def find_name(conn: Connection, show_id: str) -> str | None:
    """Read what a show is called, on sale or not."""
    name: str | None = conn.execute(
        sa.select(schema.shows.c.name).where(schema.shows.c.id == show_id)
    ).scalar()
    return name


def list_sections(conn: Connection, show_id: str) -> list[tuple[str, str]]:
    """List the ids and names of a show's sections, on sale or not, cheapest first."""
    table = schema.sections
    of_show = sa.select(table.c.id, table.c.name).where(table.c.show_id == show_id)
    rows = conn.execute(of_show.order_by(table.c.unit_amount, table.c.id))
    return [(row.id, row.name) for row in rows]


def list_venues(conn: Connection, *, since: datetime) -> list[str]:
    """List the venues of the shows that start after ``since``, by name."""
    venue = schema.shows.c.venue
    query = sa.select(venue).where(schema.shows.c.starts_at > since).distinct().order_by(venue)
    return list(conn.execute(query).scalars())


def list_doors(conn: Connection, *, since: datetime) -> list[Door]:
    """List the shows that start after ``since``, on sale or not, then season tickets.

    A season ticket has no start.
    """
    shows, seasons = schema.shows.c, schema.season_tickets.c
    of_shows = sa.select(shows.id, shows.name, shows.starts_at_local).where(shows.starts_at > since)
    found = conn.execute(of_shows.order_by(shows.starts_at, shows.id)).all()
    doors = [Door(row.id, row.name, datetime.fromisoformat(row.starts_at_local)) for row in found]
    of_seasons = conn.execute(sa.select(seasons.id, seasons.name).order_by(seasons.name))
    return doors + [Door(row.id, row.name, None) for row in of_seasons]


def _get_row(conn: Connection) -> Any:
    row = conn.execute(_CATALOG).one_or_none()
    if row is None:
        raise ConfigError(f"The catalog was never loaded: run `{COMMAND} shows load`.")
    return row


def list_season_tickets(conn: Connection) -> tuple[SeasonTicket, ...]:
    """List the season tickets that are for sale, by name."""
    table = schema.season_tickets
    rows = conn.execute(sa.select(table).where(table.c.is_on_sale).order_by(table.c.name))
    return tuple(
        SeasonTicket(row.id, row.name, row.currency, row.unit_amount, row.interval) for row in rows
    )


def _show_values(show: Show) -> dict[str, Any]:
    return {
        "name": show.name,
        "aliases": json.dumps(show.aliases),
        "category": show.category,
        "venue": show.venue,
        "city": show.city,
        "starts_at_local": show.starts_at.isoformat(),
        "starts_at": show.starts_at,
        "currency": show.currency,
        "refundable_until_hours": show.refundable_until_hours,
        "refund_fee": show.refund_fee,
        "is_on_sale": True,
    }


def _put(
    conn: Connection,
    table: sa.Table,
    key: dict[str, Any],
    values: dict[str, Any],
    *,
    at_first: Mapping[str, Any] | None = None,
) -> None:
    if not insert_ignore(conn, table, {**key, **values, **(at_first or {})}):
        is_row = sa.and_(*(table.c[name] == value for name, value in key.items()))
        conn.execute(sa.update(table).where(is_row).values(**values))
