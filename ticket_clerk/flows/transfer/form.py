"""The transfer form: tickets, names, explicit confirmation; then another code, or only names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ticket_clerk.ticketing.domain.errors import OrderNotFound, TicketNotFound, WrongState
from ticket_clerk.ticketing.domain.tickets import Ticket, holder_name
from ticket_clerk.ticketing.tickets.queries import address_of
from ticket_clerk.ticketing.tickets.replacement import give_ticket, set_holders
from ticket_clerk.ticketing.tickets.seat_names import seat_name
from ticket_clerk.understanding.answers import beside_yes, is_yes
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import normalize
from ticket_clerk.understanding.tickets.transfers import Transfer, parse_transfer
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from ..facts import answer_topic
from ..form import ConfirmationForm
from ..replies import MOST_BUTTONS, Reply, buttons, date_text, lines
from ..step import Step
from ..turn import TRANSFER_FORM, RasaEvents, Turn, start
from .own_tickets import own_tickets
from .step import (
    NOBODY,
    NOT_UNDERSTOOD,
    TransferDraft,
    take_transfer_step,
    tickets_for,
    tickets_meant,
)

# After one of these "and Ann Lee on the second" goes on with names.
_OF_NAMES = frozenset({"utter_ask_confirm_name", "utter_ask_confirm_names"})


class TransferForm(ConfirmationForm[TransferDraft]):
    """Tickets, names and a yes to what becomes of them; ``execute`` does it."""

    name = TRANSFER_FORM
    slots = ("transfer_gives", "transfer_ticket", "transfer_holder", "confirm_transfer")
    consent = "confirm_transfer"
    intent = ""
    not_understood = NOT_UNDERSTOOD
    nothing_done = Reply("utter_nothing_transferred")
    topics = frozenset({"transfer", "name_on_ticket", "gift", "resale"})
    agrees_beside_questions = True

    def read(self, turn: Turn) -> TransferDraft:
        """Read the draft from the slots."""
        asked = turn.asked_by(self.name)
        return TransferDraft(
            gives=turn.slot("transfer_gives") is not False,
            tickets=_texts(turn, "transfer_ticket"),
            holders=_texts(turn, "transfer_holder"),
            confirmed=turn.slot("confirm_transfer") is True or None,
            asked=asked,
        )

    def write(self, request: TransferDraft) -> Mapping[str, Any]:
        """Give the slots their values."""
        return {
            "transfer_gives": None if request.gives else False,
            "transfer_ticket": list(request.tickets) or None,
            "transfer_holder": list(request.holders) or None,
            "confirm_transfer": request.confirmed or None,
        }

    def next_question(self, request: TransferDraft) -> str | None:
        """Return the slot to ask for next."""
        if not request.tickets or len(request.tickets) < len(request.holders):
            return "transfer_ticket"
        if not request.holders:
            return "transfer_holder"
        return None if request.confirmed else "confirm_transfer"

    def takes_whole(self, turn: Turn) -> bool:
        """Return whether the name stands beside the question: "may my name be on it? Ann Lee"."""
        return names_holder(turn)

    def takes_question(self, turn: Turn, question: str) -> bool:
        """Return whether a question is the request itself: it speaks of a name or says one."""
        wanted, said = _wanted_of(turn), normalize(question)
        names = [one.holder for one in (wanted, *wanted.others) if one.holder] if wanted else []
        return "name" in said or any(normalize(name) in said for name in names)

    def agrees_beside(self, turn: Turn) -> bool:
        """Return whether a yes counts beside a question: not "yes, but which seat is that?"."""
        return is_yes(turn.text, "")

    def goes_on(self, said: Turn, before: TransferDraft) -> bool:
        """Return whether further names stand beside a yes: "yes, and Ann Lee on the second"."""
        wanted = _wanted_of(said, is_expected=True)
        if wanted is None or wanted.gives or not wanted.holder:
            return False
        found = tickets_for(wanted, said.utterance, own_tickets(said))
        return bool(found) and not {ticket.id for ticket in found} & set(before.tickets)

    def advance(self, turn: Turn, before: TransferDraft) -> Step[TransferDraft]:
        """Apply the sentence, if there still are tickets to do it with."""
        owned = own_tickets(turn)
        valid = {ticket.id for _, tickets in owned.values() for ticket in tickets}
        if not owned or not valid.issuperset(before.tickets):
            return Step(before, (Reply("utter_transfer_not_valid"),), is_over=True)
        return take_transfer_step(before, turn.utterance, owned, _known_names(turn))

    def execute(self, turn: Turn) -> RasaEvents:
        """Do what was confirmed. Safe to repeat: a ticket is given away once.

        Further names that stand beside the yes are summed up next.
        """
        draft = self.read(turn)
        if not (draft.confirmed and draft.names):
            return self.fresh_slots()
        done = _give(turn, draft) if draft.gives else _name(turn, draft)
        if not done:
            turn.say("utter_transfer_not_valid")
            return self.fresh_slots()
        holder = None if NOBODY in draft.holders else holder_name(draft.holders[0])
        said = "given_unnamed" if holder is None else "given" if draft.gives else "named"
        for ticket in done:
            turn.say(f"utter_ticket_{said}", **_values(ticket), **_result(turn, ticket))
        rest = beside_yes(turn.utterance.typed)
        if rest and self.goes_on(turn.about(rest), draft):
            return start(TRANSFER_FORM, **dict.fromkeys(self.slots))
        return self.fresh_slots()


FORM = TransferForm()


def begin_transfer(turn: Turn) -> RasaEvents | None:
    """Start the form where a buyer who has a ticket wants to give it away, or a name on it.

    Who has none yet reads when a name can be put on one: nothing is bought by it.
    """
    if turn.utterance.is_command or turn.utterance.selected:
        return None
    wanted = _wanted_of(turn)
    if wanted is None:
        return None
    if own_tickets(turn):
        return start(TRANSFER_FORM, **dict.fromkeys(FORM.slots))
    is_purchase = bool(parse_shows(turn.text, turn.catalog.shows, turn.now).shows)
    is_purchase = is_purchase or parse_quantity(turn.text, asked=False) is not None
    if wanted.gives or not wanted.holder or is_purchase:
        return None
    return answer_topic(turn, TopicMatch("name_on_ticket", SURE_TOPIC))


def names_holder(turn: Turn) -> bool:
    """Return whether a message as a whole says whose names shall be on tickets."""
    wanted = _wanted_of(turn)
    return wanted is not None and wanted.holder is not None


def _wanted_of(turn: Turn, *, is_expected: bool = False) -> Transfer | None:
    """Read what is wanted of tickets; after a name was put or asked for, in fewer words."""
    said, known = (turn.text, turn.utterance.typed), _known_names(turn) if turn.orders else ()
    sure = parse_transfer(*said, known=known)
    if sure is not None:
        return sure
    wanted = parse_transfer(*said, known=known, is_expected=True)
    if wanted is None or wanted.number is None:
        return None
    return wanted if is_expected or _has_names(turn) else None


def _has_names(turn: Turn) -> bool:
    """Return whether a name is on a ticket of the buyer's, or was just summed up for one."""
    named = (one.holder for _, tickets in own_tickets(turn).values() for one in tickets)
    return turn.was_said_in_each(_OF_NAMES, turns=1) or any(named)


