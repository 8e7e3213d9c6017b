"""Which of a buyer's orders a sentence means: by number, or by the show's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from integrations.payments.models import Order

from .answers import hear_rank
from .vocabulary import COMMON_WORDS
from .words import order_numbers, plain, words_with_spans

_BUYS = re.compile(r"\b(?:buy|purchase|book|order (?:\d|an?|two|more|some)|get me)\b")
_TICKETS_FOR = re.compile(r"\b(?:tickets?|tix|seats?|passes|pass) (?:for|to)\b")
_CANCELED = re.compile(
    r"^(?:(?:so|and|ok|wait)[ ,]+)*"
    r"(?:(?:is|was|has|have|are|were)\b.*\bcancell?ed\b|did (?:you|it|that)\b.*\bcancel)"
)


def orders_meant(text: str, orders: Sequence[Order]) -> list[Order]:
    """Find the orders that a sentence means; all of them when it says nothing that tells.

    With order numbers in it, it means those and no others.
    """
    numbers = order_numbers(text)
    if numbers:
        return [order for order in orders if order.id in numbers]
    rank = hear_rank(text)
    if rank is not None and rank < len(orders):
        return [orders[rank]]
    said = {word for word, _ in words_with_spans(plain(text))}
    told = [order for order in orders if said & _telling_words(order)]
    return told or list(orders)


def names_order(text: str, orders: Sequence[Order]) -> bool:
    """Whether a sentence names one of the orders, by its number or its show's words."""
    said = {word for word, _ in words_with_spans(plain(text))}
    numbers = order_numbers(text)
    return any(order.id in numbers or said & _telling_words(order) for order in orders)


def wants_to_buy(text: str, orders: Sequence[Order]) -> bool:
    """Whether a sentence that sounds like a purchase is one, and not about the buyer's orders."""
    is_for_show = _TICKETS_FOR.search(plain(text)) and not names_order(text, orders)
    return bool(_BUYS.search(plain(text)) or is_for_show)


def means_all(text: str) -> bool:
    """Whether a sentence means several things at once, not one of them."""
    return bool(re.search(r"\b(?:all|both|everything|every)\b", plain(text)))


def asks_canceled(text: str) -> bool:
    """Whether a sentence asks if something was canceled, and does not want it to be."""
    return bool(_CANCELED.search(plain(text)))


def _telling_words(order: Order) -> set[str]:
    names = plain(f"{order.show_name} {order.city}")
    return {word for word, _ in words_with_spans(names)} - COMMON_WORDS
