"""Dates and times: days, months, weekdays, "this weekend", "the matinee".

Every part that a sentence names must fit; a sentence that names none fits all shows.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..text import normalize

_MONTHS = "january february march april may june july august september october november december"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), 1)}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name: number for number, name in enumerate(_WEEKDAYS.split())}
WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}

# "may" is a verb and "march" a walk, so both count with a day beside them or after a preposition.
_MONTH = "|".join(sorted((name for name in MONTHS if name != "may"), key=len, reverse=True))
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d:.,]*\d)"
_MONTH_DAY = re.compile(rf"\b(?P<month>{_MONTH}|may)\.? (?:the )?(?P<day>{_DAY})\b")
_DAY_MONTH = re.compile(rf"\b(?P<day>{_DAY}) (?:of )?(?P<month>{_MONTH}|may)\b")
_ORDINAL = re.compile(
    r"\b(?:the )?(?P<day>3[01]|[12]\d|[4-9])th\b|\bthe (?P<low>1st|2nd|3rd)\b(?! one)"
)
_SLASHED = re.compile(r"\b(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?:/\d{2,4})?\b")
_ISO = re.compile(r"\b20\d\d-(?P<month>\d\d)-(?P<day>\d\d)\b")
_IN_MONTH = re.compile(rf"\b(?:in|for|this|next|early|late|of) (?P<month>{_MONTH}|may)\b")
_BARE_MONTH = re.compile(rf"\b(?P<month>{_MONTH})\b")
_WEEKDAY = re.compile(rf"\b(?P<weekday>{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})s?\b")
_CLOCK = re.compile(
    r"\b(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5]\d))? ?(?P<half>am|pm|a\.m\.|p\.m\.)(?![a-z])"
    r"|\b(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)\b"
)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_IN_SEASON = re.compile(
    r"\b(?:in|this|next|during|for)(?: the)? (spring|summer|autumn|fall|winter)\b"
)
# "In January or February", "between May and July".
_TWO_MONTHS = re.compile(
    rf"\b(?P<first>{_MONTH}|may)\.? (?:or|and|to|until|till|-)(?: in)? (?P<last>{_MONTH}|may)\b"
)
_BOUND = re.compile(
    r"\b(?P<bound>after|later than|from|since|starting|before|until|till|by|no later than)"
    r"(?: in| on| the| end of)* $"
)
_YEAR = re.compile(r"(?<=[a-z,] )20[2-4]\d\b(?! (?:tickets?|seats?)\b)")
DATE_OR_TIME = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "?:", pattern.pattern)
        for pattern in (_MONTH_DAY, _DAY_MONTH, _ORDINAL, _SLASHED, _ISO, _CLOCK, _YEAR)
    )
)
# "Evening, two tickets please" says nothing of when.
GREETING = re.compile(
    r"\bgood (?:morning|afternoon|evening)\b"
    r"|^(?:morning|afternoon|evening)(?=[,!.] ?\S| (?:all|there|folks|everyone)\b)"
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
    month, day, start = _month_and_day(normalized)
    weekday = _WEEKDAY.search(normalized)
    first, last = _stretch(normalized, now.date())
    if month and (bounds := _bounds(normalized[:start], month, day, now.date())):
        month, day, (first, last) = None, None, bounds
    elif first and month and _TWO_MONTHS.search(normalized):
        month = None
    return When(
        month=month,
        day=day,
        weekday=WEEKDAYS[weekday["weekday"]] if weekday else None,
        first=first,
        last=last,
        clock=_clock(normalized),
        is_evening=_part_of_day(normalized),
    )


def _month_and_day(normalized: str) -> tuple[int | None, int | None, int]:
    """Find a month and a day, and where they begin."""
    for pattern in (_MONTH_DAY, _DAY_MONTH, _SLASHED, _ISO):
        if match := pattern.search(normalized):
            month = match["month"]
            return (
                MONTHS.get(month) or int(month),
                int(re.sub(r"\D", "", match["day"])),
                match.start(),
            )
    month_only = _IN_MONTH.search(normalized) or _BARE_MONTH.search(normalized)
    ordinal = _ORDINAL.search(normalized)
    day = int(re.sub(r"\D", "", ordinal["day"] or ordinal["low"])) if ordinal else None
    if month_only is None:
        return None, day, 0
    return MONTHS[month_only["month"]], day, month_only.start("month")


def _bounds(
    before: str, month: int, day: int | None, today: date
) -> tuple[date | None, date | None] | None:
    """Return the days after or before a date, where the words before it say so."""
    match = _BOUND.search(before)
    if match is None:
        return None
    first, last = _next(month, today, day or 1), _next(month, today, day or 31)
    if match["bound"] in {"after", "later than"}:
        return last + timedelta(days=1), None
    if match["bound"] in {"from", "since", "starting"}:
        return first, None
    return today, first - timedelta(days=1) if match["bound"] == "before" else last


def _next(month: int, today: date, day: int = 1) -> date:
    """Return the next date of a day, or the month's last; a month that has begun is this one."""
    year = today.year + (month < today.month)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _months(first: int, last: int, today: date) -> tuple[date, date]:
    start = _next(first, today)
    year = start.year + (last < first)
    return start, date(year, last, calendar.monthrange(year, last)[1])


def _stretch(normalized: str, today: date) -> tuple[date | None, date | None]:
    if re.search(r"\b(?:today|tonight|tonite)\b", normalized):
        return today, today
    if re.search(r"\b(?:tomorrow|tmrw|tomorow)\b", normalized):
        return today + timedelta(days=1), today + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    if match := re.search(r"\b(this|next|the) (weekend|week)\b", normalized):
        start = monday + timedelta(days=7 if match[1] == "next" else 0)
        skip = 4 if match[2] == "weekend" else 0
        return start + timedelta(days=skip), start + timedelta(days=6)
    match = _TWO_MONTHS.search(normalized)
    # "We may or may not come" names no month.
    if match and match["first"] != match["last"]:
        return _months(MONTHS[match["first"]], MONTHS[match["last"]], today)
    if match := _IN_SEASON.search(normalized):
        month = _SEASONS[match[1]]
        return _months(month, (month + 1) % 12 + 1, today)
    if match := re.search(r"\b(this|next) month\b", normalized):
        first = today.replace(day=1)
        if match[1] == "next":
            first = (first + timedelta(days=32)).replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return None, None


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


def _part_of_day(normalized: str) -> bool | None:
    normalized = GREETING.sub(" ", normalized)
    if _AFTERNOON.search(normalized):
        return False
    return True if _EVENING.search(normalized) else None
