"""Which shows a sentence of the purchase means, given what was offered or spoken of before."""

from __future__ import annotations

import re
from datetime import datetime

from ticket_clerk.flows.browse.lists import LONGEST_CHOICE, offered_shows
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.understanding.answers import is_more, is_yes, parse_rank, wants_cheapest
from ticket_clerk.understanding.budget import parse_budget
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import ParsedShows, parse_discontinued, parse_shows
from ticket_clerk.understanding.text import normalize

from .offers import cheapest_of, select_offered, within
from .state import Purchase, find_show

_OTHER = re.compile(
    r"\b(?:the )?other (?:one|show|date|day|time|performance|night|evening)\b"
    r"|^(?:no[ ,]+)?(?:actually[ ,]+)?the other(?: please)?[ .!]*$"
)


def select_shows(
    purchase: Purchase, text: str, catalog: Catalog, now: datetime, *, named_event: bool
) -> ParsedShows:
    """Hear the shows that are meant: one of those offered, or any of the catalog.

    ``named_event`` says that the sentence names something, which may be nothing of ours.
    """
    offered = offered_shows(catalog, purchase.offered)
    if purchase.asked == "show" and is_more(text):
        return ParsedShows()
    if parse_discontinued(text, catalog.gone, catalog.shows):
        return ParsedShows()
    other = select_other_show(purchase, text, catalog, now)
    if other is not None:
        return ParsedShows((other,), has_name=True)
    if purchase.asked == "show" and offered:
        selected = _answer_to_offer(purchase, text, offered, now)
        if selected:
            return _selected(text, selected)
    parsed = parse_shows(text, catalog.shows, now)
    is_open = purchase.asked in {None, "show"} and purchase.show_id is None
    is_one = len(offered) == 1 and not purchase.asked
    is_named = parsed.has_name or named_event
    budget = parse_budget(text)
    if is_open and not is_named and budget is not None:
        affordable = within(budget, parsed.shows or offered or catalog.shows)
        return ParsedShows(tuple(affordable), has_hint=True)
    if is_open and not is_one and not is_named and wants_cheapest(text):
        fitting = parsed.shows or offered or catalog.shows
        return ParsedShows(tuple(cheapest_of(fitting)[:LONGEST_CHOICE]), has_hint=True)
    if purchase.asked is None and offered and not parsed.has_name and not named_event:
        # What was just listed or asked about is what "two tickets, please" is for.
        selected = select_offered(text, offered, now)
        if selected:
            return _selected(text, selected)
        if not parsed.has_hint:
            return ParsedShows(tuple(offered), has_name=True)
    return parsed


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
    if len(others) == 1 and _OTHER.search(normalize(text)):
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
    """A place in the list is no number of tickets."""
    is_rank = parse_rank(text) is not None
    return ParsedShows((show,), ((0, len(normalize(text))),) if is_rank else (), has_name=True)
