"""A show as the form for it has it, and as the catalog's document would say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Fields of the form for a show, which the catalog's document would say as they are.
_WORDS = ("id", "name", "category", "venue", "city", "starts_at", "refund_fee", "description")
_SECTION = ("id", "name", "price")
EMPTY: Mapping[str, str] = dict.fromkeys(
    (*_WORDS, "aliases", "refundable_until_hours", "sections"), ""
)


def entry_of(values: Mapping[str, str]) -> dict[str, Any]:
    """Write a form's show as the catalog's document would; what can't be is refused there."""
    entry: dict[str, Any] = {name: values[name] for name in _WORDS if values[name]}
    if values["refundable_until_hours"]:
        entry["refundable_until_hours"] = _number(values["refundable_until_hours"])
    entry["aliases"] = [part.strip() for part in values["aliases"].split(",") if part.strip()]
    lines = [line for line in values["sections"].splitlines() if line.strip()]
    entry["sections"] = [_section(line) for line in lines]
    return entry


def values_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Write a show's entry as the form has it."""
    words = {name: str(entry.get(name, "")) for name in EMPTY}
    lines = "\n".join(_line(section) for section in entry["sections"])
    return {**words, "aliases": ", ".join(entry["aliases"]), "sections": lines}


def _section(line: str) -> dict[str, Any]:
    """Read ``id; name; price; seats``, or ``id; name; price; A: 10, B: 12`` with its rows."""
    parts = [part.strip() for part in line.split(";", len(_SECTION))]
    section: dict[str, Any] = dict(zip(_SECTION, parts, strict=False))
    if len(parts) > len(_SECTION):
        seats = parts[-1]
        section |= {"rows": _rows(seats)} if ":" in seats else {"seats": _number(seats)}
    return section


def _rows(text: str) -> dict[str, int | str] | str:
    """Read rows by name; a name that is there twice makes no rows."""
    pairs = [part.partition(":") for part in text.split(",") if part.strip()]
    rows = {name.strip(): _number(count.strip()) for name, _, count in pairs}
    return rows if len(rows) == len(pairs) else text


def _line(section: Mapping[str, Any]) -> str:
    rows = section.get("rows")
    seats = ", ".join(f"{name}: {count}" for name, count in rows.items()) if rows else ""
    return "; ".join([*(str(section[name]) for name in _SECTION), seats or str(section["seats"])])


def _number(text: str) -> int | str:
    """Read a number; what is none is refused where the entry is checked."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
