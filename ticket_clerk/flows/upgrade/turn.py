"""One turn of an upgrade: which order, which dearer section, and yes or no.

Plain functions of what was asked, the sentence, the buyer's orders and what they can be moved to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ticket_clerk.flows.refund.turn import own_order
from ticket_clerk.flows.utterance import Reply, Utterance
from ticket_clerk.ticketing.domain.after_sales import UpgradeOffer
from ticket_clerk.ticketing.domain.models import Order, Show
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import (
    is_no,
    is_pause,
    is_question,
    is_stop,
    is_too_expensive,
    is_yes,
    wants_link,
)
from ticket_clerk.understanding.orders import names_order, orders_meant, wants_to_buy
from ticket_clerk.understanding.refunds import wants_other_order
from ticket_clerk.understanding.sections import parse_section
from ticket_clerk.understanding.text import normalize, order_numbers

# With these, a sentence that says nothing new is the form's to answer; all others have a rule.
_ANSWERING = frozenset(
    "inform affirm deny upgrade_seat nlu_fallback cancel_order buy_tickets out_of_scope "
    "ask_price".split()
)
_ASKS_TERMS = re.compile(
    r"\b(?:old|current|present|other) seats\b|\bwhat (?:happens|if)\b|\bdo (?:i|we) (?:lose|keep)\b"
)
_OTHERS = frozenset(
    "request_refund subscribe_season_tickets payment_status show_orders human_handoff".split()
)
NOT_UNDERSTOOD = Reply("utter_not_understood_in_upgrade")


@dataclass(frozen=True)
class Wish:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    order_id: str | None = None
    section_id: str | None = None
    confirmed: bool = False
    asked: str | None = None


@dataclass(frozen=True)
class UpgradeTurn:
    """The wish after a sentence. ``is_heard`` is False when the sentence is another's to answer,
    ``is_over`` True when the buyer stays where he sits.
    """

    wish: Wish
    said: tuple[Reply, ...] = ()
    is_answered: bool = True
    is_over: bool = False


def upgradable(orders: Sequence[Order], now: datetime) -> list[Order]:
    """Choose the orders that better seats can be had for, as far as the orders themselves tell."""
    return [order for order in orders if product_of(order).is_upgradable(order, now)]


def next_upgrade_question(wish: Wish) -> str | None:
    """Which slot is to be asked for next; None when the buyer has agreed."""
    if wish.order_id is None:
        return "upgrade_order"
    if wish.section_id is None:
        return "upgrade_section"
    return None if wish.confirmed else "confirm_upgrade"


def parse_order(
    before: Wish, words: Utterance, orders: Sequence[Order], now: datetime
) -> UpgradeTurn:
    """Hear which order is meant. Safe to repeat: the same sentence again changes nothing."""
    choice = upgradable(orders, now)
    if words.text.lstrip().startswith("/"):
        # Nobody agrees in the language of machines.
        return UpgradeTurn(before, (NOT_UNDERSTOOD,))
    numbers = order_numbers(words.text)
    if numbers:
        named = {order.id for n in numbers if (order := own_order(orders, n))}
        if not named:
            return UpgradeTurn(before, (Reply("utter_error_order_not_found"),))
        return UpgradeTurn(_with_order(before, named.pop() if len(named) == 1 else None))
    if before.order_id is not None:
        others = [order for order in choice if order.id != before.order_id]
        if others and wants_other_order(words.text):
            return UpgradeTurn(_with_order(before, others[0].id if len(others) == 1 else None))
        other = orders_meant(words.text, choice) if names_order(words.text, choice) else []
        return UpgradeTurn(_with_order(before, other[0].id) if len(other) == 1 else before)
    meant = orders_meant(words.text, choice)
    return UpgradeTurn(_with_order(before, meant[0].id) if len(meant) == 1 else before)


def is_for_others(before: Wish, words: Utterance, choice: Sequence[Order]) -> bool:
    """Whether a sentence in the middle has a rule of its own, whatever order it may name."""
    if before.asked is None or words.text.strip() in order_numbers(words.text):
        # A number alone is understood as a question about that order.
        return False
    if before.asked == "confirm_upgrade" and wants_link(words.text):
        return False
    if words.intent == "buy_tickets":
        return wants_to_buy(words.text, choice)
    return words.intent in _OTHERS or (words.intent not in _ANSWERING and is_question(words.text))


def parse_upgrade_section(
    before: Wish, turn: UpgradeTurn, words: Utterance, show: Show, offers: Sequence[UpgradeOffer]
) -> UpgradeTurn:
    """Hear to which of the offered sections; the only one is taken without asking."""
    pricier = replace(show, sections=tuple(offer.section for offer in offers))
    number = offers[0].quantity
    is_asked = before.asked in {"upgrade_section", "confirm_upgrade"} or before.asked is None
    parsed = parse_section(words.text, pricier, asked=is_asked, quantity=number)
    known = {offer.section.id for offer in offers}
    wish = turn.wish
    if parsed.section is not None and not order_numbers(words.text):
        return replace(turn, wish=replace(wish, section_id=parsed.section.id))
    said = turn.said
    elsewhere = parse_section(words.text, show, asked=False, quantity=number)
    if parsed.is_unknown or elsewhere.section is not None or elsewhere.is_unknown:
        said = (*said, Reply("utter_upgrade_no_such_section"))
    if wish.section_id not in known:
        wish = replace(wish, section_id=offers[0].section.id if len(offers) == 1 else None)
    return replace(turn, wish=wish, said=said)


def answer(before: Wish, words: Utterance) -> UpgradeTurn:
    """Nothing new was named: is it a yes, a no, a question, or nothing at all?"""
    text, intent = words.text, words.intent
    if is_pause(text):
        return UpgradeTurn(before, (Reply("utter_take_your_time"),))
    if is_stop(text) or is_too_expensive(text):
        return UpgradeTurn(before, is_over=True)
    if before.asked == "confirm_upgrade":
        if is_yes(text, intent):
            return UpgradeTurn(replace(before, confirmed=True))
        if is_no(text, intent):
            return UpgradeTurn(before, is_over=True)
    elif is_no(text, intent="") or intent == "cancel_order":
        return UpgradeTurn(before, is_over=True)
    if intent in {"upgrade_seat", "ask_price"} or _ASKS_TERMS.search(normalize(text)):
        # What is asked says it.
        return UpgradeTurn(before)
    if intent not in _ANSWERING or is_question(text):
        return UpgradeTurn(before, is_answered=False)
    return UpgradeTurn(before, (NOT_UNDERSTOOD,))


def _with_order(before: Wish, order_id: str | None) -> Wish:
    if order_id == before.order_id:
        return before
    return replace(before, order_id=order_id, section_id=None)
