"""The sentence that a purchase began with, heard again once the show is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ticket_clerk.ticketing.domain.models import Catalog
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import parse_section, without_name
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import blank_out, normalize

from .state import Purchase, find_section, find_show


def replay(purchase: Purchase, catalog: Catalog, now: datetime) -> Purchase:
    """Fill what is missing from the purchase's ``wish``: "Swan Lake, 2 balcony" said it all.

    A number that no order may have, or a section without enough seats, is asked for again.
    """
    show = find_show(catalog, purchase.show_id)
    if show is None or not purchase.wish:
        return purchase
    filled = replace(purchase, wish="")
    said = normalize(purchase.wish)
    rest = blank_out(said, parse_shows(said, catalog.shows, now).spans)
    section = find_section(show, filled.section_id)
    if section is None:
        section = parse_section(rest, show, asked=False, quantity=filled.quantity or 1).section
        if section is not None and section.seats_left >= (filled.quantity or 1):
            filled = replace(filled, section_id=section.id)
    if filled.quantity is None:
        number = parse_quantity(without_name(rest, section) if section else rest, asked=False)
        is_whole = number is not None and number == number.to_integral_value()
        if number is not None and is_whole and 1 <= number <= catalog.max_tickets_per_order:
            filled = replace(filled, quantity=int(number))
    return filled
