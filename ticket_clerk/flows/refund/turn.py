"""One turn of a refund: which order, how many of its tickets, and yes or no.

Plain functions of what was asked, the sentence and the buyer's orders; the words are in
``domain.yml``, and what an order allows is the payments core's to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ticket_clerk.flows.utterance import Reply, Utterance
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import is_no, is_pause, is_question, is_yes
from ticket_clerk.understanding.orders import orders_meant, wants_to_buy
from ticket_clerk.understanding.refunds import (
    ALL,
    Portion,
    agrees_again,
    asks_amount,
    asks_money,
    asks_rules,
    asks_where,
    leaves_refund,
    parse_portion,
    tickets_of,
    wants_other_order,
)
from ticket_clerk.understanding.text import normalize, order_numbers

FORM = "refund_form"
# With these, a sentence that says nothing new is the form's to answer; all others have a rule.
ANSWERING_INTENTS = frozenset(
    "inform affirm deny request_refund nlu_fallback cancel_order buy_tickets out_of_scope".split()
)
_GONE = frozenset({OrderStatus.EXPIRED, OrderStatus.CANCELED})
_RANK = re.compile(r"\d+|\b(?:first|second|third|last)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Return:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    order_id: str | None = None
    portion: Portion | None = None
    confirmed: bool = False
    asked: str | None = None


@dataclass(frozen=True)
class ReturnTurn:
    """The wish after a sentence. ``is_heard`` is False when the sentence is another's to answer,
    ``is_over`` True when the buyer keeps what he has.
    """

    wish: Return
    said: tuple[Reply, ...] = ()
    is_answered: bool = True
    is_over: bool = False


def returnable(orders: Sequence[Order], now: datetime) -> list[Order]:
    """Choose the orders of which tickets can go back now, as far as the orders themselves tell."""
    return [order for order in orders if product_of(order).is_returnable(order, now)]


def own_order(orders: Sequence[Order], number: str) -> Order | None:
    """Find the order behind a number that the buyer named: an upgrade means what it bettered."""
    by_id = {order.id: order for order in orders}
    found = by_id.get(number)
    return by_id.get(found.parent_order_id, found) if found and found.parent_order_id else found


def take_refund_turn(
    before: Return, words: Utterance, orders: Sequence[Order], now: datetime
) -> ReturnTurn:
    """Apply a sentence to the wish. Safe to repeat: the same sentence again changes nothing."""
    before = replace(before, confirmed=False)
    choice = returnable(orders, now)
    if words.text.lstrip().startswith("/"):
        # Nobody agrees in the language of machines.
        return ReturnTurn(before, (Reply("utter_not_understood_in_refund"),))
    if before.asked and _is_for_others(words, choice):
        return ReturnTurn(before, is_answered=False)
    wish, said = _take_order(before, words, orders, choice)
    portion = parse_portion(_without_names(words.text, orders), asked=before.asked is not None)
    if portion is not None and not _is_rank(before, words.text):
        order = own_order(orders, wish.order_id or "")
        wish = replace(wish, portion=_settled(portion, order))
    if before.asked is None:
        return ReturnTurn(wish, said)
    if leaves_refund(words.text) and (portion is None or _keeps(words.text)):
        return ReturnTurn(before, is_over=True)
    if said or wish != before:
        return ReturnTurn(wish, said)
    return _answer(before, words, is_repeated=portion is not None)


def is_refund_question(text: str) -> bool:
    """Whether a buyer asks about refunds and names nothing that he wants back."""
    names = bool(order_numbers(text)) or parse_portion(text, asked=False) is not None
    return not names and (asks_where(text) or asks_rules(text))


def next_refund_question(wish: Return) -> str | None:
    """Which slot is to be asked for next; None when the buyer has agreed."""
    if wish.order_id is None:
        return "refund_order"
    if wish.portion is None:
        return "refund_quantity"
    return None if wish.confirmed else "confirm_refund"


def _is_for_others(words: Utterance, choice: Sequence[Order]) -> bool:
    """Whether the sentence is a question, or has a rule of its own and answers nothing here."""
    text, intent = words.text, words.intent
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
    before: Return, words: Utterance, orders: Sequence[Order], choice: Sequence[Order]
) -> tuple[Return, tuple[Reply, ...]]:
    numbers = order_numbers(words.text)
    if numbers:
        named = {order.id for n in numbers if (order := own_order(orders, n))}
        if not named:
            return before, (Reply("utter_error_order_not_found"),)
        if len(named) > 1:
            return replace(before, order_id=None), (Reply("utter_refund_one_order_at_a_time"),)
        return _with_order(before, named.pop()), ()
    named_by_show = _named(words.text, orders)
    if before.order_id is None:
        meant = named_by_show or orders_meant(words.text, choice)
        if len(meant) == 1:
            return _with_order(before, meant[0].id), ()
        wants_all = parse_portion(words.text, asked=False) == ALL
        return before, (Reply("utter_refund_one_order_at_a_time"),) if wants_all else ()
    others = [order for order in choice if order.id != before.order_id]
    if wants_other_order(words.text):
        if not others:
            return before, (Reply("utter_refund_only_order"),)
        return _with_order(before, others[0].id if len(others) == 1 else None), ()
    if len(named_by_show) == 1:
        return _with_order(before, named_by_show[0].id), ()
    return before, ()


def _named(text: str, orders: Sequence[Order]) -> list[Order]:
    """Find the orders that a sentence names by their show's words, if it names any at all."""
    active = [order for order in orders if order.status not in _GONE and not order.parent_order_id]
    meant = orders_meant(_RANK.sub("|", text), active)
    return meant if len(meant) < len(active) else []


