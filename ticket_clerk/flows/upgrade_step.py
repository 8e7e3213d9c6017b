"""One step of an upgrade: which order, which pricier section, and yes or no.

Plain functions of what was asked, the sentence, the buyer's orders and what they can be moved to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ticket_clerk.ticketing.domain.after_sales import UpgradeOffer
from ticket_clerk.ticketing.domain.models import Order, Show
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import (
    is_question,
    is_stop,
    is_too_expensive,
    wants_link,
)
from ticket_clerk.understanding.orders import (
    find_own_order,
    names_order,
    number_part,
    orders_meant,
    wants_to_buy,
)
from ticket_clerk.understanding.refunds import parse_portion, tickets_of, wants_other_order
from ticket_clerk.understanding.sections import asks_upgrade_terms, parse_section
from ticket_clerk.understanding.text import name_order_numbers, order_numbers
from ticket_clerk.understanding.utterance import Utterance

from .replies import Reply
from .step import Step, answer_question

# With these, a sentence that says nothing new is the form's to answer; all others have a rule.
_ANSWERING = frozenset(
    "inform affirm deny upgrade_seat nlu_fallback cancel_order buy_tickets out_of_scope "
    "ask_price".split()
)
_OTHERS = frozenset(
    "request_refund subscribe_season_tickets payment_status show_orders human_handoff".split()
)
NOT_UNDERSTOOD = Reply("utter_not_understood_in_upgrade")


@dataclass(frozen=True)
class UpgradeDraft:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    order_id: str | None = None
    section_id: str | None = None
    confirmed: bool | None = None
    asked: str | None = None


def upgradable(orders: Sequence[Order], now: datetime) -> list[Order]:
    """Select the orders that look upgradable by their own fields."""
    return [order for order in orders if product_of(order).is_upgradable(order, now)]


def next_upgrade_question(draft: UpgradeDraft) -> str | None:
    """Return the slot to ask for next; None when the buyer has agreed."""
    if draft.order_id is None:
        return "upgrade_order"
    if draft.section_id is None:
        return "upgrade_section"
    return None if draft.confirmed else "confirm_upgrade"


def parse_order(
    before: UpgradeDraft, utterance: Utterance, orders: Sequence[Order], now: datetime
) -> Step[UpgradeDraft]:
    """Parse which order to upgrade. Safe to repeat."""
    choice = upgradable(orders, now)
    numbers = order_numbers(utterance.text)
    if numbers:
        named = {order.id for n in numbers if (order := find_own_order(orders, n))}
        return Step(_with_order(before, named.pop() if len(named) == 1 else None))
    if before.order_id is not None:
        others = [order for order in choice if order.id != before.order_id]
        if others and wants_other_order(utterance.text):
            return Step(_with_order(before, others[0].id if len(others) == 1 else None))
        other = orders_meant(utterance.text, choice) if names_order(utterance.text, choice) else []
        return Step(_with_order(before, other[0].id) if len(other) == 1 else before)
    meant = orders_meant(utterance.text, choice)
    return Step(_with_order(before, meant[0].id) if len(meant) == 1 else before)


def is_for_others(before: UpgradeDraft, utterance: Utterance, choice: Sequence[Order]) -> bool:
    """Return whether a sentence in the middle has a rule of its own, whatever order it may name."""
    if utterance.selected:
        return False
    if before.asked is None or utterance.text.strip() in order_numbers(utterance.text):
        # A number alone is understood as a question about that order.
        return False
    if before.asked == "confirm_upgrade" and wants_link(utterance.text):
        return False
    if utterance.intent == "buy_tickets":
        return wants_to_buy(utterance.text, choice)
    return utterance.intent in _OTHERS or (
        utterance.intent not in _ANSWERING and is_question(utterance.text)
    )


def part_meant(
    utterance: Utterance, draft: UpgradeDraft, choice: Sequence[Order]
) -> tuple[Order, int] | None:
    """Find the order of which fewer tickets are to be moved than it has, and how many those are.

    None where all are meant. Where it is open which order, the smallest decides: if one of it is
    too few, so it is of each.
    """
    orders = [order for order in choice if draft.order_id in {None, order.id}]
    text = number_part(utterance.text, choice)
    portion = None if utterance.selected else parse_portion(text, asked=False)
    if portion is None or not orders:
        return None
    least = min(orders, key=lambda order: order.tickets_left)
    number = tickets_of(portion, least.tickets_left)
    is_whole = number is not None and number == number.to_integral_value()
    if not (number and is_whole and 0 < number < least.tickets_left):
        return None
    return least, int(number)


def parse_upgrade_section(
    before: UpgradeDraft,
    step: Step[UpgradeDraft],
    utterance: Utterance,
    show: Show,
    offers: Sequence[UpgradeOffer],
) -> Step[UpgradeDraft]:
    """Parse which of the offered sections is wanted; the only one is taken without asking."""
    offered = [one.section for one in offers if one.section.name == utterance.selected]
    if offered:
        return replace(step, request=replace(step.request, section_id=offered[0].id))
    pricier = replace(show, sections=tuple(offer.section for offer in offers))
    number = offers[0].quantity
    is_asked = before.asked in {"upgrade_section", "confirm_upgrade"} or before.asked is None
    text = name_order_numbers(utterance.text)
    parsed = parse_section(text, pricier, asked=is_asked, quantity=number)
    known = {offer.section.id for offer in offers}
    draft = step.request
    if parsed.section is not None:
        return replace(step, request=replace(draft, section_id=parsed.section.id))
    replies = step.replies
    elsewhere = parse_section(text, show, asked=False, quantity=number)
    if before.asked and elsewhere.section and elsewhere.section.id == offers[0].order.section_id:
        # "I'll keep 318."
        return Step(before, is_over=True)
    if parsed.is_unknown or elsewhere.section is not None or elsewhere.is_unknown:
        replies = (*replies, Reply("utter_upgrade_no_such_section"))
    if draft.section_id not in known:
        draft = replace(draft, section_id=offers[0].section.id if len(offers) == 1 else None)
    return replace(step, request=draft, replies=replies)


def answer(before: UpgradeDraft, utterance: Utterance) -> Step[UpgradeDraft]:
    """Interpret an utterance without new values: yes, no, question, or not understood."""
    text, intent = utterance.text, utterance.intent
    answered = answer_question(
        before,
        utterance,
        is_confirming=before.asked == "confirm_upgrade",
        leaves=is_stop(text) or is_too_expensive(text),
        declines=before.asked != "confirm_upgrade" and intent == "cancel_order",
    )
    if answered:
        return answered
    if intent in {"upgrade_seat", "ask_price"} or asks_upgrade_terms(text):
        # What is asked says it.
        return Step(before)
    if intent not in _ANSWERING or is_question(text):
        return Step(before, is_answered=False)
    return Step(before, (NOT_UNDERSTOOD,))


def _with_order(before: UpgradeDraft, order_id: str | None) -> UpgradeDraft:
    if order_id == before.order_id:
        return before
    return replace(before, order_id=order_id, section_id=None)
