"""The shows for sale, which every turn reads: what is as it was is not parsed again.

The rows themselves are read each time, so that whatever any process has changed is seen by the next
turn. Parsing ten thousand shows takes twenty times as long as reading them; so what was parsed is
kept beside its rows, and only a show whose rows differ is parsed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ticket_clerk.ticketing.domain.models import Extra, Section, Show

from . import schema
from .tables.numbered_seats import read_rows

_Rows = Sequence[tuple[Any, ...]]
_BEGINNING = datetime.min.replace(tzinfo=timezone.utc)
_END = datetime.max.replace(tzinfo=timezone.utc)


class ShowRow(NamedTuple):
    """A row of a show, without the moments that a driver would have to parse."""

    id: str
    name: str
    aliases: str
    category: str
    venue: str
    city: str
    starts_at_local: str
    currency: str
    refundable_until_hours: int
    refund_fee: str
    change_number: int
    is_on_sale: bool
    is_called_off: bool


class _Parsed(NamedTuple):
    rows: tuple[Any, ...]
    show: Show
    is_on_sale: bool
    is_called_off: bool


@dataclass(frozen=True)
class ForSale:
    """What is for sale from ``since`` until before ``until``, with the rows that say so.

    ``shows`` is the same object as long as nothing of it has changed.
    """

    rows: tuple[_Rows, _Rows, _Rows]
    parsed: Mapping[str, _Parsed]
    since: datetime
    until: datetime
    shows: tuple[Show, ...]
    gone: tuple[str, ...]
    called_off: Mapping[str, str]


_SHOWS, _SECTIONS, _EXTRAS = schema.shows, schema.sections, schema.extras
_SECTION_ROW = "show_id id name unit_amount seats held sold seat_rows".split()
_EXTRA_ROW = "show_id id name aliases unit_amount stock held sold".split()
# In no order: a sorting database takes longer than a reading one.
_ALL_SHOWS = sa.select(
    *(_SHOWS.c[name] for name in ShowRow._fields if name != "is_called_off"),
    _SHOWS.c.called_off_at.is_not(None).label("is_called_off"),
)
_ALL_SECTIONS = sa.select(*(_SECTIONS.c[n] for n in _SECTION_ROW)).where(_SECTIONS.c.is_on_sale)
_ALL_EXTRAS = sa.select(*(_EXTRAS.c[n] for n in _EXTRA_ROW)).where(_EXTRAS.c.is_on_sale)
_SECTIONS_OF = _ALL_SECTIONS.where(_SECTIONS.c.show_id == sa.bindparam("show"))
_EXTRAS_OF = _ALL_EXTRAS.where(_EXTRAS.c.show_id == sa.bindparam("show"))
_kept: WeakKeyDictionary[Engine, ForSale] = WeakKeyDictionary()


def read_for_sale(conn: Connection, now: datetime) -> ForSale:
    """Read what is for sale at ``now``, soonest first."""
    kept = _kept.get(conn.engine)
    rows = (_read(conn, _ALL_SHOWS), _read(conn, _ALL_SECTIONS), _read(conn, _ALL_EXTRAS))
    is_same = kept is not None and kept.rows == rows
    if kept is not None and is_same and kept.since <= now < kept.until:
        return kept
    before = kept.parsed if kept else {}
    parsed = before if is_same else _parse(rows, before)
    found = _kept[conn.engine] = _at(rows, parsed, now)
    return found


def _read(conn: Connection, query: Any) -> _Rows:
    # As the driver gives them: SQLAlchemy's own rows take as long again, and are compared slowly.
    result = conn.exec_driver_sql(_text(query, conn.dialect))
    rows: _Rows = result.cursor.fetchall()
    result.close()
    return rows


@lru_cache(maxsize=8)
def _text(query: Any, dialect: Any) -> str:
    return str(query.compile(dialect=dialect))


def _parse(rows: tuple[_Rows, _Rows, _Rows], before: Mapping[str, _Parsed]) -> dict[str, _Parsed]:
    sections, extras = _by_show(rows[1]), _by_show(rows[2])
    parsed = {}
    for row in rows[0]:
        show_id = row[0]
        own = (row, tuple(sections.get(show_id, ())), tuple(extras.get(show_id, ())))
        old = before.get(show_id)
        parsed[show_id] = old if old and old.rows == own else _parse_show(*own)
    return parsed


def _by_show(rows: _Rows) -> Mapping[str, list[tuple[Any, ...]]]:
    by_show: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_show[row[0]].append(row)
    return by_show


def _parse_show(row: tuple[Any, ...], sections: _Rows, extras: _Rows) -> _Parsed:
    stored = ShowRow(*row)
    show = show_of(stored, map(_section_of, sections), map(_extra_of, extras))
    rows = (row, sections, extras)
    return _Parsed(rows, show, bool(stored.is_on_sale), bool(stored.is_called_off))


def _at(rows: tuple[_Rows, _Rows, _Rows], parsed: Mapping[str, _Parsed], now: datetime) -> ForSale:
    in_order = sorted(parsed.values(), key=lambda one: (one.show.starts_at, one.show.id))
    on = [one for one in in_order if not one.is_called_off]
    starts = [one.show.starts_at for one in in_order]
    return ForSale(
        rows,
        parsed,
        since=max((at for at in starts if at <= now), default=_BEGINNING),
        until=min((at for at in starts if at > now), default=_END),
        shows=tuple(
            one.show
            for one in on
            if one.is_on_sale and one.show.starts_at > now and one.show.sections
        ),
        gone=tuple(
            {one.show.name for one in on if not one.is_on_sale or one.show.starts_at <= now}
        ),
        called_off={
            one.show.id: one.show.name
            for one in in_order
            if one.is_called_off and one.show.starts_at > now
        },
    )


def show_of(row: Any, sections: Iterable[Section], extras: Iterable[Extra]) -> Show:
    """Make a show of its row and its parts, which are put in order: the cheapest first."""
    return Show(
        id=row.id,
        name=row.name,
        aliases=tuple(json.loads(row.aliases)),
        category=row.category,
        venue=row.venue,
        city=row.city,
        starts_at=datetime.fromisoformat(row.starts_at_local),
        currency=row.currency,
        sections=tuple(sorted(sections, key=_price)),
        refundable_until_hours=row.refundable_until_hours,
        refund_fee=row.refund_fee,
        change_number=row.change_number,
        extras=tuple(sorted(extras, key=_price)),
    )


def _price(part: Section | Extra) -> tuple[int, str]:
    return part.unit_amount, part.id


def _section_of(row: tuple[Any, ...]) -> Section:
    _, id_, name, unit_amount, seats, held, sold, seat_rows = row
    # Fewer seats than are sold is possible after the file was changed; there are then none.
    return Section(id_, name, unit_amount, seats, max(0, seats - held - sold), read_rows(seat_rows))


def _extra_of(row: tuple[Any, ...]) -> Extra:
    _, id_, name, aliases, unit_amount, stock, held, sold = row
    left = None if stock is None else max(0, stock - held - sold)
    return Extra(id_, name, tuple(json.loads(aliases)), unit_amount, stock, left)


def sections_of(conn: Connection, show_id: str) -> list[Section]:
    """Read one show's sections."""
    return [_section_of(row) for row in conn.execute(_SECTIONS_OF, {"show": show_id})]


def extras_of(conn: Connection, show_id: str) -> list[Extra]:
    """Read one show's extras."""
    return [_extra_of(row) for row in conn.execute(_EXTRAS_OF, {"show": show_id})]
