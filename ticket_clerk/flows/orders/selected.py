"""Whether a sentence picks one of the orders that the message before it spoke of."""

from __future__ import annotations

from rasa_sdk import Tracker

from ticket_clerk.flows.purchase.form import utterance_of
from ticket_clerk.flows.replies import buyer_of, last_response
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.answers import is_question, is_yes, parse_rank
from ticket_clerk.understanding.orders import means_all, names_order, select_order
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.text import order_numbers

from .order_selection import select_order_of

_SHOWN = frozenset({"utter_order_open", "utter_season_order_open", "utter_order_paid"})
# Who wants more than to pick says more.
LONGEST_SELECTION = 6


def selects_order_to_cancel(container: Container, tracker: Tracker) -> bool:
    """Whether a sentence says which of the orders on the buttons is to be canceled.

    With one order there, a yes in words or its name says it, too.
    """
    asked = offered_orders(tracker)
    text = utterance_of(tracker).text
    if not asked or is_question(text):
        return False
    orders = [one for one in queries.orders_of(container, buyer_of(tracker)) if one.id in asked]
    if parse_rank(text) is not None or names_order(text, orders) or means_all(text):
        return True
    if len(asked) == 1:
        return is_yes(text, intent="")
    return select_order_of(container, text, orders, queries.catalog(container)) is not None


def selects_shown_order(container: Container, tracker: Tracker) -> bool:
    """Whether a few words pick one of several unpaid orders that were just shown."""
    text = utterance_of(tracker).text
    is_short = len(text.split()) <= LONGEST_SELECTION and parse_quantity(text, asked=False) is None
    if not is_short or last_response(tracker) not in _SHOWN:
        return False
    orders = queries.orders_of(container, buyer_of(tracker))
    unpaid = [order for order in orders if order.status is OrderStatus.OPEN]
    return select_order(text, unpaid) is not None


def offered_orders(tracker: Tracker) -> list[str]:
    """Which orders the message before the buyer's last words offered to cancel."""
    heard_user = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if heard_user:
                break
            heard_user = True
        elif heard_user and event.get("event") == "bot":
            buttons = (event.get("data") or {}).get("buttons") or []
            return order_numbers(" ".join(button["title"] for button in buttons))
    return []
