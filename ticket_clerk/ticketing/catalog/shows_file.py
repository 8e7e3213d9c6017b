"""Reads ``shows.yml``: what is for sale, as its owner writes it.

Everything is checked before anything is loaded, so a slip of the pen changes nothing. The
sentence of a ConfigError names the entry and what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from ticket_clerk.ticketing.domain.errors import ConfigError, InvalidAmount
from ticket_clerk.ticketing.domain.models import Catalog, SeasonTicket, Section, Show
from ticket_clerk.ticketing.domain.money import exponent, fee_of, to_minor

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# How long before its start tickets of a show can be given back, unless the file says otherwise.
REFUNDABLE_UNTIL_HOURS = 24
_INTERVALS = ("day", "week", "month", "year")


def read_shows_file(path: Path) -> Catalog:
    """Read and check the file; sections come back with all their seats left.

    Raises ConfigError when the file is missing, is no YAML, or says something that cannot be.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"SHOWS_FILE names {path}, which can't be read.") from exc
    except (yaml.YAMLError, ValueError) as exc:
        raise ConfigError(
            f"{path} is not valid YAML; see docs/operations.md, The catalog."
        ) from exc
    top = _Entry(document, str(path))
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
    _check_unique(path, [show.id for show in shows] + [ticket.id for ticket in season])
    return Catalog(shows, season, currency, top.whole("max_tickets_per_order", default=8, least=1))


def _show(entry: _Entry, currency: str, hours: int, fee: str) -> Show:
    sections = [_section(part, currency) for part in entry.entries("sections")]
    entry.check(
        len({section.id for section in sections}) == len(sections), "sections", "ids that differ"
    )
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
    )


def _section(entry: _Entry, currency: str) -> Section:
    seats = entry.whole("seats", least=0)
    return Section(entry.identifier(), entry.text("name"), entry.price(currency), seats, seats)


def _season(entry: _Entry, currency: str) -> SeasonTicket:
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


def _check_unique(path: Path, ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        raise ConfigError(f"{path}: two entries have the same id; write ids that differ.")


class _Entry:
    """A mapping of the file, which knows where it stands."""

    def __init__(self, value: Any, where: str) -> None:
        self._where = where
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where} must be a mapping of names to values.")
        self._value = value

    def check(self, condition: bool, key: str, wanted: str) -> None:
        if not condition:
            raise ConfigError(f"{self._where}: {key} must be {wanted}.")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value.get(key, default)
        self.check(isinstance(value, str | int) and not isinstance(value, bool), key, "a text")
        text = str(value).strip()
        self.check(bool(text) or default is not None, key, "a text")
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._value.get(key) or []
        self.check(isinstance(values, list), key, "a list of texts")
        return tuple(str(value).strip() for value in values)

    def identifier(self) -> str:
        text = self.text("id")
        self.check(bool(_ID.fullmatch(text)), "id", "up to 64 letters, digits, dots and dashes")
        return text

    def whole(self, key: str, *, least: int, default: int | None = None) -> int:
        value = self._value.get(key, default)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        self.check(is_whole and value >= least, key, f"a whole number, {least} or more")
        return int(value)

    def price(self, currency: str) -> int:
        try:
            return to_minor(self._value.get("price", ""), currency)
        except InvalidAmount as exc:
            raise ConfigError(f'{self._where}: price: {exc}; write for example "200.00".') from exc

    def fee(self, currency: str, *, default: str) -> str:
        rule = str(self._value.get("refund_fee", default))
        try:
            fee_of(rule, 0, currency)
        except InvalidAmount as exc:
            raise ConfigError(
                f'{self._where}: refund_fee: {exc}; write for example "5.00" or "10%".'
            ) from exc
        return rule

    def moment(self, key: str) -> datetime:
        value = self._value.get(key)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = None
        is_moment = isinstance(value, datetime) and value.tzinfo is not None
        self.check(is_moment, key, "a moment with its offset, as in 2027-01-15T19:30:00-08:00")
        return value  # type: ignore[return-value]  # checked on the line above

    def entries(self, key: str, *, required: bool = True) -> list[_Entry]:
        values = self._value.get(key)
        if values is None and not required:
            return []
        self.check(isinstance(values, list) and bool(values or not required), key, "a list")
        return [
            _Entry(value, f"{self._where}, {key} {self._name(value, number)}")
            for number, value in enumerate(values or [], start=1)
        ]

    @staticmethod
    def _name(value: Any, number: int) -> str:
        return str(value.get("id", number)) if isinstance(value, Mapping) else str(number)
