"""Show selection in a purchase, given the shows offered or mentioned before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.understanding.answers import (
    find_rank,
    is_more,
    is_yes,
    wants_cheapest,
    wants_earlier,
    wants_later,
    wants_other,
)
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import section_of, shows_having_section, wants_between
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import ParsedShows, label, parse_shows
from ticket_clerk.understanding.text import normalize
from ticket_clerk.understanding.times.own import without_own_times
from ticket_clerk.understanding.utterance import match_title

from ..replies import discontinued_reply, short_date_text
from .state import LONGEST_CHOICE, Purchase, find_show, offered_shows

# Between two nothing is.
FEWEST_BETWEEN = 2
# What a message answers first ends here.
_ANSWER = re.compile(r"[,.!]+ ")


def select_shows(
    purchase: Purchase, text: str, catalog: Catalog, now: datetime, *, named_event: bool
) -> ParsedShows:
    """Parse the shows that the utterance means, offered ones first.

    ``named_event`` says that the sentence names something, which may be nothing of ours.
    """
    offered = offered_shows(catalog, purchase.offered)
    selected = _select_of_offered(purchase, text, offered, catalog, now)
    if selected is not None:
        return selected
    parsed = parse_shows(text, catalog.shows, now)
    if parsed.has_name or named_event:
        return parsed
    among = parsed.shows or offered or catalog.shows
    if purchase.show_id is None and purchase.asked in {None, "show"}:
        by_price = _select_by_price(text, among, is_one=len(offered) == 1 and not purchase.asked)
        if by_price is not None:
            return by_price
    if purchase.asked is None and offered:
        # What was just listed or asked about is what "two tickets, please" is for.
        show = select_offered(text, offered, now) or _answered_first(text, offered, now)
        if show:
            return _selected(text, show)
        if _names_section_of(offered, text):
            return ParsedShows(tuple(offered), has_name=True)
        if not parsed.has_hint:
            # "The gallery" leads from the game that was told of to the ballet.
            having = shows_having_section(text, offered, catalog.shows)
            return ParsedShows(tuple(having or offered), has_name=True)
    return parsed


def narrowed_by_section(
    purchase: Purchase, parsed: ParsedShows, text: str, catalog: Catalog
) -> ParsedShows:
    """Take the shows that have a section which is named, where no show is chosen yet.

    Of those that are named or were offered, else of all: "two in the dress circle, please".
    """
    is_open = purchase.show_id is None and purchase.asked in {None, "show"}
    is_nothing = parsed.has_hint and not parsed.shows
    if not is_open or is_nothing or parsed.is_several or len(parsed.shows) == 1:
        return parsed
    is_named = bool(parsed.spans) or parsed.has_hint
    among = parsed.shows or offered_shows(catalog, purchase.offered) or catalog.shows
    found = shows_having_section(text, among, () if is_named else catalog.shows)
    return replace(parsed, shows=tuple(found), has_name=True) if found else parsed


def _names_section_of(offered: Sequence[Show], text: str) -> bool:
    """Return whether a section of the one show on offer is named, whatever day is named too."""
    sections = [section_of(text, show) for show in offered]
    return len(offered) == 1 and sections[0] is not None


def _select_of_offered(
    purchase: Purchase, text: str, offered: list[Show], catalog: Catalog, now: datetime
) -> ParsedShows | None:
    """Match what was offered last before anything else; None where the sentence selects none."""
    titled = _select_by_title(text, offered) if purchase.asked in {None, "show"} else None
    if titled is not None:
        return ParsedShows((titled,), ((0, len(normalize(text))),), has_name=True)
    is_reading_on = purchase.asked == "show" and is_more(text)
    if is_reading_on or discontinued_reply(text, catalog):
        return ParsedShows()
    other = select_other_show(purchase, text, catalog, now)
    if other is not None:
        return ParsedShows((other,), has_name=True)
    answered = purchase.asked == "show" and _answer_to_offer(purchase, text, offered, now)
    is_named = bool(answered) or parse_shows(text, catalog.shows, now).has_name
    if purchase.asked == "show" and not is_named:
        answered = _answered_first(text, offered, now)
    return _selected(text, answered) if answered else None


def _select_by_price(text: str, shows: Sequence[Show], *, is_one: bool) -> ParsedShows | None:
    """Select what is within a budget, or the cheapest; None where no price is spoken of."""
    budget = parse_budget(text)
    if budget is not None:
        return ParsedShows(tuple(within(budget, shows)), has_hint=True)
    if wants_cheapest(text) and not is_one:
        return ParsedShows(tuple(cheapest_of(shows)[:LONGEST_CHOICE]), has_hint=True)
    return None


def select_other_show(
    purchase: Purchase, text: str, catalog: Catalog, now: datetime
) -> Show | None:
    """Find the show that is wanted instead of the chosen one: "the other one", "the matinee".

    Among those that were offered with it, or that have its name; None when it is open.
    """
    current = find_show(catalog, purchase.show_id)
    if current is None or purchase.asked in {None, "show"}:
        return None
    offered = offered_shows(catalog, purchase.offered)
    pool = offered if current in offered else [current, *siblings(current, catalog)]
    others = [show for show in pool if show.id != current.id]
    if len(others) == 1 and wants_other(text):
        return others[0]
    named = parse_shows(text, pool, now)
    if others and named.has_name and len(named.shows) == 1 and named.is_sure:
        return named.shows[0] if named.shows[0].id != current.id else None
    hints = parse_hints(normalize(text), pool, now)
    fitting = [show for show in pool if hints and hints.fits(show)]
    return fitting[0] if len(fitting) == 1 and fitting[0].id != current.id else None


def siblings(show: Show, catalog: Catalog) -> list[Show]:
    """Find the shows that differ from this one in day or time only."""
    name = _name_alone(show)
    return [one for one in catalog.shows if one.id != show.id and _name_alone(one) == name]


def _name_alone(show: Show) -> str:
    return normalize(show.name.split(" (")[0])


def _answer_to_offer(
    purchase: Purchase, text: str, offered: list[Show], now: datetime
) -> Show | None:
    if not offered:
        return None
    selected = select_offered(text, offered, now, bare=purchase.quantity is not None)
    if selected:
        return selected
    if len(offered) == 1:
        # "Yes" and "two" are for the only one that there is.
        agrees = is_yes(text, intent="") or parse_quantity(text, asked=True) is not None
        return offered[0] if agrees else None
    is_about_price = wants_cheapest(text) and not parse_shows(text, offered, now).shows
    return next(iter(cheapest_of(offered)), None) if is_about_price else None


def _selected(text: str, show: Show) -> ParsedShows:
    """Return the selected show, with the list position excluded from the quantity."""
    ranked = find_rank(text)
    return ParsedShows((show,), (ranked[1],) if ranked else (), has_name=True)


def select_offered(
    text: str, offered: Sequence[Show], now: datetime, *, bare: bool = False
) -> Show | None:
    """Find the one offered show that the sentence means; None when it is open.

    ``bare`` says that a digit alone is a place in the list, as the number of tickets is known.
    """
    titled = _select_by_title(text, offered)
    if titled is not None:
        return titled
    normalized = without_own_times(normalize(text))
    ranked = find_rank(normalized, bare=bare)
    if ranked is not None:
        return offered[ranked[0]] if ranked[0] < len(offered) else None
    if wants_between(normalized) and len(by_price := cheapest_of(offered)) > FEWEST_BETWEEN:
        return by_price[(len(by_price) - 1) // 2]
    if wants_earlier(normalized):
        return min(offered, key=lambda show: show.starts_at)
    if wants_later(normalized):
        return max(offered, key=lambda show: show.starts_at)
    parsed = parse_shows(normalized, offered, now)
    if len(parsed.shows) == 1 and parsed.is_sure:
        return parsed.shows[0]
    return _fitting(normalized, offered, now)


def _answered_first(text: str, offered: Sequence[Show], now: datetime) -> Show | None:
    """Find the offered show that a message which names none begins with: "evening, two please"."""
    return _fitting(_ANSWER.split(normalize(text))[0], offered, now)


def _fitting(normalized: str, offered: Sequence[Show], now: datetime) -> Show | None:
    """Find the one offered show that is at the day, time or place that is said, or of that kind."""
    hints = parse_hints(normalized, offered, now)
    fitting = [show for show in offered if hints and hints.fits(show)]
    return fitting[0] if len(fitting) == 1 else None


def _select_by_title(text: str, offered: Sequence[Show]) -> Show | None:
    """Find the show whose title on a button the sentence is."""
    titles = [label(show, offered, short_date_text(show.starts_at)) for show in offered]
    title = match_title(text, titles)
    return None if title is None else offered[titles.index(title)]


def cheapest_of(shows: Sequence[Show]) -> list[Show]:
    """Sort shows that have seats by the price of the cheapest seat there is."""
    available = [show for show in shows if show.seats_left]
    return sorted(available, key=_lowest_price)


def within(budget: Decimal, shows: Sequence[Show]) -> list[Show]:
    """Keep the shows of which a seat that is left costs no more, in major units."""
    return [
        show
        for show in shows
        if show.seats_left and to_major(_lowest_price(show), show.currency) <= budget
    ]


def _lowest_price(show: Show) -> int:
    return min(section.unit_amount for section in show.sections if section.seats_left)
