"""One step of a transfer: which ticket, whose name, and yes or no.

Plain functions of what was asked, the sentence and the buyer's tickets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.understanding.answers import is_question, is_stop, is_yes
from ticket_clerk.understanding.orders import orders_meant
from ticket_clerk.understanding.tickets.choice import choose_tickets
from ticket_clerk.understanding.tickets.transfers import (
    parse_holder,
    parse_ticket_number,
    parse_transfer,
    wants_no_name,
)
from ticket_clerk.understanding.utterance import Utterance

from ..replies import Reply
from ..step import Step, answer_question
from .own_tickets import Owned

# Nobody's name, said so: as good as a name.
NOBODY = "-"
NOT_UNDERSTOOD = Reply("utter_not_understood_in_transfer")
_ANSWERING = frozenset("inform affirm deny nlu_fallback out_of_scope buy_tickets".split())


@dataclass(frozen=True)
class TransferDraft:
    """The form's slots; ``asked`` is the one that the buyer was asked for last.

    ``gives`` says that the ticket goes to somebody else, under another code.
    """

    gives: bool = True
    ticket_id: str | None = None
    holder: str | None = None
    confirmed: bool | None = None
    asked: str | None = None


def take_transfer_step(
    before: TransferDraft, utterance: Utterance, owned: Owned
) -> Step[TransferDraft]:
    """Apply a sentence to the draft. Safe to repeat."""
    before = replace(before, confirmed=None)
    wish = parse_transfer(utterance.text, utterance.typed)
    draft = before
    if wish is not None and not (before.asked and utterance.selected):
        draft = replace(before, gives=wish.gives, holder=wish.holder or before.holder)
    draft = _with_ticket(draft, utterance, owned)
    if before.asked is None or draft != before:
        return Step(draft)
    if before.asked == "transfer_holder" and not is_question(utterance.text):
        holder = _read_holder(before, utterance)
        if holder is not None:
            return Step(replace(before, holder=holder))
    return _answer(before, utterance)


def tickets_meant(utterance: Utterance, owned: Owned, *, asked: bool) -> list[Ticket]:
    """Find the tickets that a sentence means; all where it distinguishes none."""
    meant = orders_meant(utterance.text, [order for order, _ in owned.values()])
    found = [ticket for order in meant for ticket in owned[order.id][1]]
    named = [choose_tickets(utterance.text, owned[order.id][1]).meant for order in meant]
    if any(named):
        return [
            ticket
            for order, numbers in zip(meant, named, strict=True)
            for ticket in owned[order.id][1]
            if ticket.number in numbers
        ]
    number = parse_ticket_number(utterance.text, asked=asked)
    if number == -1:
        return [tickets[-1] for order in meant for tickets in [owned[order.id][1]]]
    if number is not None:
        found = [ticket for ticket in found if ticket.number == number]
    return found


def _with_ticket(draft: TransferDraft, utterance: Utterance, owned: Owned) -> TransferDraft:
    is_asked = draft.asked == "transfer_ticket"
    if draft.ticket_id is not None or not (draft.asked is None or is_asked):
        return draft
    found = tickets_meant(utterance, owned, asked=is_asked)
    return replace(draft, ticket_id=found[0].id) if len(found) == 1 else draft


def _read_holder(before: TransferDraft, utterance: Utterance) -> str | None:
    text = utterance.text
    if before.gives and wants_no_name(text):
        return NOBODY
    if is_stop(text) or is_yes(text, ""):
        return None
    return parse_holder(utterance.typed)


def _answer(before: TransferDraft, utterance: Utterance) -> Step[TransferDraft]:
    """Interpret an utterance without new values: yes, no, question, or not understood."""
    is_confirming = before.asked == "confirm_transfer"
    answered = answer_question(
        before, utterance, is_confirming=is_confirming, leaves=is_stop(utterance.text)
    )
    if answered:
        return answered
    is_own = parse_transfer(utterance.text, utterance.typed) is not None
    if not is_own and (utterance.intent not in _ANSWERING or is_question(utterance.text)):
        return Step(before, is_answered=False)
    return Step(before, () if is_own else (NOT_UNDERSTOOD,))
