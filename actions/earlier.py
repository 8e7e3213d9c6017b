"""A purchase that begins with an earlier order: instead of it, or the same again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rasa_sdk import Tracker

from integrations.payments import queries
from integrations.payments.models import Catalog, Order, OrderKind
from integrations.payments.replacement import is_replaceable
from integrations.payments.shop import Shop

from .hearing.answers import hear_change
from .hearing.earlier import changes_order, changes_something, wants_same_again
from .hearing.orders import names_order, orders_meant
from .hearing.quantities import hear_quantity
from .hearing.words import order_numbers
from .purchase import Purchase
from .replies import buyer_of, last_response
from .turn import take_turn
from .words import Words

LINKS = frozenset({"utter_checkout_link", "utter_seats_back"})


@dataclass(frozen=True)
class Beginning:
    """What a purchase begins with, and the catalog in which its own seats count as free.

    ``is_question`` says that the sentence is used up: what shall be changed is asked now.
    """

    purchase: Purchase
    catalog: Catalog
    is_question: bool = False


def begin_with_earlier(shop: Shop, tracker: Tracker, words: Words) -> Beginning | None:
    """Begin with the order that the sentence wants changed or repeated; None if it wants neither.

    A change must say something that the order is not, or what of it is wrong.
    """
    his = queries.orders_of(shop, buyer_of(tracker))
    bought = [order for order in his if order.kind is OrderKind.PURCHASE]
    if not bought:
        return None
    catalog = queries.catalog(shop)
    if wants_same_again(words.text):
        has_number = hear_quantity(words.text, asked=True) is not None
        asked = "confirm_order" if has_number else None
        return Beginning(replace(_purchase(bought[0]), asked=asked), catalog)
    is_answer = words.intent in {"inform", "affirm", "deny"} and last_response(tracker) in LINKS
    if not is_answer and not changes_order(words.text):
        return None
    order = _order_meant(words.text, [order for order in bought if is_replaceable(order)])
    if order is None:
        return None
    return _change(shop, words, order, _with_seats_of(order, catalog))


def free_own_seats(shop: Shop, tracker: Tracker, purchase: Purchase, catalog: Catalog) -> Catalog:
    """Count the seats of the order that is to be replaced as free: they will be."""
    order = queries.order_of(shop, buyer_of(tracker), purchase.replaces or "")
    return _with_seats_of(order, catalog) if order and is_replaceable(order) else catalog


def _change(shop: Shop, words: Words, order: Order, catalog: Catalog) -> Beginning | None:
    start = replace(_purchase(order), asked="confirm_order", replaces=order.id)
    # "Change ord_…" says which, and what to change is asked next.
    is_open = bool(order_numbers(words.text))
    turn = take_turn(start, words, catalog, shop.now())
    if not is_open and turn.is_heard and not turn.is_over:
        has_changed = _wanted(turn.purchase) != _wanted(start)
        if has_changed or hear_change(words.text, asked=False):
            return Beginning(start, catalog)
    if not changes_something(words.text):
        return None
    return Beginning(replace(start, is_changing=True), catalog, is_question=True)


def _order_meant(text: str, orders: Sequence[Order]) -> Order | None:
    """Choose the order that is named, else the newest: its link was said last."""
    numbers = order_numbers(text)
    if numbers or names_order(text, orders):
        orders = orders_meant(text, orders)
    return orders[0] if orders else None


def _purchase(order: Order) -> Purchase:
    return Purchase(show_id=order.show_id, section_id=order.section_id, quantity=order.quantity)


def _wanted(purchase: Purchase) -> tuple[object, ...]:
    return (purchase.show_id, purchase.section_id, purchase.quantity, purchase.offered)


def _with_seats_of(order: Order, catalog: Catalog) -> Catalog:
    def widened(show_id: str, section_id: str, left: int) -> int:
        is_there = (show_id, section_id) == (order.show_id, order.section_id)
        return left + order.quantity if is_there else left

    shows = tuple(
        replace(
            show,
            sections=tuple(
                replace(part, seats_left=widened(show.id, part.id, part.seats_left))
                for part in show.sections
            ),
        )
        for show in catalog.shows
    )
    return replace(catalog, shows=shows)
