"""The transfer form: ticket, name, explicit confirmation; then another code, or only a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ticket_clerk.ticketing.domain.errors import OrderNotFound, TicketNotFound, WrongState
from ticket_clerk.ticketing.domain.tickets import Ticket, holder_name
from ticket_clerk.ticketing.tickets.queries import address_of
from ticket_clerk.ticketing.tickets.replacement import give_ticket, set_holder
from ticket_clerk.ticketing.tickets.seat_names import seat_name
from ticket_clerk.understanding.language import LANGUAGE
from ticket_clerk.understanding.tickets.transfers import parse_transfer

from ..form import ConfirmationForm
from ..replies import MOST_BUTTONS, Reply, buttons, date_text, lines
from ..step import Step
from ..turn import TRANSFER_FORM, RasaEvents, Turn, start
from .own_tickets import own_tickets
from .step import NOBODY, NOT_UNDERSTOOD, TransferDraft, take_transfer_step, tickets_meant


class TransferForm(ConfirmationForm[TransferDraft]):
    """Ticket, name and a yes to what becomes of it; ``execute`` does it."""

    name = TRANSFER_FORM
    slots = ("transfer_gives", "transfer_ticket", "transfer_holder", "confirm_transfer")
    consent = "confirm_transfer"
    intent = ""
    not_understood = NOT_UNDERSTOOD
    nothing_done = Reply("utter_nothing_transferred")

    def read(self, turn: Turn) -> TransferDraft:
        """Read the draft from the slots."""
        asked = turn.asked_by(self.name)
        return TransferDraft(
            gives=turn.slot("transfer_gives") is not False,
            ticket_id=_text(turn, "transfer_ticket"),
            holder=_text(turn, "transfer_holder"),
            confirmed=turn.slot("confirm_transfer") is True or None,
            asked=asked,
        )

    def write(self, request: TransferDraft) -> Mapping[str, Any]:
        """Give the slots their values."""
        return {
            "transfer_gives": None if request.gives else False,
            "transfer_ticket": request.ticket_id,
            "transfer_holder": request.holder,
            "confirm_transfer": request.confirmed or None,
        }

    def next_question(self, request: TransferDraft) -> str | None:
        """Return the slot to ask for next."""
        if request.ticket_id is None:
            return "transfer_ticket"
        if request.holder is None:
            return "transfer_holder"
        return None if request.confirmed else "confirm_transfer"

    def takes_whole(self, turn: Turn) -> bool:
        """Return whether the name stands beside the question: "may my name be on it? Ann Lee"."""
        return names_holder(turn)

    def advance(self, turn: Turn, before: TransferDraft) -> Step[TransferDraft]:
        """Apply the sentence, if there still is a ticket to do it with."""
        owned = own_tickets(turn)
        valid = {ticket.id for _, tickets in owned.values() for ticket in tickets}
        if not owned or (before.ticket_id and before.ticket_id not in valid):
            return Step(before, (Reply("utter_transfer_not_valid"),), is_over=True)
        return take_transfer_step(before, turn.utterance, owned)

    def execute(self, turn: Turn) -> RasaEvents:
        """Do what was confirmed. Safe to repeat: a ticket is given away once."""
        draft = self.read(turn)
        if not draft.confirmed or draft.ticket_id is None or draft.holder is None:
            return self.fresh_slots()
        holder = None if draft.holder == NOBODY else holder_name(draft.holder)
        container, buyer = turn.container, turn.buyer
        try:
            if draft.gives:
                ticket = give_ticket(container, buyer, draft.ticket_id, holder)
            else:
                ticket = set_holder(container, draft.ticket_id, holder, buyer=buyer)
        except (OrderNotFound, TicketNotFound, WrongState):
            turn.say("utter_transfer_not_valid")
            return self.fresh_slots()
        said = "given_unnamed" if holder is None else "given" if draft.gives else "named"
        turn.say(f"utter_ticket_{said}", **_values(ticket), **_result(turn, ticket, holder))
        return self.fresh_slots()


FORM = TransferForm()


def begin_transfer(turn: Turn) -> RasaEvents | None:
    """Start the form where a buyer who has a ticket wants to give it away, or a name on it."""
    if turn.utterance.is_command or turn.utterance.selected:
        return None
    if parse_transfer(turn.text, turn.utterance.typed) is None or not own_tickets(turn):
        return None
    return start(TRANSFER_FORM, **dict.fromkeys(FORM.slots))


def names_holder(turn: Turn) -> bool:
    """Return whether a message as a whole says whose name shall be on a ticket."""
    wish = parse_transfer(turn.text, turn.utterance.typed)
    return wish is not None and wish.holder is not None


def ask_transfer_ticket(turn: Turn) -> RasaEvents:
    """List the tickets that are meant, five at most, and ask which one."""
    owned = own_tickets(turn)
    every = [ticket for _, tickets in owned.values() for ticket in tickets]
    shown = (tickets_meant(turn.utterance, owned, asked=False) or every)[:MOST_BUTTONS]
    values = [_values(ticket) for ticket in shown]
    turn.say(
        "utter_ask_transfer_ticket",
        tickets=lines(turn.line("utter_line_own_ticket", **value) for value in values),
        buttons=buttons(turn.line("utter_button_own_ticket", **value) for value in values),
    )
    return []


def ask_transfer_holder(turn: Turn) -> RasaEvents:
    """Ask for the name of whoever shall come with it."""
    draft = FORM.read(turn)
    asked = "utter_ask_transfer_holder" if draft.gives else "utter_ask_name_on_ticket"
    turn.say(asked, **_values(_ticket_of(turn, draft)))
    return []


def ask_confirm_transfer(turn: Turn) -> RasaEvents:
    """Say what becomes of which ticket, and ask for a yes."""
    draft = FORM.read(turn)
    asked = "utter_ask_confirm_transfer" if draft.gives else "utter_ask_confirm_name"
    if draft.gives and draft.holder == NOBODY:
        asked = "utter_ask_confirm_transfer_unnamed"
    titles = ("utter_button_transfer_yes", "utter_button_transfer_no")
    turn.say(
        asked,
        **_values(_ticket_of(turn, draft)),
        holder=draft.holder,
        buttons=buttons(turn.line(title) for title in titles),
    )
    return []


def _ticket_of(turn: Turn, draft: TransferDraft) -> Ticket:
    tickets = (one for _, owned in own_tickets(turn).values() for one in owned)
    return next(ticket for ticket in tickets if ticket.id == draft.ticket_id)


def _values(ticket: Ticket) -> dict[str, object]:
    place = [part for part in (ticket.show_name, seat_name(ticket, LANGUAGE.code)) if part]
    return {
        "order_id": ticket.order_id,
        "number": ticket.number,
        "place": ", ".join(place),
        "date": date_text(ticket.starts_at) if ticket.starts_at else "",
    }


def _result(turn: Turn, ticket: Ticket, holder: str | None) -> dict[str, object]:
    return {"address": address_of(turn.container, ticket), "holder": holder}


def _text(turn: Turn, name: str) -> str | None:
    value = turn.slot(name)
    return value if isinstance(value, str) and value else None
