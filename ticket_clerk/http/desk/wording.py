"""What an act says of what it changed."""

from __future__ import annotations

from collections.abc import Mapping


def describe_change(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Say which fields are other than before, as "price: 5 → 6"; of something new, all it has."""
    said = []
    for name, value in after.items():
        was, now = _line(before.get(name, "")), _line(value)
        if was != now:
            change = f"{was or 'nothing'} → {now or 'nothing'}" if before else now
            said.append(f"{name.replace('_', ' ')}: {change}")
    return "; ".join(said)


def _line(text: str) -> str:
    return " / ".join(part.strip() for part in text.splitlines() if part.strip())
