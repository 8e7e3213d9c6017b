"""More tickets than one order may have: orders that follow each other, a yes to each."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.understanding.language import LANGUAGE
from ticket_clerk.understanding.order_changes import wants_same_again
from ticket_clerk.understanding.payments.splits import Split, parse_split, parts_of, sum_of
from ticket_clerk.understanding.quantities import parse_quantity

from ..replies import Reply
from ..step import Step
from ..turn import BUY_FORM, RasaEvents, Turn, start
from .party import LINKED, MOST_MESSAGES
from .state import Purchase

# So many orders may wait to be paid.
MOST_ORDERS = 3


def read_split(turn: Turn, before: Purchase) -> Split | None:
    """Read "as 8 and 4", or "split it" of what was too many; None for any other sentence."""
    is_other = before.further or before.replaces or before.is_waiting
    # "Two more orders the same" are like the one that was made.
    if turn.utterance.is_command or is_other or wants_same_again(turn.text):
        return None
    return parse_split(turn.text, turn.catalog.max_tickets_per_order, too_many(turn))


def with_split(turn: Turn, step: Step[Purchase], split: Split) -> Step[Purchase]:
    """Let the further orders follow the one that a sentence was taken as, and say so."""
    if step.is_over or not step.is_answered:
        return step
    limit = turn.catalog.max_tickets_per_order
    told = Reply("utter_orders_in_turn", {"limit": limit, "numbers": sum_of(split.numbers)})
    request = replace(step.request, after=split.numbers[1:])
    return replace(step, request=request, replies=(*step.replies, told))


def keep_split(before: Purchase, step: Step[Purchase]) -> Step[Purchase]:
    """Let no order follow where another show or number is wanted than before."""
    now = step.request
    is_same = before.quantity in {None, now.quantity} and before.show_id in {None, now.show_id}
    return step if is_same or not now.after else replace(step, request=replace(now, after=()))


def too_many(turn: Turn) -> int | None:
    """Return how many are wanted, or were in the last message that said so, if that is too many.

    A number in this message that an order may have answers what was asked then.
    """
    limit = turn.catalog.max_tickets_per_order
    earlier = islice(turn.messages_before(LINKED), MOST_MESSAGES)
    said = (parse_quantity(one, asked=False) for one in map(LANGUAGE.translate, earlier))
    numbers = (parse_quantity(turn.text, asked=False), next((one for one in said if one), None))
    most = limit * MOST_ORDERS
    whole = (int(one) for one in numbers if one and one == int(one) and limit < one <= most)
    return next(whole, None)


def split_titles(turn: Turn) -> list[str]:
    """Return what is offered to who wants more than one order may have: "8 + 4", and "8"."""
    total, limit = too_many(turn), turn.catalog.max_tickets_per_order
    return [sum_of(parts_of(total, limit)), str(limit)] if total else []


def begin_next(turn: Turn, purchase: Purchase, order: Order) -> RasaEvents:
    """Sum up the order that follows the one just made, once that may be; else nothing.

    One that is equal to an unpaid one would be the same order: it is for after the payment.
    """
    number, *others = purchase.after
    if number == order.quantity:
        turn.say("utter_next_order_later", quantity=number)
        return []
    turn.say("utter_next_order", quantity=number)
    seats = {"show": purchase.show_id, "section": purchase.section_id, "quantity": number}
    return start(BUY_FORM, **seats, orders_after=others or None)