def _with_order(before: Return, order_id: str | None) -> Return:
    if order_id == before.order_id:
        return before
    # How many was said of the other order, unless none was chosen yet.
    portion = before.portion if before.order_id is None else None
    return replace(before, order_id=order_id, portion=portion)


def _answer(before: Return, words: Utterance, *, is_repeated: bool) -> ReturnTurn:
    """Nothing new was named: is it a yes, a no, a question, or nothing at all?"""
    text, intent = words.text, words.intent
    if is_pause(text):
        return ReturnTurn(before, (Reply("utter_take_your_time"),))
    if before.asked == "confirm_refund":
        if is_yes(text, intent) or agrees_again(text):
            return ReturnTurn(replace(before, confirmed=True))
        if is_no(text, intent):
            return ReturnTurn(before, is_over=True)
    elif is_no(text, intent=""):
        return ReturnTurn(before, is_over=True)
    if is_repeated or asks_amount(text) or agrees_again(text):
        return ReturnTurn(before)
    if asks_rules(text) or asks_where(text):
        return ReturnTurn(before, (Reply("utter_refund_takes"),))
    if intent == "request_refund":
        return ReturnTurn(before)
    if intent not in ANSWERING_INTENTS or intent == "buy_tickets":
        return ReturnTurn(before, is_answered=False)
    return ReturnTurn(before, (Reply("utter_not_understood_in_refund"),))


def _settled(portion: Portion, order: Order | None) -> Portion:
    """Count a share out, so that "all" of two is the same answer as "two"."""
    counted = tickets_of(portion, order.tickets_left) if order else None
    return portion if counted is None else counted


def _without_names(text: str, orders: Sequence[Order]) -> str:
    """Take the shows' and sections' names out: a number in a name is not how many."""
    said = normalize(text)
    for order in orders:
        for name in (order.show_name, order.section_name):
            said = said.replace(normalize(name), "|") if name else said
    return said


def _is_rank(before: Return, text: str) -> bool:
    """Whether a bare number picks one of the orders that were listed."""
    return before.asked == "refund_order" and text.strip(" .!#").isdigit()


def _keeps(text: str) -> bool:
    return bool(re.search(r"\bkeep|n't|\bnot\b|\bstop\b", normalize(text)))


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
    is_share = isinstance(value, str) and re.fullmatch(rf"{ALL}|half|keep [1-9]", value)
    return str(value) if is_share else None
