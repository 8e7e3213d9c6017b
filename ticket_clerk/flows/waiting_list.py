"""Waiting list of sold-out shows: joining, leaving and status."""

from __future__ import annotations

from ticket_clerk.ticketing.domain.models import Catalog, Wait
from ticket_clerk.ticketing.waiting_list import (
    join_waiting_list,
    leave_waiting_list,
    waits_of,
)
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.waiting_list import asks_waiting_status, wants_to_leave

from .purchase.state import Purchase, find_section, find_show
from .replies import amount_text, lines, section_values, show_values
from .turn import BUY_FORM, RasaEvents, Turn, start


def use_waiting_list(turn: Turn) -> RasaEvents:
    """Leave the waiting list, show its entries, or start to join it."""
    if wants_to_leave(turn.text):
        _leave(turn)
        return []
    if asks_waiting_status(turn.text) or turn.active_form:
        _list_waits(turn, waits_of(turn.container, turn.buyer))
        return []
    return start(BUY_FORM)


def join(turn: Turn, purchase: Purchase) -> None:
    """Add the buyer to the waiting list as confirmed. Safe to repeat."""
    join_waiting_list(
        turn.container,
        turn.buyer,
        show_id=str(purchase.show_id),
        section_id=purchase.section_id,
        quantity=int(purchase.quantity or 0),
    )
    turn.say("utter_waiting", **waiting_values(turn, purchase))


def waiting_values(turn: Turn, purchase: Purchase) -> dict[str, object]:
    """Return the template values of a waiting-list entry; for any section, the lowest price."""
    show = find_show(turn.catalog, purchase.show_id)
    if show is None:
        return {"quantity": purchase.quantity, "show": "", "section": "", "date": ""}
    quantity = purchase.quantity or 0
    section = find_section(show, purchase.section_id)
    cheapest = section or show.sections[0]
    values = {
        **show_values(show),
        **section_values(cheapest, show.currency),
        "quantity": quantity,
        "total": amount_text(cheapest.unit_amount * quantity, show.currency),
    }
    if section is None:
        values["section"] = turn.line("utter_line_any_section")
    return values


def _leave(turn: Turn) -> None:
    """Leave the waiting list for the named shows; for all where none is named."""
    mine = {wait.show_id for wait in waits_of(turn.container, turn.buyer)}
    named = {show.id for show in parse_shows(turn.text, turn.catalog.shows, turn.now).shows}
    left = leave_waiting_list(turn.container, turn.buyer, (named & mine) or mine)
    if not left:
        turn.say("utter_not_waiting")
    for wait in left:
        turn.say("utter_waiting_left", show=_name(turn.catalog, wait))


def _list_waits(turn: Turn, waits: list[Wait]) -> None:
    if not waits:
        turn.say("utter_not_waiting")
        return
    purchases = [Purchase(wait.show_id, wait.section_id, wait.quantity) for wait in waits]
    listed = [
        turn.line("utter_line_waiting", **waiting_values(turn, purchase))
        for purchase in purchases
        if find_show(turn.catalog, purchase.show_id)
    ]
    turn.say("utter_waits", waits=lines(listed))


def _name(catalog: Catalog, wait: Wait) -> str:
    show = find_show(catalog, wait.show_id)
    return show.name if show else wait.show_id
