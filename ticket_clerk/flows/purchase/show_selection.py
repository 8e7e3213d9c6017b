"""Which shows a sentence of the purchase means, given what was offered or spoken of before."""

from __future__ import annotations

import re
from datetime import datetime

from ticket_clerk.flows.browse.lists import LONGEST_CHOICE, offered_shows
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.understanding.answers import hear_rank, is_more, is_yes, wants_cheapest
from ticket_clerk.understanding.budget import hear_budget
from ticket_clerk.understanding.quantities import hear_quantity
from ticket_clerk.understanding.show_hints import hear_hints
from ticket_clerk.understanding.shows import Heard, hear_gone, hear_shows
from ticket_clerk.understanding.text import plain

from .offers import cheapest_of, pick_offered, within
from .state import Purchase, find_show

_OTHER = re.compile(
    r"\b(?:the )?other (?:one|show|date|day|time|performance|night|evening)\b"
    r"|^(?:no[ ,]+)?(?:actually[ ,]+)?the other(?: please)?[ .!]*$"
)


def hear_choice(
    purchase: Purchase, text: str, catalog: Catalog, now: datetime, *, named_event: bool
) -> Heard:
    """Hear the shows that are meant: one of those offered, or any of the catalog.

    ``named_event`` says that the sentence names something, which may be nothing of ours.
    """
    offered = offered_shows(catalog, purchase.offered)
    if purchase.asked == "show" and is_more(text):
        return Heard()
    if hear_gone(text, catalog.gone, catalog.shows):
        return Heard()
    other = pick_other(purchase, text, catalog, now)
    if other is not None:
        return Heard((other,), has_name=True)
    if purchase.asked == "show" and offered:
        picked = _answer_to_offer(purchase, text, offered, now)
        if picked:
            return _picked(text, picked)
    heard = hear_shows(text, catalog.shows, now)
    is_open = purchase.asked in {None, "show"} and purchase.show_id is None
    is_one = len(offered) == 1 and not purchase.asked
    is_named = heard.has_name or named_event
    budget = hear_budget(text)
    if is_open and not is_named and budget is not None:
        affordable = within(budget, heard.shows or offered or catalog.shows)
        return Heard(tuple(affordable), has_hint=True)
    if is_open and not is_one and not is_named and wants_cheapest(text):
        fitting = heard.shows or offered or catalog.shows
        return Heard(tuple(cheapest_of(fitting)[:LONGEST_CHOICE]), has_hint=True)
    if purchase.asked is None and offered and not heard.has_name and not named_event:
        # What was just listed or asked about is what "two tickets, please" is for.
        picked = pick_offered(text, offered, now)
        if picked:
            return _picked(text, picked)
        if not heard.has_hint:
            return Heard(tuple(offered), has_name=True)
    return heard


def pick_other(purchase: Purchase, text: str, catalog: Catalog, now: datetime) -> Show | None:
    """Find the show that is wanted instead of the chosen one: "the other one", "the matinee".

    Among those that were offered with it, or that have its name; None when it is open.
    """
    current = find_show(catalog, purchase.show_id)
    if current is None or purchase.asked in {None, "show"}:
        return None
    offered = offered_shows(catalog, purchase.offered)
    pool = offered if current in offered else [current, *siblings(current, catalog)]
    others = [show for show in pool if show.id != current.id]
    if len(others) == 1 and _OTHER.search(plain(text)):
        return others[0]
    named = hear_shows(text, pool, now)
    if others and named.has_name and len(named.shows) == 1 and named.is_sure:
        return named.shows[0] if named.shows[0].id != current.id else None
    hints = hear_hints(plain(text), pool, now)
    fitting = [show for show in pool if hints and hints.fits(show)]
    return fitting[0] if len(fitting) == 1 and fitting[0].id != current.id else None


def siblings(show: Show, catalog: Catalog) -> list[Show]:
    """Find the shows that differ from this one in day or time only."""
    name = _name_alone(show)
    return [one for one in catalog.shows if one.id != show.id and _name_alone(one) == name]


def _name_alone(show: Show) -> str:
    return plain(show.name.split(" (")[0])


def _answer_to_offer(
    purchase: Purchase, text: str, offered: list[Show], now: datetime
) -> Show | None:
    picked = pick_offered(text, offered, now, bare=purchase.quantity is not None)
    if picked:
        return picked
    if len(offered) == 1:
        # "Yes" and "two" are for the only one that there is.
        agrees = is_yes(text, intent="") or hear_quantity(text, asked=True) is not None
        return offered[0] if agrees else None
    is_about_price = wants_cheapest(text) and not hear_shows(text, offered, now).shows
    return next(iter(cheapest_of(offered)), None) if is_about_price else None


def _picked(text: str, show: Show) -> Heard:
    """A place in the list is no number of tickets."""
    is_rank = hear_rank(text) is not None
    return Heard((show,), ((0, len(plain(text))),) if is_rank else (), has_name=True)
