"""More tickets than one order may have: orders that follow each other, a yes to each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, UNPAID, Order
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.order_changes import means_remaining, wants_same_again
from ticket_clerk.understanding.payments.lines import Split, parse_split, parts_of, sum_of
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import section_of
from ticket_clerk.understanding.shows import parse_shows

from ..replies import Reply
from ..step import Step
from ..turn import BUY_FORM, RasaEvents, Turn, start
from .order_changes import Beginning, of_number, purchase_like, purchases
from .party import LINKED, MOST_MESSAGES
from .state import Purchase, find_show

# So many orders may wait to be paid.
MOST_ORDERS = 3
# So many messages back somebody's party is what "the other two" are of.
MOST_REMEMBERED = 10
# "Two for another show?" and "refund the other two" are about something else.
_ELSEWHERE = frozenset(
    "request_refund cancel_order upgrade_seat show_orders browse_events ask_price ask_show"
    " use_waiting_list".split()
)


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
    earlier = islice(turn.messages_before(LINKED), MOST_MESSAGES)
    last = next(_numbers_in(map(spoken().translate, earlier)), None)
    return _too_many_of(turn, [*_numbers_in([turn.text]), *([last] if last else [])])


def begin_remaining(turn: Turn) -> Beginning | None:
    """Begin with those of a party that one order had no room for: "and the other two?" of ten.

    How many they were was said a few messages ago. None where none are left, or another number or
    show is meant.
    """
    bought = [order for order in purchases(turn) if order.status in UNPAID | HELD_BY_BUYER]
    is_meant = means_remaining(turn.text) and turn.utterance.intent not in _ELSEWHERE
    if not (bought and is_meant) or turn.utterance.is_command or turn.utterance.selected:
        return None
    order = bought[0]
    named = parse_shows(turn.text, turn.catalog.shows, turn.now)
    if named.has_name and order.show_id not in {show.id for show in named.shows}:
        return None
    left = _party_of(turn) - sum(one.quantity for one in bought if one.show_id == order.show_id)
    is_left = 0 < left <= turn.catalog.max_tickets_per_order
    # Equal to an unpaid one it would be the same order.
    is_new = left != order.quantity or order.status not in UNPAID
    if not (is_left and is_new) or parse_quantity(turn.text, asked=True) not in {None, left}:
        return None
    like = replace(purchase_like(order), extras={}, further=())
    show = find_show(turn.catalog, order.show_id)
    section = section_of(turn.text, show) if show else None
    return of_number(replace(like, section_id=section.id) if section else like, left, turn)


def begins_remaining(turn: Turn) -> RasaEvents | None:
    """Start the form for those that are left of a party; None where none are."""
    return start(BUY_FORM) if turn.active_form is None and begin_remaining(turn) else None


def _party_of(turn: Turn) -> int:
    """Return how many wanted tickets lately, where that was too many for an order; else 0."""
    earlier = islice(turn.messages_before(frozenset()), MOST_REMEMBERED)
    return _too_many_of(turn, _numbers_in(map(spoken().translate, earlier))) or 0


def _numbers_in(texts: Iterable[str]) -> Iterator[Decimal]:
    return filter(None, (parse_quantity(text, asked=False) for text in texts))


def _too_many_of(turn: Turn, numbers: Iterable[Decimal]) -> int | None:
    """Return the first number that is too many for an order, and not for several."""
    limit = turn.catalog.max_tickets_per_order
    most = limit * MOST_ORDERS
    return next((int(one) for one in numbers if one == int(one) and limit < one <= most), None)


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
