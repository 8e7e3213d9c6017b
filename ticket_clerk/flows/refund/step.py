"""One step of a refund: which order, how many of its tickets, and yes or no.

Plain functions of what was asked, the sentence and the buyer's orders; what an order allows is the
core's to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import is_question, is_yes
from ticket_clerk.understanding.orders import (
    find_own_order,
    number_part,
    orders_meant,
    orders_named,
    wants_to_buy,
    without_names,
)
from ticket_clerk.understanding.refunds import (
    ALL,
    Portion,
    agrees_again,
    asks_amount,
    asks_money,
    asks_rules,
    asks_where,
    keeps_tickets,
    keeps_uncounted,
    leaves_refund,
    parse_portion,
    portion_of_tickets,
    tickets_of,
    wants_other_order,
)
from ticket_clerk.understanding.text import order_numbers
from ticket_clerk.understanding.tickets.choice import (
    TicketChoice,
    asks_which,
    choose_tickets,
    without_tickets,
)
from ticket_clerk.understanding.utterance import Utterance

from ..replies import Reply
from ..step import Step, answer_question

# With these, a sentence that says nothing new is the form's to answer; all others have a rule.
ANSWERING_INTENTS = frozenset(
    "inform affirm deny request_refund nlu_fallback cancel_order buy_tickets out_of_scope".split()
)
NOT_UNDERSTOOD = Reply("utter_not_understood_in_refund")


@dataclass(frozen=True)
class RefundDraft:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    order_id: str | None = None
    portion: Portion | None = None
    confirmed: bool | None = None
    asked: str | None = None
    # The numbers of the tickets that the last summary showed as those that go.
    shown: frozenset[int] = frozenset()


def refundable(orders: Sequence[Order], now: datetime) -> list[Order]:
    """Select the orders that look refundable by their own fields."""
    return [order for order in orders if product_of(order).is_returnable(order, now)]


def take_refund_step(
    before: RefundDraft,
    utterance: Utterance,
    orders: Sequence[Order],
    now: datetime,
    tickets: Mapping[str, Sequence[Ticket]],
) -> Step[RefundDraft]:
    """Apply a sentence to the draft. Safe to repeat: the same sentence again changes nothing.

    ``tickets`` are the valid ones of each order.
    """
    before = replace(before, confirmed=None)
    choice = refundable(orders, now)
    if chosen := _take_tickets(before, utterance, choice, tickets):
        return chosen
    if before.asked and not utterance.selected and _is_for_others(utterance, choice):
        return Step(before, is_answered=False)
    draft, replies = _take_order(before, utterance, orders, choice)
    text = number_part(without_names(utterance.text, orders), choice)
    portion = parse_portion(text, asked=before.asked is not None)
    # "Just those two. How long does it take?" changes nothing that was agreed.
    is_aside = utterance.is_aside and before.portion is not None
    if portion is not None and not is_aside and not _is_rank(before, utterance.text):
        order = find_own_order(orders, draft.order_id or "")
        draft = replace(draft, portion=_settled(portion, order))
    if before.asked is None:
        return Step(draft, replies)
    if leaves_refund(utterance.text) and (portion is None or keeps_tickets(utterance.text)):
        return Step(before, is_over=True)
    if keeps_uncounted(text):
        # Neither all of them nor what was summed up before: how many is asked for.
        return Step(replace(draft, portion=None), replies)
    if replies or draft != before:
        return Step(draft, replies)
    return _answer(before, utterance, is_repeated=portion is not None)


def _take_tickets(
    before: RefundDraft,
    utterance: Utterance,
    choice: Sequence[Order],
    tickets: Mapping[str, Sequence[Ticket]],
) -> Step[RefundDraft] | None:
    """Apply what a sentence says of particular tickets; None where it names none.

    What is asked about them confirms nothing: the summary says which ones go.
    """
    text, is_confirming = utterance.text, before.asked == "confirm_refund"
    if utterance.selected:
        return None
    order_id, named = _named_tickets(before, text, choice, tickets)
    asks = is_confirming and (is_question(text) or asks_which(text))
    if not named or order_id is None:
        return Step(before) if is_confirming and asks_which(text) else None
    rest = without_names(without_tickets(text, named), choice)
    portion = None if is_confirming else parse_portion(rest, asked=False)
    valid = [ticket.number for ticket in tickets[order_id] if ticket.number is not None]
    going = _going(named, valid, before.shown, portion)
    if going and going == before.shown:
        return Step(before) if asks else _answer(before, utterance, is_repeated=True)
    if not going:
        return Step(before) if asks else None
    # All of them are a number like any other.
    portion = portion_of_tickets(going) if len(going) < len(valid) else Decimal(len(valid))
    return Step(replace(before, order_id=order_id, portion=portion))


def _named_tickets(
    before: RefundDraft,
    text: str,
    choice: Sequence[Order],
    tickets: Mapping[str, Sequence[Ticket]],
) -> tuple[str | None, TicketChoice]:
    """Find the only order of which a sentence names tickets, and these."""
    meant = [before.order_id] if before.order_id else [one.id for one in orders_meant(text, choice)]
    found = [(one, named) for one in meant if (named := choose_tickets(text, tickets.get(one, ())))]
    return found[0] if len(found) == 1 else (None, TicketChoice())


def _going(
    named: TicketChoice, valid: Sequence[int], shown: frozenset[int], portion: Portion | None
) -> frozenset[int]:
    """Return the tickets that go: those that are named, or else of the others the newest."""
    if named.meant:
        return named.meant
    others = [number for number in valid if number not in named.kept]
    counted = tickets_of(portion, len(valid)) if portion is not None else None
    wanted = int(counted) if counted is not None else len(shown) or len(others)
    if shown and not shown & named.kept:
        return shown
    return frozenset(others[-wanted:])


def next_refund_question(draft: RefundDraft) -> str | None:
    """Return the slot to ask for next; None when the buyer has agreed."""
    if draft.order_id is None:
        return "refund_order"
    if draft.portion is None:
        return "refund_quantity"
    return None if draft.confirmed else "confirm_refund"


def _is_for_others(utterance: Utterance, choice: Sequence[Order]) -> bool:
    """Return whether the utterance is a question, or another rule's and answers nothing here."""
    text, intent = utterance.text, utterance.intent
    numbers = order_numbers(text)
    if intent == "cancel_order" and numbers:
        return not {order.id for order in choice}.issuperset(numbers)
    if intent == "buy_tickets":
        return wants_to_buy(text, choice)
    if asks_money(text) and (asks_rules(text) or asks_amount(text) or asks_where(text)):
        # "How long does it take?" is about the refund here, whatever else it sounds like.
        return False
    if intent in {"payment_status", "show_orders"}:
        # A number alone is understood as a question about that order.
        return text.strip() not in numbers
    if intent in ANSWERING_INTENTS:
        is_ours = intent == "request_refund" or asks_rules(text) or asks_amount(text)
        is_answer = parse_portion(text, asked=True) is not None or bool(numbers)
        return is_question(text) and not is_ours and not is_answer and not is_yes(text, "")
    return is_question(text)


