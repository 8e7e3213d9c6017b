"""Dates and times: days, months, weekdays, "this weekend", "the matinee".

Every part that a sentence names must fit; a sentence that names none fits all shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..text import normalize
from .days import DAY_MONTH, ISO, MONTH_DAY, ORDINAL, SLASHED, WEEKDAY, WEEKDAYS, find_day
from .periods import Kind, names_two_months, parse_period

_CLOCK = re.compile(
    r"\b(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5]\d))? ?(?P<half>am|pm|a\.m\.|p\.m\.)(?![a-z])"
    r"|\b(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)\b"
)
_YEAR = re.compile(r"(?<=[a-z,] )20[2-4]\d\b(?! (?:tickets?|seats?)\b)")
DATE_OR_TIME = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "?:", pattern.pattern)
        for pattern in (MONTH_DAY, DAY_MONTH, ORDINAL, SLASHED, ISO, _CLOCK, _YEAR)
    )
)
_PART = r"(?:morning|afternoon|evening|night)"
# "Evening. What would you suggest?"
_GREETING = (
    r"^(?:(?:hi|hello|hey)[ ,]+)?(morning|afternoon|evening)"
    r"(?=[,!.] ?\S|!+$| (?:all|there|folks|everyone|to you)\b)"
)
_GREETS = re.compile(rf"{_GREETING}[,.! ]+(?=\S)", re.IGNORECASE)
# "Evening, two tickets please" and "a nice evening out" say nothing of when a show begins; "an
# evening show" does.
_NO_TIME = re.compile(
    rf"\b(?:good|have an?(?: \w+)?) {_PART}\b"
    rf"|{_GREETING}"
    r"|\b(?:an?|our|my|the whole|all)(?: \w+)? (?:evening|afternoon)\b"
    r"(?! (?:shows?|performances?|ones?|games?|concerts?|match|matches|starts?|slots?|time|dates?"
    r")\b)"
    r"|\b(?:evening|afternoon)s? (?:outs?|off|together|dress(?:es)?|gowns?|wear|meal)\b"
)
_AFTERNOON = re.compile(r"\b(?:matin[eé]e|afternoon|early (?:one|show|performance)|earlier one)\b")
_EVENING = re.compile(
    r"\b(?:evening|night time|at night|late (?:one|show|performance)|later one)\b"
)


@dataclass(frozen=True)
class When:
    """The day and time that a sentence names; what is None was not named."""

    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    first: date | None = None
    last: date | None = None
    clock: tuple[int, int] | None = None
    is_evening: bool | None = None

    def __bool__(self) -> bool:
        """Return whether anything was named at all."""
        return self != When()

    def fits(self, starts_at: datetime) -> bool:
        """Return whether a show that starts then, in its own zone, is one that was meant."""
        named = (
            (self.month, starts_at.month),
            (self.day, starts_at.day),
            (self.weekday, starts_at.weekday()),
            (self.clock, (starts_at.hour, starts_at.minute)),
            (self.is_evening, starts_at.hour >= 17),
        )
        if any(wanted is not None and wanted != fact for wanted, fact in named):
            return False
        return (
            (self.first or starts_at.date()) <= starts_at.date() <= (self.last or starts_at.date())
        )

    def is_sure_of(self, starts_at: datetime, now: datetime) -> bool:
        """Return whether a day of the week alone means that day: it is the next one, or soon."""
        is_bare = self.weekday is not None and (self.month, self.day) == (None, None)
        return not is_bare or starts_at - now < timedelta(days=8)


def parse_when(text: str, now: datetime) -> When:
    """Read which day or time a sentence names, seen from ``now``."""
    normalized = normalize(text)
    month, day, _ = find_day(normalized)
    weekday = WEEKDAY.search(normalized)
    (first, last), bounded = parse_period(normalized, now.date())
    if Kind.DATE in bounded:
        month, day = None, None
    elif first and month and names_two_months(normalized):
        month = None
    weekday = None if Kind.WEEKDAY in bounded else weekday
    return When(
        month=month,
        day=day,
        weekday=WEEKDAYS[weekday["weekday"]] if weekday else None,
        first=first,
        last=last,
        clock=_clock(normalized),
        is_evening=_part_of_day(normalized),
    )


def _clock(normalized: str) -> tuple[int, int] | None:
    match = _CLOCK.search(normalized)
    if not match:
        return None
    if match["hour24"]:
        hour = int(match["hour24"])
        # "the 7:30 one": nobody starts a show before ten in the morning.
        return (hour + 12 if hour < 10 else hour), int(match["minute24"])
    hour = int(match["hour"]) % 12 + (12 if match["half"].startswith("p") else 0)
    return hour, int(match["minute"] or 0)


def without_no_times(normalized: str) -> str:
    """Return normalized text without evenings that are no time of a show: "good evening"."""
    return _NO_TIME.sub(" ", normalized)


def without_greeting(text: str, offered: Iterable[str] = ()) -> str:
    """Return a message without the time of day that it greets with: "Evening. Any operas?".

    A word of one of the titles that were ``offered`` is an answer, and no greeting.
    """
    found = _GREETS.match(text)
    is_answer = found and any(found[1].lower() in normalize(title) for title in offered)
    return text if is_answer else _GREETS.sub("", text)


def _part_of_day(normalized: str) -> bool | None:
    normalized = without_no_times(normalized)
    if _AFTERNOON.search(normalized):
        return False
    return True if _EVENING.search(normalized) else None
