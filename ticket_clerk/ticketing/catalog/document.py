"""Reads the document that a catalog is: what is for sale, as its owner writes it.

It has the shape of ``shows.yml``, whoever gives it. Everything is checked before anything is
loaded, so a slip of the pen changes nothing. The sentence of a ConfigError names the entry and
what to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ticket_clerk.ticketing.domain.errors import ConfigError, InvalidAmount
from ticket_clerk.ticketing.domain.models import Catalog, Extra, SeasonTicket, Section, Show
from ticket_clerk.ticketing.domain.money import exponent
from ticket_clerk.ticketing.domain.seating import Rows

from .entry import Entry
from .facts_file import read_facts

# How long before its start tickets of a show can be given back, unless the document says otherwise.
REFUNDABLE_UNTIL_HOURS = 24
EXTRA_KEYS = ("id", "name", "aliases", "price", "stock", "description")
_INTERVALS = ("day", "week", "month", "year")


def read_document(document: Any, where: str) -> Catalog:
    """Read and check a document; sections come back with all their seats left.

    ``where`` is how errors name it. Raises ConfigError when it says something that cannot be.
    """
    top = Entry(document, where)
    currency = top.text("currency")
    top.check(_is_currency(currency), "currency", "a lower-case ISO 4217 code such as usd")
    hours = top.whole("refundable_until_hours", default=REFUNDABLE_UNTIL_HOURS, least=0)
    fee = top.fee(currency, default="0")
    shows = tuple(
        _show(entry, currency, hours, fee) for entry in top.entries("shows", required=False)
    )
    season = tuple(
        _season(entry, currency) for entry in top.entries("season_tickets", required=False)
    )
    _check_unique(where, [show.id for show in shows] + [ticket.id for ticket in season])
    return Catalog(
        shows,
        season,
        currency,
        top.whole("max_tickets_per_order", default=8, least=1),
        facts=read_facts(top),
    )


def _show(entry: Entry, currency: str, hours: int, fee: str) -> Show:
    sections = [_section(part, currency) for part in entry.entries("sections")]
    entry.check(
        len({section.id for section in sections}) == len(sections), "sections", "ids that differ"
    )
    extras = [_extra(part, currency) for part in entry.entries("extras", required=False)]
    entry.check(len({extra.id for extra in extras}) == len(extras), "extras", "ids that differ")
    return Show(
        id=entry.identifier(),
        name=entry.text("name"),
        aliases=entry.texts("aliases"),
        category=entry.text("category", default=""),
        venue=entry.text("venue"),
        city=entry.text("city"),
        starts_at=entry.moment("starts_at"),
        currency=currency,
        sections=tuple(sorted(sections, key=lambda section: section.unit_amount)),
        refundable_until_hours=entry.whole("refundable_until_hours", default=hours, least=0),
        refund_fee=entry.fee(currency, default=fee),
        extras=tuple(sorted(extras, key=lambda extra: (extra.unit_amount, extra.id))),
    )


def _section(entry: Entry, currency: str) -> Section:
    rows = entry.rows()
    seats = entry.whole("seats", least=0, default=_count(rows) if rows else None)
    if rows:
        entry.check(seats == _count(rows), "seats", f"what its rows have together, {_count(rows)}")
    price = entry.price(currency)
    return Section(entry.identifier(), entry.text("name"), price, seats, seats, rows)


def _extra(entry: Entry, currency: str) -> Extra:
    entry.allow(EXTRA_KEYS)
    stock = entry.whole("stock", least=0) if "stock" in entry else None
    return Extra(
        entry.identifier(),
        entry.text("name"),
        entry.texts("aliases"),
        entry.price(currency),
        stock,
        stock,
    )


def _count(rows: Rows) -> int:
    return sum(count for _, count in rows)


def _season(entry: Entry, currency: str) -> SeasonTicket:
    interval = entry.text("interval")
    entry.check(interval in _INTERVALS, "interval", "one of " + ", ".join(_INTERVALS))
    return SeasonTicket(
        entry.identifier(), entry.text("name"), currency, entry.price(currency), interval
    )


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except InvalidAmount:
        return False
    return True


def _check_unique(where: str, ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        raise ConfigError(f"{where}: two entries have the same id; write ids that differ.")
