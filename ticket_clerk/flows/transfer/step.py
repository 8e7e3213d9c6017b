"""One step of a transfer: which tickets, whose names, and yes or no.

Plain functions of what was asked, the sentence and the buyer's tickets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.understanding.answers import is_no, is_question, is_stop, is_yes
from ticket_clerk.understanding.orders import orders_meant
from ticket_clerk.understanding.text import blank_out, normalize
from ticket_clerk.understanding.tickets.choice import choose_tickets
from ticket_clerk.understanding.tickets.names import parse_holder, wants_no_name
from ticket_clerk.understanding.tickets.numbers import ANY, parse_ticket_number
from ticket_clerk.understanding.tickets.transfers import Transfer, parse_transfer
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

    Each of the ``holders`` gets the one of the ``tickets`` at the same place; while a question is
    open there are more of one than of the other. ``gives`` says that the ticket goes to somebody
    else, under another code.
    """

    gives: bool = True
    tickets: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    confirmed: bool | None = None
    asked: str | None = None

    @property
    def names(self) -> dict[str, str]:
        """The holder of each ticket, as far as both are known."""
        return dict(zip(self.tickets, self.holders, strict=False))


def take_transfer_step(
    before: TransferDraft, utterance: Utterance, owned: Owned, known: Iterable[str] = ()
) -> Step[TransferDraft]:
    """Apply a sentence to the draft; ``known`` are names that are nobody's. Safe to repeat."""
    before = replace(before, confirmed=None)
    wanted = parse_transfer(utterance.text, utterance.typed, known=known, is_expected=True)
    draft = before
    if wanted is not None and not (before.asked and utterance.selected):
        draft = _with_wanted(before, wanted, utterance, owned)
    elif not is_question(utterance.text):
        draft = _with_ticket(draft, utterance, owned)
    if before.asked is None or draft != before:
        return Step(draft)
    if before.asked == "transfer_holder" and not is_question(utterance.text):
        holder = _read_holder(before, utterance)
        if holder is not None:
            return Step(replace(before, holders=(holder,)))
    return _answer(before, utterance, is_own=wanted is not None)


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


def tickets_for(wanted: Transfer, utterance: Utterance, owned: Owned) -> list[Ticket]:
    """Find the ticket of each name of a request, in their order; none where one is open.

    "One of them" and names without a place get the first tickets that have no name yet.
    """
    all_wanted = (wanted, *wanted.others)
    text = _without_names(utterance.text, all_wanted)
    orders = orders_meant(text, [order for order, _ in owned.values()])
    every = [ticket for order in orders for ticket in owned[order.id][1]]
    if len(all_wanted) == 1 and wanted.number is None:
        meant = tickets_meant(replace(utterance, text=text), owned, asked=False)
        return meant if len(meant) == 1 else []
    found: list[Ticket] = []
    for number in [one.number for one in all_wanted]:
        fitting = _at(number, every) if number else _unnamed(every, found)
        if len(fitting) != 1 or len({one.order_id for one in every}) > 1 and not number:
            return []
        found += fitting
    return found if len({ticket.id for ticket in found}) == len(found) else []


def _at(number: int, tickets: Sequence[Ticket]) -> list[Ticket]:
    last = max((ticket.number or 0 for ticket in tickets), default=0)
    return [one for one in tickets if one.number == (last if number < 0 else number)]


def _unnamed(tickets: Sequence[Ticket], taken: Sequence[Ticket]) -> list[Ticket]:
    """Return the first ticket that is not taken yet, one without a name where there is any."""
    free = [one for one in tickets if one not in taken]
    return sorted(free, key=lambda one: one.holder is not None)[:1]


def _without_names(text: str, all_wanted: Iterable[Transfer]) -> str:
    """Leave names out of a sentence: that of another ticket's holder may be a part of them."""
    normalized = normalize(text)
    names = [normalize(one.holder) for one in all_wanted if one.holder]
    starts = [(normalized.find(name), len(name)) for name in names]
    return blank_out(normalized, [(at, at + size) for at, size in starts if at >= 0])


def _with_wanted(
    before: TransferDraft, wanted: Transfer, utterance: Utterance, owned: Owned
) -> TransferDraft:
    is_sure = parse_transfer(utterance.text, utterance.typed) is not None
    draft = replace(before, gives=wanted.gives if is_sure or not before.asked else before.gives)
    holders = tuple(one.holder for one in (wanted, *wanted.others) if one.holder)
    found = tuple(ticket.id for ticket in tickets_for(wanted, utterance, owned))
    if not holders:
        return _with_ticket(draft, utterance, owned)
    if not found or (before.tickets and wanted.number in {None, ANY} and not wanted.others):
        # "No, Rosa Brand": the ticket stays that was spoken of.
        return replace(draft, holders=holders, tickets=before.tickets[: len(holders)])
    names = dict(zip(found, holders, strict=True))
    is_more = before.asked == "confirm_transfer" and not is_no(utterance.text, "")
    names = {**before.names, **names} if is_more and not draft.gives else names
    return replace(draft, tickets=tuple(names), holders=tuple(names.values()))


def _with_ticket(draft: TransferDraft, utterance: Utterance, owned: Owned) -> TransferDraft:
    """Take the ticket that is said; at a summary of one name it is which one shall have it."""
    is_asked = draft.asked == "transfer_ticket"
    is_other = draft.asked == "confirm_transfer" and len(draft.tickets) == 1
    if not (is_asked or is_other) and (draft.tickets or draft.asked):
        return draft
    found = tickets_meant(utterance, owned, asked=is_asked or is_other)
    if len(found) != 1:
        return draft
    tickets = owned[found[0].order_id][1]
    while len(found) < len(draft.holders) and (more := _unnamed(tickets, found)):
        found += more
    # More names than tickets fit nowhere: the first ones are asked for a yes.
    holders = draft.holders[: len(found)]
    return replace(draft, tickets=tuple(ticket.id for ticket in found), holders=holders)


def _read_holder(before: TransferDraft, utterance: Utterance) -> str | None:
    text = utterance.text
    if before.gives and wants_no_name(text):
        return NOBODY
    if is_stop(text) or is_yes(text, ""):
        return None
    return parse_holder(utterance.typed)


def _answer(before: TransferDraft, utterance: Utterance, *, is_own: bool) -> Step[TransferDraft]:
    """Interpret an utterance without new values: yes, no, question, or not understood."""
    is_confirming = before.asked == "confirm_transfer"
    answered = answer_question(
        before, utterance, is_confirming=is_confirming, leaves=is_stop(utterance.text)
    )
    if answered:
        return answered
    if not is_own and (utterance.intent not in _ANSWERING or is_question(utterance.text)):
        return Step(before, is_answered=False)
    return Step(before, () if is_own else (NOT_UNDERSTOOD,))
