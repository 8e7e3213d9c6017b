"""The shows for sale, which every turn reads: of those it has read before what has changed alone.

The database notes with each row when it was changed last (migration 0033), whoever changed it, so
that whatever any process has changed is seen by the next turn. A turn asks for the rows that have
changed since the one before: of ten thousand shows most often none, or the one of which somebody
has just bought. The number of rows costs a turn nothing but a copy of their list.
"""

from __future__ import annotations

import json
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    show: Show
    is_on_sale: bool
    is_called_off: bool

    def is_placed_as(self, other: _Parsed | None) -> bool:
        """Whether it stands where the other one does in all lists, by the same name."""
        return other is not None and _place(self) == _place(other)


class Mark(NamedTuple):
    """Up to where a database was read: what is changed after it has ``number`` or a higher one.

    ``tables`` names the very tables of a server that runs: numbers of others say nothing.
    """

    tables: str
    number: int


@dataclass(frozen=True)
class ForSale:
    """What is for sale from ``since`` until before ``until``, as it was read up to ``mark``.

    ``shows`` is the same object as long as nothing of it has changed.
    """

    mark: Mark
    parsed: ChainMap[str, _Parsed]
    since: datetime
    until: datetime
    shows: tuple[Show, ...]
    gone: tuple[str, ...]
    called_off: Mapping[str, str]
    # Where a show is in ``shows``, by its id.
    positions: Mapping[str, int]


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
_SHOW, _OF_SHOWS = sa.bindparam("show"), sa.bindparam("show_ids", expanding=True)
_SECTIONS_OF = _ALL_SECTIONS.where(_SECTIONS.c.show_id == _SHOW)
_EXTRAS_OF = _ALL_EXTRAS.where(_EXTRAS.c.show_id == _SHOW)
_SOME = (
    _ALL_SHOWS.where(_SHOWS.c.id.in_(_OF_SHOWS)),
    _ALL_SECTIONS.where(_SECTIONS.c.show_id.in_(_OF_SHOWS)),
    _ALL_EXTRAS.where(_EXTRAS.c.show_id.in_(_OF_SHOWS)),
)
_SINCE = sa.bindparam("since", type_=sa.BigInteger)
_TABLES = (schema.catalog, _SHOWS, _SECTIONS, _EXTRAS)
# Where the catalog's own row has changed, which may be all, there is no show's id.
_CHANGED = sa.union(
    *(
        sa.select(key).where(table.c.changed_in >= _SINCE)
        for key, table in zip(
            (sa.null(), _SHOWS.c.id, _SECTIONS.c.show_id, _EXTRAS.c.show_id), _TABLES, strict=True
        )
    )
)
_NEWEST = [
    sa.func.coalesce(sa.select(sa.func.max(table.c.changed_in)).scalar_subquery(), 0)
    for table in _TABLES
]
_FILES = [sa.func.pg_relation_filenode(table.name) for table in _TABLES]
_MARK = {
    # One writer at a time: whoever changes something next has the next number.
    "sqlite": sa.select(sa.literal_column("''"), 1 + sa.func.max(*_NEWEST)),
    # Of transactions that have changed something and not ended yet the oldest: whatever they or
    # later ones change comes after this. A restored table is another file, or its server another.
    "postgresql": sa.select(
        sa.func.concat_ws(" ", sa.func.pg_postmaster_start_time(), *_FILES),
        sa.func.txid_snapshot_xmin(sa.func.txid_current_snapshot()),
    ),
}
# Reading so many one by one takes as long as reading all.
_FEW = 200
_kept: WeakKeyDictionary[Engine, ForSale] = WeakKeyDictionary()


def read_for_sale(conn: Connection, now: datetime) -> ForSale:
    """Read what is for sale at ``now``, soonest first."""
    kept = _kept.get(conn.engine)
    # Before the rows: what is committed in between is read again the next time.
    mark = Mark(*conn.execute(_MARK[conn.dialect.name]).one())
    changed = None if kept is None else _list_changed(conn, kept.mark, mark)
    if kept is None or changed is None:
        found = _at(mark, ChainMap({}, _parse(_read_all(conn))), now)
    else:
        found = _with_changes(kept, mark, _read_some(conn, changed) if changed else {}, now)
    if not conn.get_execution_options().get("write"):
        # What a transaction has written itself may come to nothing.
        _kept[conn.engine] = found
    return found


