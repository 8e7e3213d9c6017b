"""Periods that a sentence names: "next week", "before Christmas", "in the next ten days"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from text_to_num import alpha2digit

from .days import MONTH, MONTHS, WEEKDAY, WEEKDAYS, find_day, next_date, next_day

# Both ends belong to it; an open one is None.
Period = tuple[date | None, date | None]
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_IN_SEASON = re.compile(
    r"\b(?:in|this|next|during|for|before|after|until)(?: the)? "
    r"(spring|summer|autumn|fall|winter)\b"
)
# "In January or February", "between May and July".
_TWO_MONTHS = re.compile(
    rf"\b(?P<first>{MONTH}|may)\.? (?:or|and|to|until|till|-)(?: in)? (?P<last>{MONTH}|may)\b"
)
_HOLIDAYS = {
    r"(?:christmas|x-?mas) eve": (12, 24, 0),
    r"new year'?s eve|nye": (12, 31, 0),
    r"christmas(?: day)?|x-?mas": (12, 24, 2),
    r"new year'?s?(?: day)?": (1, 1, 0),
    r"the holidays": (12, 24, 8),
    r"valentine'?s?(?: day)?": (2, 14, 0),
    r"st\.? patrick'?s?(?: day)?": (3, 17, 0),
    r"independence day": (7, 4, 0),
    r"hallowe'?en": (10, 31, 0),
}
_HOLIDAY = re.compile("|".join(rf"(?P<_{at}>\b(?:{name})\b)" for at, name in enumerate(_HOLIDAYS)))
_MOVING = re.compile(r"\b(easter|thanksgiving)\b")
# "A present for Christmas" names no day on which one goes.
_ON_HOLIDAY = re.compile(r"\b(?:at|on|over|during|around)(?: the)? $")
_BOUND = re.compile(
    r"\b(?P<bound>after|later than|from|since|starting|between|before|until|till|by|no later than)"
    r"(?: in| on| the| end of)* $"
)
# Between the first day and the last one: "from Friday to Sunday".
_UNTIL = re.compile(r"\b(?:to|until|till|through|thru|and)(?: the)? $|- ?$")
_FROM_TO = re.compile(
    r"\b(?P<first>(?:from|between|starting)\b.*?\d.*?)(?= (?:to|until|till|through|thru|and)\b)"
)
_SINCE = frozenset({"from", "since", "starting", "between"})
_RELATIVE_DAY = re.compile(
    r"\b(?:(?P<now>today|tonight|tonite|this (?:morning|afternoon|evening))"
    r"|(?P<after>(?:the )?day after tomorrow)|(?P<next>tomorrow|tmrw|tomorow))\b"
)
_WEEK = re.compile(r"\b(?P<which>this|next|the)(?: coming)? (?P<unit>weekend|week)\b(?! after\b)")
_WEEK_AFTER_NEXT = re.compile(r"\bweek after next\b")
_MONTH_OR_YEAR = re.compile(r"\b(?P<which>this|next) (?P<unit>month|year)\b")
_COUNT = r"(?P<count>\d{1,3}|an?|(?:a )?couple(?: of)?|(?:a )?few|[a-z]+)"
_UNIT = r"(?P<unit>days?|weeks?|months?|fortnights?)\b"
# A point: "in two weeks", and all until then: "within a month", "in the next few days".
_IN = re.compile(rf"\bin (?:about |around )?{_COUNT} {_UNIT}(?:'? time)?(?! in advance)")
_FROM_NOW = re.compile(rf"\b{_COUNT} {_UNIT} from (?:now|today)\b")
_WITHIN = re.compile(
    rf"\b(?:within|inside)(?: of)?(?: the next)? {_COUNT} {_UNIT}"
    rf"|\b(?:the|these) (?:next|coming) (?:{_COUNT.replace('count', 'next_count')} )?"
    rf"{_UNIT.replace('<unit>', '<next_unit>')}"
)
_FEW = 3
_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30}


class Kind(Enum):
    """What a period was made of: a date or a day of the week by a word before it, or neither."""

    DATE = "date"
    WEEKDAY = "weekday"
    OTHER = "other"


@dataclass(frozen=True)
class _Named:
    """A day or several that are named, where, and whether they count without a "before"."""

    start: int
    first: date
    last: date
    is_alone: bool = True
    kind: Kind = Kind.OTHER
    is_stretch: bool = False


def parse_period(normalized: str, today: date) -> tuple[Period, frozenset[Kind]]:
    """Return the period that normalized text names, and what a word before it made it of.

    A date with a "before" is none on which one goes.
    """
    named = [one for find in _FINDERS for one in find(normalized, today)]
    if stretch := _stretch(normalized, named):
        return stretch
    bounded = [(match["bound"], one) for one in named if (match := _bound(normalized, one))]
    if bounded:
        periods = [_beside(bound, one, today) for bound, one in bounded]
        firsts = [first for first, _ in periods if first]
        lasts = [last for _, last in periods if last]
        period = (max(firsts, default=None), min(lasts, default=None))
        return period, frozenset(one.kind for _, one in bounded)
    stretches = [(one.first, one.last) for one in named if one.is_alone]
    return (stretches[0] if stretches else (None, None)), frozenset()


def _stretch(normalized: str, named: Sequence[_Named]) -> tuple[Period, frozenset[Kind]] | None:
    """Return the days from one that is named to another: "from Friday to Sunday"."""
    ends = [one for one in named if _UNTIL.search(normalized[: one.start])]
    starts = [one for one in named if (m := _bound(normalized, one)) and m["bound"] in _SINCE]
    for first in starts:
        last = next((one for one in ends if one.start > first.start), None)
        if last is not None:
            # Of the days of a week the last one is the next behind the first.
            weeks = max(0, -((last.last - first.first).days // 7))
            end = last.last + timedelta(days=7 * weeks)
            return (first.first, end), frozenset({first.kind, last.kind})
    return None


def names_two_months(normalized: str) -> bool:
    """Return whether a stretch from one month to another is named."""
    return _TWO_MONTHS.search(normalized) is not None


def _bound(normalized: str, named: _Named) -> re.Match[str] | None:
    return _BOUND.search(normalized[: named.start])


def _beside(bound: str, named: _Named, today: date) -> Period:
    """Return the days after or before those that are named."""
    if bound in {"after", "later than"}:
        return named.last + timedelta(days=1), None
    if bound == "between" or (bound in _SINCE and named.is_stretch):
        return named.first, named.last
    if bound in _SINCE:
        return named.first, None
    return today, named.first - timedelta(days=1) if bound == "before" else named.last


def _dates(normalized: str, today: date) -> Iterator[_Named]:
    """Find dates, months or days of the month, which count only behind a bound.

    Of "from the 3rd to the 10th of March" both are, and the first has the other's month.
    """
    days = [(*find_day(piece), at) for piece, at in _sides(normalized)]
    months = [month for month, *_ in days if month]
    for month, day, start, at in days:
        month = month or (months[0] if day and months else None)
        if month and not names_two_months(normalized):
            first, last = next_date(month, today, day or 1), next_date(month, today, day or 31)
            yield _Named(at + start, first, last, False, Kind.DATE)
        elif day and not month:
            found = next_day(day, today)
            yield _Named(at + start, found, found, False, Kind.DATE)


def _sides(normalized: str) -> Iterator[tuple[str, int]]:
    """Yield what stands before and behind the "to" of a stretch, and where; else the whole."""
    found = _FROM_TO.search(normalized)
    if found is None:
        yield normalized, 0
        return
    yield normalized[: found.end("first")], 0
    yield normalized[found.end("first") :], found.end("first")


def _weekdays(normalized: str, today: date) -> Iterator[_Named]:
    """Find the next day of a week that is named, which counts only behind a bound."""
    for match in WEEKDAY.finditer(normalized):
        found = today + timedelta(days=(WEEKDAYS[match["weekday"]] - today.weekday()) % 7)
        yield _Named(match.start(), found, found, False, Kind.WEEKDAY)


def _relative_days(normalized: str, today: date) -> Iterator[_Named]:
    for match in _RELATIVE_DAY.finditer(normalized):
        day = today + timedelta(days=2 if match["after"] else 1 if match["next"] else 0)
        yield _Named(match.start(), day, day)


def _weeks(normalized: str, today: date) -> Iterator[_Named]:
    monday = today - timedelta(days=today.weekday())
    for match in _WEEK.finditer(normalized):
        start = monday + timedelta(days=7 if match["which"] == "next" else 0)
        skip = 4 if match["unit"] == "weekend" else 0
        yield _Named(match.start(), start + timedelta(days=skip), start + timedelta(days=6))
    for match in _WEEK_AFTER_NEXT.finditer(normalized):
        yield _Named(match.start(), monday + timedelta(days=14), monday + timedelta(days=20))


def _two_months(normalized: str, today: date) -> Iterator[_Named]:
    match = _TWO_MONTHS.search(normalized)
    # "We may or may not come" names no month.
    if match and match["first"] != match["last"]:
        months = _months(MONTHS[match["first"]], MONTHS[match["last"]], today)
        yield _Named(match.start(), *months, is_stretch=True)


def _seasons(normalized: str, today: date) -> Iterator[_Named]:
    for match in _IN_SEASON.finditer(normalized):
        month = _SEASONS[match[1]]
        yield _Named(match.start(1), *_months(month, (month + 1) % 12 + 1, today))


def _months_and_years(normalized: str, today: date) -> Iterator[_Named]:
    for match in _MONTH_OR_YEAR.finditer(normalized):
        is_next = match["which"] == "next"
        if match["unit"] == "year":
            year = today.year + is_next
            yield _Named(match.start(), date(year, 1, 1), date(year, 12, 31))
        else:
            yield _Named(match.start(), *_month(today, 1 if is_next else 0))


def _holidays(normalized: str, today: date) -> Iterator[_Named]:
    found = [(match, *_holiday(match, today)) for match in _HOLIDAY.finditer(normalized)]
    found += [(match, *_moving(match[1], today)) for match in _MOVING.finditer(normalized)]
    for match, first, last in found:
        is_alone = bool(_ON_HOLIDAY.search(normalized[: match.start()]))
        yield _Named(match.start(), first, last, is_alone)


def _points(normalized: str, today: date) -> Iterator[_Named]:
    """Find the day, week or month that is so far away: "in two weeks"."""
    for pattern in (_IN, _FROM_NOW):
        for match in pattern.finditer(normalized):
            if (count := _counted(match["count"])) is None:
                continue
            unit = match["unit"].rstrip("s")
            if unit == "month":
                yield _Named(match.start(), *_month(today, count))
                continue
            day = today + timedelta(days=count * _DAYS[unit])
            monday = day - timedelta(days=day.weekday())
            is_day = unit == "day"
            first, last = (day, day) if is_day else (monday, monday + timedelta(days=6))
            yield _Named(match.start(), first, last)


def _stretches(normalized: str, today: date) -> Iterator[_Named]:
    """Find what begins today: "within a month", "the next few days"."""
    for match in _WITHIN.finditer(normalized):
        said, unit = match["count"] or match["next_count"], match["unit"] or match["next_unit"]
        count = _counted(said) if said else _FEW if unit.endswith("s") else 1
        if count is not None:
            last = today + timedelta(days=count * _DAYS[unit.rstrip("s")])
            yield _Named(match.start(), today, last)


# The first that finds something says it, where nothing is bounded.
_FINDERS: tuple[Callable[[str, date], Iterator[_Named]], ...] = (
    _relative_days,
    _stretches,
    _weeks,
    _points,
    _two_months,
    _seasons,
    _months_and_years,
    _holidays,
    _dates,
    _weekdays,
)


def _counted(said: str) -> int | None:
    """Return the number that is said in figures or words: "two", "a", "a few"."""
    if said in {"a", "an"}:
        return 1
    if "couple" in said:
        return 2
    if "few" in said:
        return _FEW
    digits = str(alpha2digit(said, "en", threshold=0))
    return int(digits) if digits.isdigit() else None


def _month(today: date, later: int) -> tuple[date, date]:
    """Return the first and last day of the month that is so many months later."""
    year, month = divmod(today.year * 12 + today.month - 1 + later, 12)
    return date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _months(first: int, last: int, today: date) -> tuple[date, date]:
    start = next_date(first, today)
    year = start.year + (last < first)
    return start, date(year, last, calendar.monthrange(year, last)[1])


def _holiday(match: re.Match[str], today: date) -> tuple[date, date]:
    month, day, more = list(_HOLIDAYS.values())[int(str(match.lastgroup)[1:])]
    first = date(today.year, month, day)
    if first + timedelta(days=more) < today:
        first = date(today.year + 1, month, day)
    return first, first + timedelta(days=more)


def _moving(name: str, today: date) -> tuple[date, date]:
    days = (_easter if name == "easter" else _thanksgiving)(today.year)
    return days if days[1] >= today else _moving(name, date(today.year + 1, 1, 1))


def _thanksgiving(year: int) -> tuple[date, date]:
    """Return the fourth Thursday of November and the Sunday after it."""
    first = date(year, 11, 1)
    day = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    return day, day + timedelta(days=3)


def _easter(year: int) -> tuple[date, date]:
    """Return Good Friday and Easter Monday (the Gregorian computus)."""
    century, golden = year // 100, year % 19
    epact = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    after = epact - weekday
    month = 3 + (after + 40) // 44
    sunday = date(year, month, after + 28 - 31 * (month // 4))
    return sunday - timedelta(days=2), sunday + timedelta(days=1)
