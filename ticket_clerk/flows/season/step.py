"""One step of a subscription: which season ticket, how many, and yes or no.

Plain functions of what was asked, the sentence and the catalog.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ticket_clerk.ticketing.domain.models import Catalog, SeasonTicket
from ticket_clerk.understanding.answers import is_question, is_stop, is_too_expensive, wants_link
from ticket_clerk.understanding.season_tickets import (
    asks_terms,
    is_about_season,
    parse_season_quantity,
    parse_season_tickets,
)
from ticket_clerk.understanding.utterance import Utterance

from ..purchase.availability import refuse_number
from ..replies import Reply
from ..step import Step, answer_question

_ANSWERING = frozenset(
    "inform affirm deny subscribe_season_tickets buy_tickets nlu_fallback cancel_order "
    "out_of_scope ask_price".split()
)
_OTHERS = frozenset("request_refund upgrade_seat payment_status show_orders human_handoff".split())
NOT_UNDERSTOOD = Reply("utter_not_understood_in_season")


@dataclass(frozen=True)
class SeasonDraft:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    ticket_id: str | None = None
    quantity: int = 1
    confirmed: bool | None = None
    asked: str | None = None


def find_season_ticket(catalog: Catalog, ticket_id: str | None) -> SeasonTicket | None:
    """Find a season ticket that is for sale."""
    return next((one for one in catalog.season_tickets if one.id == ticket_id), None)


def next_season_question(draft: SeasonDraft) -> str | None:
    """Return the slot to ask for next; None when the buyer has agreed."""
    if draft.ticket_id is None:
        return "season_ticket"
    return None if draft.confirmed else "confirm_season"


def take_season_step(
    before: SeasonDraft, utterance: Utterance, catalog: Catalog
) -> Step[SeasonDraft]:
    """Apply a sentence to the draft. Safe to repeat: the same sentence again changes nothing."""
    before = replace(before, confirmed=None)
    if find_season_ticket(catalog, before.ticket_id) is None:
        before = replace(before, ticket_id=None)
    is_agreeing = before.asked == "confirm_season" and wants_link(utterance.text)
    is_others = utterance.intent in _OTHERS and not is_about_season(utterance.text)
    if before.asked and is_others and not (is_agreeing or utterance.selected):
        return Step(before, is_answered=False)
    step = _with_number(_with_ticket(before, utterance, catalog), utterance, catalog)
    if step.replies or step.request != before or before.asked is None:
        return step
    return _answer(before, utterance)


def _with_ticket(before: SeasonDraft, utterance: Utterance, catalog: Catalog) -> SeasonDraft:
    tickets = list(catalog.season_tickets)
    chosen = [ticket for ticket in tickets if ticket.name == utterance.selected] or tickets
    if len(chosen) > 1:
        chosen = parse_season_tickets(utterance.text, tickets)
    return replace(before, ticket_id=chosen[0].id) if len(chosen) == 1 else before


def _with_number(draft: SeasonDraft, utterance: Utterance, catalog: Catalog) -> Step[SeasonDraft]:
    is_asked = draft.asked == "confirm_season"
    number = parse_season_quantity(utterance.text, catalog.season_tickets, asked=is_asked)
    if number is None or number == draft.quantity:
        return Step(draft)
    refusal = refuse_number(number, catalog.max_tickets_per_order)
    if refusal:
        return Step(draft, (refusal,))
    return Step(replace(draft, quantity=int(number)))


def _answer(before: SeasonDraft, utterance: Utterance) -> Step[SeasonDraft]:
    """Interpret an utterance without new values: yes, no, question, or not understood."""
    text, intent = utterance.text, utterance.intent
    if is_question(text) and asks_terms(text):
        # What is asked says it.
        return Step(before)
    answered = answer_question(
        before,
        utterance,
        is_confirming=before.asked == "confirm_season",
        leaves=is_stop(text) or is_too_expensive(text),
    )
    if answered:
        return answered
    if intent not in _ANSWERING or (is_question(text) and intent != "ask_price"):
        return Step(before, is_answered=False)
    is_same = intent in {"subscribe_season_tickets", "ask_price"}
    return Step(before, () if is_same else (NOT_UNDERSTOOD,))
