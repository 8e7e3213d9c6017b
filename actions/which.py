"""Which of several unpaid orders is to be changed: the answer to that question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk import Tracker

from integrations.payments import queries
from integrations.payments.models import Catalog, Order
from integrations.payments.replacement import is_replaceable
from integrations.payments.shop import Shop

from .earlier import Beginning, ask_which, begin_to_change, change_order, purchases
from .hearing.answers import is_no, is_pause, is_question, is_stop
from .hearing.earlier import changes_order
from .hearing.orders import picks_one
from .hearing.shows import hear_shows
from .hearing.words import order_numbers
from .purchase import Purchase
from .turn import ANSWERING_INTENTS, Turn
from .words import Said, Words


def hear_which(shop: Shop, tracker: Tracker, before: Purchase, words: Words) -> Beginning:
    """Go on with the order that the sentence picks and the wish that was kept for it.

    A sentence that picks none may leave, be a better wish, be a whole new one, or another's.
    """
    catalog = queries.catalog(shop)
    orders = [order for order in purchases(shop, tracker) if is_replaceable(order)]
    if not orders:
        # Paid or over by now: what is said is a wish of its own.
        return Beginning(Purchase(), catalog)
    chosen = pick_order(shop, words.text, orders, catalog)
    if words.intent == "cancel_order" and chosen is not None and is_stop(words.text):
        return Beginning(before, catalog, Turn(before, is_heard=False))
    if chosen is not None:
        wish = Words(before.wish, "inform")
        return replace(begin_to_change(shop, wish, chosen, catalog), words=wish)
    if is_stop(words.text) or is_no(words.text, words.intent):
        return Beginning(before, catalog, Turn(before, is_over=True))
    if changes_order(words.text) and change_order(shop, words, orders[0], catalog):
        return ask_which(words, catalog)
    if words.intent == "buy_tickets" or hear_shows(words.text, catalog.shows, shop.now()).has_name:
        return Beginning(Purchase(), catalog)
    return Beginning(before, catalog, _no_answer(before, words))


def pick_order(shop: Shop, text: str, orders: Sequence[Order], catalog: Catalog) -> Order | None:
    """Find the one order that a sentence picks; also by kind, city or date of its show."""
    if len(orders) == 1:
        return orders[0]
    chosen = picks_one(text, orders)
    if chosen is not None:
        return chosen
    ids = {order.show_id for order in orders}
    shows = [show for show in catalog.shows if show.id in ids]
    heard = hear_shows(text, shows, shop.now()).shows
    meant = [order for order in orders if len(heard) == 1 and order.show_id == heard[0].id]
    return meant[0] if len(meant) == 1 else None


def _no_answer(before: Purchase, words: Words) -> Turn:
    if order_numbers(words.text):
        return Turn(before, (Said("utter_error_order_not_found"),))
    if is_pause(words.text):
        return Turn(before, (Said("utter_take_your_time"),))
    if is_question(words.text) or words.intent not in ANSWERING_INTENTS:
        return Turn(before, is_heard=False)
    return Turn(before, (Said("utter_not_understood_in_order"),))
