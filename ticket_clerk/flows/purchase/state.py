"""State of a purchase: the form's slots, and which of them are missing.

Slots are never trusted: what the catalog does not have is dropped before anything else happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ticket_clerk.ticketing.domain.models import Catalog, SeatLine, Section, Show

# Asked before all else when several unpaid orders could be changed.
WHICH_ORDER = "replaces_order"
# Who has to choose reads no more shows.
LONGEST_CHOICE = 5
# Said to who wants time at a summary.
WAITS = "utter_proposal_waits"


@dataclass(frozen=True)
class Purchase:
    """The form's slots; ``asked`` is the one that the buyer was asked for last.

    ``is_waiting`` means that it joins the waiting list, ``request`` is the utterance that it
    began with while the show, or the order to be changed, is open; ``replaces`` is the unpaid
    order that this one is instead of, ``code`` a promotion code, and ``is_giving_code`` that it was
    asked for. ``extras`` are how many of what is sold beside the seats, by id, and ``further``
    other shows or sections that are paid with them; ``after`` are the numbers of orders of the same
    seats that follow this one.
    """

    show_id: str | None = None
    section_id: str | None = None
    quantity: int | None = None
    confirmed: bool | None = None
    asked: str | None = None
    offered: tuple[str, ...] = ()
    is_changing: bool = False
    is_waiting: bool = False
    request: str = ""
    replaces: str | None = None
    code: str | None = None
    is_giving_code: bool = False
    extras: Mapping[str, int] = field(default_factory=dict)
    further: tuple[SeatLine, ...] = ()
    after: tuple[int, ...] = ()


def read_purchase(slots: Mapping[str, Any], asked: str | None) -> Purchase:
    """Read the purchase from the slots, whose values may be anything."""
    offered, replaces = slots.get("offered_shows"), slots.get("replaces_order")
    code = slots.get("promotion_code")
    return Purchase(
        show_id=slots.get("show"),
        section_id=slots.get("section"),
        quantity=_whole(slots.get("quantity")),
        confirmed=slots.get("confirm_order"),
        asked=asked,
        offered=tuple(map(str, offered)) if isinstance(offered, list) else (),
        is_changing=slots.get("is_changing_order") is True,
        is_waiting=slots.get("is_waiting") is True,
        request=str(slots.get("purchase_wish") or ""),
        replaces=replaces if isinstance(replaces, str) else None,
        code=code if isinstance(code, str) else None,
        is_giving_code=slots.get("is_giving_code") is True,
        extras=_numbers(slots.get("order_extras")),
        further=_lines(slots.get("order_lines")),
        after=_all_whole(slots.get("orders_after")),
    )


def write_purchase(purchase: Purchase) -> dict[str, Any]:
    """Give the slots their values."""
    return {
        "show": purchase.show_id,
        "section": purchase.section_id,
        "quantity": purchase.quantity,
        "offered_shows": list(purchase.offered) or None,
        "is_changing_order": purchase.is_changing or None,
        "is_waiting": purchase.is_waiting or None,
        "purchase_wish": purchase.request or None,
        "replaces_order": purchase.replaces,
        "promotion_code": purchase.code,
        "is_giving_code": purchase.is_giving_code or None,
        "order_extras": dict(purchase.extras) or None,
        "order_lines": [_line_slot(line) for line in purchase.further] or None,
        "orders_after": list(purchase.after) or None,
        "confirm_order": purchase.confirmed,
    }


def drop_stale(purchase: Purchase, catalog: Catalog) -> Purchase:
    """Drop slot values that are not, or no longer, for sale."""
    show = find_show(catalog, purchase.show_id)
    section = find_section(show, purchase.section_id)
    number = purchase.quantity
    is_number = isinstance(number, int) and not isinstance(number, bool)
    good = is_number and number is not None and 1 <= number <= catalog.max_tickets_per_order
    return replace(
        purchase,
        show_id=show.id if show else None,
        section_id=section.id if section else None,
        quantity=number if good else None,
    )


def take_only_section(purchase: Purchase, catalog: Catalog) -> Purchase:
    """Fill the section slot if the show has one section with seats."""
    show = find_show(catalog, purchase.show_id)
    if show is None or len(show.sections) > 1 or not show.seats_left or purchase.section_id:
        return purchase
    return replace(purchase, section_id=show.sections[0].id)


def fill_single_answers(purchase: Purchase, catalog: Catalog) -> Purchase:
    """Fill the slots with only one possible value: one section with seats, one seat left."""
    show = find_show(catalog, purchase.show_id)
    if purchase.is_waiting:
        return purchase
    if show and purchase.section_id is None:
        available = [part for part in show.sections if part.seats_left >= (purchase.quantity or 1)]
        if len(available) == 1 and (
            len(show.sections) == 1 or show.seats_left == available[0].seats_left
        ):
            purchase = replace(purchase, section_id=available[0].id)
    section = find_section(show, purchase.section_id)
    if section and purchase.quantity is None and section.seats_left == 1:
        purchase = replace(purchase, quantity=1)
    return purchase


def find_show(catalog: Catalog, show_id: str | None) -> Show | None:
    """Find a show that is for sale."""
    return next((show for show in catalog.shows if show.id == show_id), None)


def find_section(show: Show | None, section_id: str | None) -> Section | None:
    """Find a section of a show."""
    sections = show.sections if show else ()
    return next((section for section in sections if section.id == section_id), None)


def offered_shows(catalog: Catalog, ids: Sequence[str]) -> list[Show]:
    """Find the offered shows that are still for sale, in the order of the offer."""
    by_id = {show.id: show for show in catalog.shows}
    return [by_id[wanted] for wanted in ids if wanted in by_id]


def next_question(purchase: Purchase) -> str | None:
    """Return the slot to ask for next; None when nothing is missing."""
    if purchase.asked == WHICH_ORDER and purchase.replaces is None:
        return WHICH_ORDER
    if purchase.show_id is None:
        return "show"
    if purchase.section_id is None and not purchase.is_waiting:
        return "section"
    if purchase.quantity is None:
        return "quantity"
    return "confirm_order" if purchase.confirmed is None else None


def _line_slot(line: SeatLine) -> dict[str, Any]:
    seats = {"show": line.show_id, "section": line.section_id, "quantity": line.quantity}
    return {**seats, "extras": dict(line.extras)}


def _lines(value: object) -> tuple[SeatLine, ...]:
    """Read further lines; what is none is left out."""
    found = []
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping) and (number := _whole(one.get("quantity"))):
            extras = tuple(sorted(_numbers(one.get("extras")).items()))
            found.append(SeatLine(str(one.get("show")), str(one.get("section")), number, extras))
    return tuple(found)


def _numbers(value: object) -> dict[str, int]:
    numbers = value.items() if isinstance(value, Mapping) else ()
    read = {str(name): _whole(number) for name, number in numbers}
    return {name: number for name, number in read.items() if number and number > 0}


def _all_whole(value: object) -> tuple[int, ...]:
    numbers = map(_whole, value if isinstance(value, list) else ())
    return tuple(number for number in numbers if number and number > 0)


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    return int(value)
