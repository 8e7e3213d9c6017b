"""How many a buyer said that they are before the number was asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from ticket_clerk.understanding.intents import UNKNOWN, decide_intent
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.quantities import number_readings, parse_quantity

from ..step import Step
from ..turn import Turn
from .state import Purchase, next_question

# What was said longer ago, or before the last link, was for something else.
MOST_MESSAGES = 4
LINKED = frozenset({"utter_checkout_link", "utter_checkout_link_unheld"})
_OF_ORDERS = frozenset({"request_refund", "cancel_order", "upgrade_seat"})


def with_party(turn: Turn, before: Purchase, step: Step[Purchase]) -> Step[Purchase]:
    """Fill the number, where it is asked for next, with what was said of it a few messages ago.

    "Where do the three of us sit together?" changed nothing when it was asked; the summary that
    follows names the number, and nothing is ordered without a yes to it.
    """
    is_open = before.quantity is not None or before.is_changing or before.asked == "quantity"
    if is_open or step.replies or not step.is_answered or step.is_over:
        return step
    if next_question(step.request) != "quantity" or number_readings(turn.text):
        return step
    earlier = islice(turn.messages_before(LINKED), MOST_MESSAGES)
    numbers = (_party(spoken().translate(text)) for text in earlier)
    number = next(filter(None, numbers), None)
    is_possible = number is not None and 1 <= number <= turn.catalog.max_tickets_per_order
    return replace(step, request=replace(step.request, quantity=number)) if is_possible else step


def _party(text: str) -> int | None:
    if decide_intent(text, UNKNOWN) in _OF_ORDERS or number_readings(text):
        return None
    number = parse_quantity(text, asked=False)
    return int(number) if number is not None and number == number.to_integral_value() else None
