"""A purchase that begins with an earlier order: instead of it, or the same again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rasa_sdk import Tracker

from ticket_clerk.flows.replies import buyer_of, last_response
from ticket_clerk.flows.utterance import Utterance
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Catalog, Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.replacement import is_replaceable
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import is_question, parse_change
from ticket_clerk.understanding.order_changes import (
    adds_order,
    changes_order,
    changes_something,
    wants_same_again,
)
from ticket_clerk.understanding.orders import names_order, orders_meant, told_by_size
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import order_numbers

from .state import WHICH_ORDER, Purchase
from .turn import Turn, take_turn

_ANSWERS = frozenset({"inform", "affirm", "deny"})
LINKS = frozenset({"utter_checkout_link", "utter_checkout_link_unheld", "utter_seats_back"})


@dataclass(frozen=True)
class Beginning:
    """What a purchase begins with, and the catalog in which its own seats count as free.

    ``turn`` is what became of the sentence where it is used up: then nothing is left to hear in
    it. ``words`` are an earlier sentence that is to be heard now instead of the last one.
    ``is_other_show`` says that the sentence names another show than the order's.
    """

    purchase: Purchase
    catalog: Catalog
    turn: Turn | None = None
    words: Utterance | None = None
    is_other_show: bool = False


def begin_order_change(
    container: Container, tracker: Tracker, words: Utterance
) -> Beginning | None:
    """Begin with the order that the sentence wants changed or repeated; None if it wants neither.

    A change must say something that the order is not, or what of it is wrong. Of several orders
    it asks which.
    """
    bought = purchases(container, tracker)
    if not bought:
        return None
    catalog = queries.catalog(container)
    if wants_same_again(words.text):
        has_number = parse_quantity(words.text, asked=True) is not None
        asked = "confirm_order" if has_number else None
        return Beginning(replace(purchase_like(bought[0]), asked=asked), catalog)
    # After a link even what sounds like a question or a purchase may be about what was ordered.
    is_answer = last_response(tracker) in LINKS and not is_question(words.text)
    is_change = changes_order(words.text)
    if adds_order(words.text) or not (is_answer or is_change):
        return None
    meant = _orders_meant(words.text, [order for order in bought if is_replaceable(order)])
    changes = [
        found for order in meant if (found := change_order(container, words, order, catalog))
    ]
    has_name = parse_shows(words.text, catalog.shows, container.now()).has_name
    if not is_change and _is_new_wish(words, changes, len(meant), has_name=has_name):
        return None
    if len(meant) > 1 and changes:
        return ask_which(words, catalog)
    return changes[0] if changes else None


def begin_section_change(
    container: Container, tracker: Tracker, words: Utterance
) -> Beginning | None:
    """Begin to change the section of what isn't paid yet; None where nothing is unpaid."""
    bought = purchases(container, tracker)
    meant = _orders_meant(words.text, [order for order in bought if is_replaceable(order)])
    catalog = queries.catalog(container)
    if len(meant) > 1:
        return ask_which(words, catalog)
    return begin_to_change(container, words, meant[0], catalog) if meant else None


def begin_to_change(
    container: Container, words: Utterance, order: Order, catalog: Catalog
) -> Beginning:
    """Begin to change an order by a sentence; what it leaves open is asked."""
    begun = change_order(container, words, order, catalog)
    if begun is not None:
        return begun
    start = replace(purchase_like(order), asked="confirm_order", replaces=order.id)
    is_section = parse_change(words.text, asked=True) == "section"
    changed = replace(start, section_id=None) if is_section else replace(start, is_changing=True)
    return Beginning(start, with_seats_of(order, catalog), Turn(changed))


def free_own_seats(
    container: Container, tracker: Tracker, purchase: Purchase, catalog: Catalog
) -> Catalog:
    """Count the seats of the order that is to be replaced as free: they will be."""
    order = queries.order_of(container, buyer_of(tracker), purchase.replaces or "")
    return with_seats_of(order, catalog) if order and is_replaceable(order) else catalog


def change_order(
    container: Container, words: Utterance, order: Order, catalog: Catalog
) -> Beginning | None:
    """Begin with an order that the sentence wants to be another; None if it does not."""
    catalog = with_seats_of(order, catalog)
    start = replace(purchase_like(order), asked="confirm_order", replaces=order.id)
    # "Change ord_…" says which, and what to change is asked next.
    is_open = bool(order_numbers(words.text))
    turn = take_turn(start, words, catalog, container.now())
    if not is_open and turn.is_answered and not turn.is_over:
        has_changed = _wanted(turn.purchase) != _wanted(start)
        if has_changed or parse_change(words.text, asked=False):
            is_other = turn.purchase.show_id != start.show_id
            return Beginning(start, catalog, is_other_show=is_other)
    if not changes_something(words.text):
        return None
    return Beginning(start, catalog, Turn(replace(start, is_changing=True)))


def ask_which(words: Utterance, catalog: Catalog) -> Beginning:
    """Keep the sentence until it is known which order it is for."""
    asked = Purchase(asked=WHICH_ORDER, wish=words.text)
    return Beginning(asked, catalog, Turn(asked))


def purchases(container: Container, tracker: Tracker) -> list[Order]:
    """List the buyer's orders of tickets, newest first."""
    his = queries.orders_of(container, buyer_of(tracker))
    return [order for order in his if product_of(order).owns_tickets]


def _orders_meant(text: str, orders: Sequence[Order]) -> list[Order]:
    """Choose the orders that are named, else all."""
    if order_numbers(text) or names_order(text, orders):
        return orders_meant(text, orders)
    return told_by_size(text, orders) or list(orders)


def _is_new_wish(
    words: Utterance, changes: Sequence[Beginning], orders: int, *, has_name: bool
) -> bool:
    """Whether a sentence that doesn't speak of changing is for one more order.

    So is another show with its number of tickets, or with the word for buying, another show
    where several orders wait, and whatever says it all: buying, how many, and of which show.
    """
    is_other = any(found.is_other_show for found in changes)
    is_buying = words.intent not in _ANSWERS
    has_number = parse_quantity(words.text, asked=False) is not None
    if is_buying and has_number and has_name:
        return True
    return is_other and (orders > 1 or is_buying or has_number)


def purchase_like(order: Order) -> Purchase:
    """What would be ordered to have the same once more."""
    return Purchase(show_id=order.show_id, section_id=order.section_id, quantity=order.quantity)


def _wanted(purchase: Purchase) -> tuple[object, ...]:
    return (purchase.show_id, purchase.section_id, purchase.quantity, purchase.offered)


def with_seats_of(order: Order, catalog: Catalog) -> Catalog:
    """Count the seats of an order as free."""

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
