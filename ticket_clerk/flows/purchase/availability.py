"""Availability of the seats being bought, and the alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.ticketing.domain.money import to_major

from ..replies import Reply
from .state import Purchase, find_section, find_show

MOST_ALTERNATIVES = 3


def refuse_number(number: Decimal, limit: int) -> Reply | None:
    """Return why the number of tickets is not allowed; None if it is."""
    if number < 1:
        return Reply("utter_quantity_too_small", {"limit": limit})
    if number != number.to_integral_value():
        return Reply("utter_quantity_not_whole", {"limit": limit})
    if number > limit:
        return Reply("utter_error_too_many_tickets", {"limit": limit})
    return None


def is_price(number: Decimal, catalog: Catalog) -> bool:
    """Return whether a number is what a ticket costs, and no order may have so many anyway."""
    sections = (section for show in catalog.shows for section in show.sections)
    prices = (to_major(one.unit_amount, catalog.currency) for one in sections)
    return number > catalog.max_tickets_per_order and number in prices


def check_availability(
    before: Purchase, now: Purchase, catalog: Catalog
) -> tuple[Purchase, tuple[Reply, ...]]:
    """Check that the seats are available; drop the value that was given last if not.

    A sold-out show and a request to wait lead to the waiting list.
    """
    show = find_show(catalog, now.show_id)
    if show is None:
        return now, ()
    if now.is_waiting or not show.seats_left:
        return _wait(before, now, show, catalog)
    section, wanted = find_section(show, now.section_id), now.quantity
    if section is None or wanted is None or wanted <= section.seats_left:
        return now, ()
    reply = Reply("utter_seats_left", {"left": section.seats_left, "section": section.name})
    is_choice = len(show.sections) > 1
    if is_choice and before.quantity == wanted and before.section_id != section.id:
        return replace(now, section_id=None), (reply,)
    return replace(now, quantity=None), (reply,)


def _wait(
    before: Purchase, now: Purchase, show: Show, catalog: Catalog
) -> tuple[Purchase, tuple[Reply, ...]]:
    if _is_available(now, show, catalog.max_tickets_per_order):
        reply = Reply("utter_seats_are_there", {"show": show.name})
        return replace(now, is_waiting=False), (reply,)
    is_known = before.is_waiting and before.show_id == show.id
    is_gone = not show.seats_left and not is_known
    sold_out = (Reply("utter_show_sold_out", {"show": show.name}),) if is_gone else ()
    # The only section needs no "any".
    only = show.sections[0].id if len(show.sections) == 1 else now.section_id
    return replace(now, is_waiting=True, section_id=only), sold_out


def _is_available(purchase: Purchase, show: Show, limit: int) -> bool:
    """Return whether a section has the seats that are wanted, or as many as one may order."""
    wanted = purchase.quantity or limit
    sections = [part for part in show.sections if purchase.section_id in {None, part.id}]
    return any(part.seats_left >= wanted for part in sections)


def nearest_shows(show: Show, shows: Sequence[Show], quantity: int) -> list[Show]:
    """Find the nearest alternatives to a sold-out show with enough seats in one section.

    The same name counts most, then kind, then city, then the days between.
    """
    available = [
        other
        for other in shows
        if other.id != show.id and any(part.seats_left >= quantity for part in other.sections)
    ]
    return sorted(available, key=lambda other: _distance(show, other))[:MOST_ALTERNATIVES]


def _distance(show: Show, other: Show) -> tuple[bool, bool, bool, timedelta]:
    return (
        not _first_words(show) & _first_words(other),
        show.category != other.category,
        show.city != other.city,
        abs(show.starts_at - other.starts_at),
    )


def _first_words(show: Show) -> set[str]:
    return set(show.name.split(" (")[0].casefold().split(" vs ")[:1])