def forget(engine: Engine) -> None:
    """Have all read anew the next time. Safe to repeat."""
    _kept.pop(engine, None)


def _list_changed(conn: Connection, since: Mark, until: Mark) -> list[str] | None:
    """List the shows of which anything was changed; None where all are to be read."""
    if since.tables != until.tables or since.number > until.number:
        return None
    changed = set(conn.execute(_CHANGED, {"since": since.number}).scalars())
    return None if None in changed or len(changed) > _FEW else sorted(changed)


def _with_changes(kept: ForSale, mark: Mark, read: Mapping[str, _Parsed], now: datetime) -> ForSale:
    """Put what was read in its place, or all in order again where it has another."""
    news = {show_id: one for show_id, one in read.items() if one != kept.parsed.get(show_id)}
    is_of_then = kept.since <= now < kept.until
    if is_of_then and not news:
        return replace(kept, mark=mark)
    parsed = _over(kept.parsed, news)
    if not is_of_then or not all(n.is_placed_as(kept.parsed.get(id_)) for id_, n in news.items()):
        return _at(mark, parsed, now)
    shows = list(kept.shows)
    for show_id, one in news.items():
        if show_id in kept.positions:
            shows[kept.positions[show_id]] = one.show
    return replace(kept, mark=mark, parsed=parsed, shows=tuple(shows))


def _over(before: ChainMap[str, _Parsed], news: Mapping[str, _Parsed]) -> ChainMap[str, _Parsed]:
    """Lay what was read over what is known, and copy no more than what lies over it already."""
    over, *_, rest = before.maps
    over = {**over, **news}
    return ChainMap(over, rest) if len(over) <= _FEW else ChainMap({}, dict(before) | over)


def _read_all(conn: Connection) -> tuple[_Rows, _Rows, _Rows]:
    return _read(conn, _ALL_SHOWS), _read(conn, _ALL_SECTIONS), _read(conn, _ALL_EXTRAS)


def _read(conn: Connection, query: Any) -> _Rows:
    # As the driver gives them: SQLAlchemy's own rows take as long again.
    result = conn.exec_driver_sql(_text(query, conn.dialect))
    rows: _Rows = result.cursor.fetchall()
    result.close()
    return rows


@lru_cache(maxsize=8)
def _text(query: Any, dialect: Any) -> str:
    return str(query.compile(dialect=dialect))


def _read_some(conn: Connection, show_ids: list[str]) -> Mapping[str, _Parsed]:
    shows, sections, extras = (conn.execute(query, {"show_ids": show_ids}).all() for query in _SOME)
    return _parse((shows, sections, extras))


def _parse(rows: tuple[_Rows, _Rows, _Rows]) -> dict[str, _Parsed]:
    sections, extras = _by_show(rows[1]), _by_show(rows[2])
    return {row[0]: _parse_show(row, sections[row[0]], extras[row[0]]) for row in rows[0]}


def _by_show(rows: _Rows) -> dict[str, list[tuple[Any, ...]]]:
    by_show: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_show[row[0]].append(row)
    return by_show


def _parse_show(row: tuple[Any, ...], sections: _Rows, extras: _Rows) -> _Parsed:
    stored = ShowRow(*row)
    show = show_of(stored, map(_section_of, sections), map(_extra_of, extras))
    return _Parsed(show, bool(stored.is_on_sale), bool(stored.is_called_off))


def _place(one: _Parsed) -> tuple[Any, ...]:
    show = one.show
    return show.starts_at, show.name, bool(show.sections), one.is_on_sale, one.is_called_off


def _at(mark: Mark, parsed: ChainMap[str, _Parsed], now: datetime) -> ForSale:
    in_order = sorted(parsed.values(), key=lambda one: (one.show.starts_at, one.show.id))
    on = [one for one in in_order if not one.is_called_off]
    starts = [one.show.starts_at for one in in_order]
    shows = tuple(
        one.show for one in on if one.is_on_sale and one.show.starts_at > now and one.show.sections
    )
    return ForSale(
        mark,
        parsed,
        since=max((at for at in starts if at <= now), default=_BEGINNING),
        until=min((at for at in starts if at > now), default=_END),
        shows=shows,
        gone=tuple(
            {one.show.name for one in on if not one.is_on_sale or one.show.starts_at <= now}
        ),
        called_off={
            one.show.id: one.show.name
            for one in in_order
            if one.is_called_off and one.show.starts_at > now
        },
        positions={show.id: position for position, show in enumerate(shows)},
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
