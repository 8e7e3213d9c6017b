"""One turn of a subscription: which season ticket, how many, and yes or no.

Plain functions of what was asked, the sentence and the catalog.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ticket_clerk.flows.utterance import Reply, Utterance
from ticket_clerk.ticketing.domain.models import Catalog, SeasonTicket
from ticket_clerk.understanding.answers import (
    is_no,
    is_pause,
    is_question,
    is_stop,
    is_too_expensive,
    is_yes,
    wants_link,
)
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.season_tickets import (
    asks_terms,
    is_about_season,
    parse_season_tickets,
)
from ticket_clerk.understanding.text import normalize

_ANSWERING = frozenset(
    "inform affirm deny subscribe_season_tickets buy_tickets nlu_fallback cancel_order "
    "out_of_scope ask_price".split()
)
_OTHERS = frozenset("request_refund upgrade_seat payment_status show_orders human_handoff".split())
NOT_UNDERSTOOD = Reply("utter_not_understood_in_season")
# "The opera one" is which, not how many.
_WHICH_ONE = re.compile(r"\bthe \w+ one\b")


@dataclass(frozen=True)
class SeasonWish:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    ticket_id: str | None = None
    quantity: int = 1
    confirmed: bool = False
    asked: str | None = None


@dataclass(frozen=True)
class SeasonTurn:
    """The wish after a sentence. ``is_heard`` is False when the sentence is another's to answer,
    ``is_over`` True when the buyer wants none.
    """

    wish: SeasonWish
    said: tuple[Reply, ...] = ()
    is_answered: bool = True
    is_over: bool = False


def find_season_ticket(catalog: Catalog, ticket_id: str | None) -> SeasonTicket | None:
    """Find a season ticket that is for sale."""
    return next((one for one in catalog.season_tickets if one.id == ticket_id), None)


def next_season_question(wish: SeasonWish) -> str | None:
    """Which slot is to be asked for next; None when the buyer has agreed."""
    if wish.ticket_id is None:
        return "season_ticket"
    return None if wish.confirmed else "confirm_season"


def take_season_turn(before: SeasonWish, words: Utterance, catalog: Catalog) -> SeasonTurn:
    """Apply a sentence to the wish. Safe to repeat: the same sentence again changes nothing."""
    before = replace(before, confirmed=False)
    if find_season_ticket(catalog, before.ticket_id) is None:
        before = replace(before, ticket_id=None)
    if words.text.lstrip().startswith("/"):
        # Nobody agrees in the language of machines.
        return SeasonTurn(before, (NOT_UNDERSTOOD,))
    is_agreeing = before.asked == "confirm_season" and wants_link(words.text)
    is_others = words.intent in _OTHERS and not is_about_season(words.text)
    if before.asked and is_others and not is_agreeing:
        return SeasonTurn(before, is_answered=False)
    turn = _with_number(_with_ticket(before, words, catalog), words, catalog)
    if turn.said or turn.wish != before or before.asked is None:
        return turn
    return _answer(before, words)


def _with_ticket(before: SeasonWish, words: Utterance, catalog: Catalog) -> SeasonTurn:
    tickets = catalog.season_tickets
    chosen = tickets if len(tickets) == 1 else parse_season_tickets(words.text, tickets)
    return SeasonTurn(replace(before, ticket_id=chosen[0].id) if len(chosen) == 1 else before)


def _with_number(turn: SeasonTurn, words: Utterance, catalog: Catalog) -> SeasonTurn:
    is_asked = turn.wish.asked == "confirm_season"
    number = parse_quantity(_WHICH_ONE.sub("|", _without_names(words, catalog)), asked=is_asked)
    if number is None or number == turn.wish.quantity:
        return turn
    limit = catalog.max_tickets_per_order
    if number < 1:
        return replace(turn, said=(Reply("utter_quantity_too_small", {"limit": limit}),))
    if number != number.to_integral_value():
        return replace(turn, said=(Reply("utter_quantity_not_whole", {"limit": limit}),))
    if number > limit:
        return replace(turn, said=(Reply("utter_error_too_many_tickets", {"limit": limit}),))
    return replace(turn, wish=replace(turn.wish, quantity=int(number)))


def _without_names(words: Utterance, catalog: Catalog) -> str:
    said = normalize(words.text)
    for ticket in catalog.season_tickets:
        said = said.replace(normalize(ticket.name), "|")
    return said


def _answer(before: SeasonWish, words: Utterance) -> SeasonTurn:
    """Nothing new was named: is it a yes, a no, a question, or nothing at all?"""
    text, intent = words.text, words.intent
    is_confirming = before.asked == "confirm_season"
    if is_question(text) and asks_terms(text):
        # What is asked says it.
        return SeasonTurn(before)
    if is_pause(text):
        return SeasonTurn(before, (Reply("utter_take_your_time"),))
    if is_stop(text) or is_too_expensive(text) or is_no(text, intent if is_confirming else ""):
        return SeasonTurn(before, is_over=True)
    if is_confirming and is_yes(text, intent):
        return SeasonTurn(replace(before, confirmed=True))
    if intent not in _ANSWERING or (is_question(text) and intent != "ask_price"):
        return SeasonTurn(before, is_answered=False)
    is_same = intent in {"subscribe_season_tickets", "ask_price"}
    return SeasonTurn(before, () if is_same else (NOT_UNDERSTOOD,))
