"""How long a show lasts, read from a fact that is written for people: "2 h 50 min"."""

from __future__ import annotations

import re
from datetime import timedelta

from ..text import normalize

_LONG = re.compile(
    r"(?P<hours>\d{1,2}) ?(?:h|hours?|horas?)\b"
    r"(?:(?: and| y)? ?(?P<beside>\d{1,2}) ?(?:m|min|minutes?|minutos?)\b)?"
    r"|(?P<minutes>\d{1,3}) ?(?:m|min|minutes?|minutos?)\b"
)


def parse_duration(text: str) -> timedelta | None:
    """Return the first duration of a text, which is that of the whole show."""
    found = _LONG.search(normalize(text))
    if found is None:
        return None
    hours, beside, minutes = (int(number or 0) for number in found.groups())
    return timedelta(hours=hours, minutes=beside + minutes)
