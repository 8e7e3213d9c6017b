"""An entry of the shows file, which knows where it stands and says what is wrong with a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ticket_clerk.ticketing.domain.errors import ConfigError, InvalidAmount
from ticket_clerk.ticketing.domain.money import fee_of, to_minor
from ticket_clerk.ticketing.domain.seating import Rows

_ROW = re.compile(r"[^\W_]{1,8}")
_LONGEST_ROW = 1000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class EntryInvalid(ConfigError):
    """A value of the entry ``where`` can't be.

    ``keys`` lead to it, and ``said`` is the sentence alone.
    """

    def __init__(self, where: str, said: str, keys: Sequence[str]) -> None:
        """Join where it stands and what is wrong to a message."""
        super().__init__(f"{where}: {said}")
        self.where = where
        self.said = said
        self.keys = tuple(keys)


class Entry:
    """A mapping of the file; its methods read a value each and raise ConfigError."""

    def __init__(self, value: Any, where: str, keys: Sequence[str] = ()) -> None:
        """Take a value that must be a mapping; ``where`` is how errors name it."""
        self.where = where
        self._keys = tuple(keys)
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where} must be a mapping of names to values.")
        self._value = value

    def __contains__(self, key: str) -> bool:
        return self._value.get(key) is not None

    def check(self, condition: bool, key: str, wanted: str) -> None:
        """Raise ConfigError unless the condition holds."""
        if not condition:
            raise self.error(key, f"{key} must be {wanted}.")

    def error(self, key: str, said: str) -> EntryInvalid:
        """Make the error of a value."""
        return EntryInvalid(self.where, said, (*self._keys, key))

    def allow(self, keys: Sequence[str], *, hint: str = "") -> None:
        """Raise ConfigError for a key that means nothing here."""
        for key in self._value:
            if key not in keys:
                said = f"{key} is no key that is known here: write {', '.join(keys)}{hint}."
                raise self.error(key, said)

    def value(self, key: str) -> Any:
        """Read a value, which may be anything."""
        return self._value.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text; without a default it must be there."""
        value = self._value.get(key, default)
        self.check(isinstance(value, str | int) and not isinstance(value, bool), key, "a text")
        text = str(value).strip()
        self.check(bool(text) or default is not None, key, "a text")
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts, which may be missing."""
        values = self._value.get(key) or []
        self.check(isinstance(values, list), key, "a list of texts")
        return tuple(str(value).strip() for value in values)

    def identifier(self) -> str:
        """Read the id."""
        text = self.text("id")
        self.check(bool(_ID.fullmatch(text)), "id", "up to 64 letters, digits, dots and dashes")
        return text

    def whole(self, key: str, *, least: int, default: int | None = None) -> int:
        """Read a whole number."""
        value = self._value.get(key, default)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        self.check(is_whole and value >= least, key, f"a whole number, {least} or more")
        return int(value)

    def rows(self) -> Rows:
        """Read the rows of numbered seats, which may be missing."""
        value = self._value.get("rows")
        if value is None:
            return ()
        is_good = isinstance(value, Mapping) and all(_is_row(*row) for row in value.items())
        self.check(
            bool(value) and is_good and len({str(name) for name in value}) == len(value),
            "rows",
            "names of up to 8 letters and digits, each with its number of seats, 1 to "
            f"{_LONGEST_ROW}, as in {{A: 10, B: 12}}",
        )
        return tuple((str(name), count) for name, count in value.items())

    def price(self, currency: str) -> int:
        """Read the price, in minor units."""
        try:
            return to_minor(self._value.get("price", ""), currency)
        except InvalidAmount as exc:
            said = f'price: {exc}; write for example "200.00".'
            raise self.error("price", said) from exc

    def fee(self, currency: str, *, default: str) -> str:
        """Read the rule of the refund fee."""
        rule = str(self._value.get("refund_fee", default))
        try:
            fee_of(rule, 0, currency)
        except InvalidAmount as exc:
            said = f'refund_fee: {exc}; write for example "5.00" or "10%".'
            raise self.error("refund_fee", said) from exc
        return rule

    def moment(self, key: str) -> datetime:
        """Read a moment, which must have an offset."""
        value = self._value.get(key)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = None
        is_moment = isinstance(value, datetime) and value.tzinfo is not None
        self.check(is_moment, key, "a moment with its offset, as in 2027-01-15T19:30:00-08:00")
        return value  # type: ignore[return-value]  # checked on the line above

    def entries(self, key: str, *, required: bool = True) -> list[Entry]:
        """Read a list of entries."""
        values = self._value.get(key)
        if values is None and not required:
            return []
        self.check(isinstance(values, list) and bool(values or not required), key, "a list")
        return [
            Entry(value, f"{self.where}, {key} {_name(value, number)}", (*self._keys, key))
            for number, value in enumerate(values or [], start=1)
        ]

    def named_entries(self, key: str) -> dict[str, Entry]:
        """Read entries by name; there may be none."""
        values = self._value.get(key) or {}
        self.check(isinstance(values, Mapping), key, "a mapping of names to entries")
        return {
            str(name).strip(): Entry(value, f"{self.where}, {key} {name}", (*self._keys, key))
            for name, value in values.items()
        }


def _is_row(name: Any, count: Any) -> bool:
    # YAML takes some words for a yes or no.
    is_named = not isinstance(name, bool) and bool(_ROW.fullmatch(str(name)))
    is_whole = isinstance(count, int) and not isinstance(count, bool)
    return is_named and is_whole and 1 <= count <= _LONGEST_ROW


def _name(value: Any, number: int) -> str:
    return str(value.get("id", number)) if isinstance(value, Mapping) else str(number)
