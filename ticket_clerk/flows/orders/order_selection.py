"""Which of several unpaid orders is to be changed: the answer to that question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk import Tracker

from ticket_clerk.flows.purchase.order_changes import (
    Beginning,
    ask_which,
    begin_to_change,
    change_order,
    purchases,
)
from ticket_clerk.flows.purchase.state import Purchase
from ticket_clerk.flows.purchase.turn import ANSWERING_INTENTS, Turn
from ticket_clerk.flows.utterance import Reply, Utterance
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Catalog, Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.replacement import is_replaceable
from ticket_clerk.understanding.answers import is_no, is_pause, is_question, is_stop
from ticket_clerk.understanding.order_changes import changes_order
from ticket_clerk.understanding.orders import select_order
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import order_numbers


def select_order_to_change(
    container: Container, tracker: Tracker, before: Purchase, words: Utterance
) -> Beginning:
    """Go on with the order that the sentence picks and the wish that was kept for it.

    A sentence that picks none may leave, be a better wish, be a whole new one, or another's.
    """
    catalog = queries.catalog(container)
    orders = [order for order in purchases(container, tracker) if is_replaceable(order)]
    if not orders:
        # Paid or over by now: what is said is a wish of its own.
        return Beginning(Purchase(), catalog)
    chosen = select_order_of(container, words.text, orders, catalog)
    if words.intent == "cancel_order" and chosen is not None and is_stop(words.text):
        return Beginning(before, catalog, Turn(before, is_answered=False))
    if chosen is not None:
        wish = Utterance(before.wish, "inform")
        return replace(begin_to_change(container, wish, chosen, catalog), words=wish)
    if is_stop(words.text) or is_no(words.text, words.intent):
        return Beginning(before, catalog, Turn(before, is_over=True))
    if changes_order(words.text) and change_order(container, words, orders[0], catalog):
        return ask_which(words, catalog)
    if (
        words.intent == "buy_tickets"
        or parse_shows(words.text, catalog.shows, container.now()).has_name
    ):
        return Beginning(Purchase(), catalog)
    return Beginning(before, catalog, _no_answer(before, words))


def select_order_of(
    container: Container, text: str, orders: Sequence[Order], catalog: Catalog
) -> Order | None:
    """Find the one order that a sentence picks; also by kind, city or date of its show."""
    if len(orders) == 1:
        return orders[0]
    chosen = select_order(text, orders)
    if chosen is not None:
        return chosen
    ids = {order.show_id for order in orders}
    shows = [show for show in catalog.shows if show.id in ids]
    parsed = parse_shows(text, shows, container.now()).shows
    meant = [order for order in orders if len(parsed) == 1 and order.show_id == parsed[0].id]
    return meant[0] if len(meant) == 1 else None


def _no_answer(before: Purchase, words: Utterance) -> Turn:
    if order_numbers(words.text):
        return Turn(before, (Reply("utter_error_order_not_found"),))
    if is_pause(words.text):
        return Turn(before, (Reply("utter_take_your_time"),))
    if is_question(words.text) or words.intent not in ANSWERING_INTENTS:
        return Turn(before, is_answered=False)
    return Turn(before, (Reply("utter_not_understood_in_order"),))