def _known_names(turn: Turn) -> list[str]:
    """Return what things are called that are for sale: none of it is anybody's name."""
    shows = turn.catalog.shows
    sections = [section.name for show in shows for section in show.sections]
    places = [place for show in shows for place in (show.venue, show.city) if place]
    return [*(show.name for show in shows), *sections, *places]


def _name(turn: Turn, draft: TransferDraft) -> list[Ticket]:
    """Put the names on their tickets, all or none, and return these; none where one is void."""
    names = {ticket: holder_name(holder) for ticket, holder in draft.names.items()}
    try:
        return set_holders(turn.container, names, buyer=turn.buyer)
    except (OrderNotFound, TicketNotFound, WrongState):
        return []


def _give(turn: Turn, draft: TransferDraft) -> list[Ticket]:
    holder = None if draft.holders[0] == NOBODY else holder_name(draft.holders[0])
    try:
        return [give_ticket(turn.container, turn.buyer, draft.tickets[0], holder)]
    except (OrderNotFound, TicketNotFound, WrongState):
        return []


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
    turn.say(asked, **_values(_tickets_of(turn, draft)[0]))
    return []


def ask_confirm_transfer(turn: Turn) -> RasaEvents:
    """Say what becomes of which tickets, and ask for a yes."""
    draft = FORM.read(turn)
    tickets = _tickets_of(turn, draft)
    titles = ("utter_button_transfer_yes", "utter_button_transfer_no")
    offered = buttons(turn.line(title) for title in titles)
    if len(tickets) > 1:
        named = [{**_values(one), "holder": draft.names[one.id]} for one in tickets]
        listed = lines(turn.line("utter_line_name_on_ticket", **one) for one in named)
        turn.say("utter_ask_confirm_names", tickets=listed, buttons=offered)
        return []
    asked = "utter_ask_confirm_transfer" if draft.gives else "utter_ask_confirm_name"
    if draft.gives and draft.holders == (NOBODY,):
        asked = "utter_ask_confirm_transfer_unnamed"
    turn.say(asked, **_values(tickets[0]), holder=draft.holders[0], buttons=offered)
    return []


def _tickets_of(turn: Turn, draft: TransferDraft) -> list[Ticket]:
    owned = {one.id: one for _, tickets in own_tickets(turn).values() for one in tickets}
    return [owned[ticket_id] for ticket_id in draft.tickets]


def _values(ticket: Ticket) -> dict[str, object]:
    place = [part for part in (ticket.show_name, seat_name(ticket, spoken().code)) if part]
    return {
        "order_id": ticket.order_id,
        "number": ticket.number,
        "place": ", ".join(place),
        "date": date_text(ticket.starts_at) if ticket.starts_at else "",
    }


def _result(turn: Turn, ticket: Ticket) -> dict[str, object]:
    return {"address": address_of(turn.container, ticket), "holder": ticket.holder}


def _texts(turn: Turn, name: str) -> tuple[str, ...]:
    value = turn.slot(name)
    texts = value if isinstance(value, list) else [value]
    return tuple(one for one in texts if isinstance(one, str) and one)