def _take_order(
    before: RefundDraft, utterance: Utterance, orders: Sequence[Order], choice: Sequence[Order]
) -> tuple[RefundDraft, tuple[Reply, ...]]:
    numbers = order_numbers(utterance.text)
    if numbers:
        named = {order.id for n in numbers if (order := find_own_order(orders, n))}
        if len(named) > 1:
            return replace(before, order_id=None), (Reply("utter_refund_one_order_at_a_time"),)
        return _with_order(before, named.pop()), ()
    named_by_show = orders_named(utterance.text, orders)
    if before.order_id is None:
        meant = named_by_show or orders_meant(utterance.text, choice)
        if len(meant) == 1:
            return _with_order(before, meant[0].id), ()
        wants_all = parse_portion(utterance.text, asked=False) == ALL
        return before, (Reply("utter_refund_one_order_at_a_time"),) if wants_all else ()
    others = [order for order in choice if order.id != before.order_id]
    if wants_other_order(utterance.text):
        if not others:
            return before, (Reply("utter_refund_only_order"),)
        return _with_order(before, others[0].id if len(others) == 1 else None), ()
    if len(named_by_show) == 1:
        return _with_order(before, named_by_show[0].id), ()
    return before, ()


def _with_order(before: RefundDraft, order_id: str | None) -> RefundDraft:
    if order_id == before.order_id:
        return before
    # How many was said of the other order, unless none was chosen yet.
    portion = before.portion if before.order_id is None else None
    return replace(before, order_id=order_id, portion=portion)


def _answer(before: RefundDraft, utterance: Utterance, *, is_repeated: bool) -> Step[RefundDraft]:
    """Interpret an utterance without new values: yes, no, question, or not understood."""
    text, intent = utterance.text, utterance.intent
    is_confirming = before.asked == "confirm_refund"
    answered = answer_question(
        before, utterance, is_confirming=is_confirming, agrees=agrees_again(text)
    )
    if answered:
        return answered
    if is_repeated or asks_amount(text) or agrees_again(text):
        return Step(before)
    if asks_rules(text) or asks_where(text):
        return Step(before, (Reply("utter_refund_takes"),))
    if intent == "request_refund":
        return Step(before)
    if intent not in ANSWERING_INTENTS or intent == "buy_tickets":
        return Step(before, is_answered=False)
    return Step(before, (NOT_UNDERSTOOD,))


def _settled(portion: Portion, order: Order | None) -> Portion:
    """Convert a share to a number: "all" of two equals "two"."""
    counted = tickets_of(portion, order.tickets_left) if order else None
    return portion if counted is None else counted


def _is_rank(before: RefundDraft, text: str) -> bool:
    """Return whether a bare number picks one of the orders that were listed."""
    return before.asked == "refund_order" and text.strip(" .!#").isdigit()


def portion_slot(portion: Portion | None) -> int | float | str | None:
    """Write how many into a slot; a share stays in words until the order is known."""
    if portion is None or isinstance(portion, str):
        return portion
    return int(portion) if portion == portion.to_integral_value() else float(portion)


def portion_of_slot(value: object) -> Portion | None:
    """Read how many from a slot, whose value may be anything."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(str(value)) if value == value and abs(value) < 1e6 else None
    shares = rf"{ALL}|half|keep [1-9]|tickets( \d+)+"
    is_share = isinstance(value, str) and re.fullmatch(shares, value)
    return str(value) if is_share else None
