"""Existing orders: status, and cancellation of unpaid ones."""

from __future__ import annotations

from collections.abc import Sequence

from ticket_clerk.ticketing.domain.errors import (
    HostUnavailable,
    OrderNotCancelable,
    OrderNotFound,
    SoldOut,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, UNPAID, Order, OrderStatus
from ticket_clerk.ticketing.orders import checkout
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import (
    asks_first,
    beside_yes,
    is_question,
    is_stop,
    is_yes,
)
from ticket_clerk.understanding.clauses import after_leaving, parts_turned_down
from ticket_clerk.understanding.order_changes import (
    changes_something,
    has_already,
    wants_more,
    wants_same_again,
)
from ticket_clerk.understanding.orders import (
    asks_canceled,
    is_of_unpaid,
    keeps_order,
    means_all,
    names_order,
    orders_meant,
    select_order,
    stays_with,
    wants_order_list,
)
from ticket_clerk.understanding.payments.payers import tries_other_card
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.season_tickets import is_about_season
from ticket_clerk.understanding.sections import section_of, sections_named
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import order_numbers

from .order_status import (
    active_season_tickets,
    means_to_end_season,
    say_season_status,
    status_replies,
    unpaid_season_orders,
    which_to_cancel_reply,
)
from .purchase.order_changes import begin_order_change, select_order_of
from .refund.step import refundable
from .replies import Reply, amount_text, order_values
from .turn import BUY_FORM, REFUND_FORM, SEASON_END_FORM, RasaEvents, Turn, say_each, start
from .unanswered import ask_us

_OVER = frozenset({OrderStatus.EXPIRED, OrderStatus.CANCELED})
_SHOWN = frozenset({"utter_order_open", "utter_season_order_open", "utter_order_paid"})
_ASKED_TO_CANCEL = frozenset(
    {"utter_ask_which_order", "utter_ask_cancel_order", "utter_refund_unpaid"}
)
# Who asks for all of their orders reads no more than this at once.
MOST_SHOWN = 5
_OTHER_REQUESTS = frozenset({"request_refund", "upgrade_seat", "buy_tickets", "human_handoff"})
# Who wants more than to select says more.
LONGEST_SELECTION = 6


def show_orders(turn: Turn) -> RasaEvents:
    """Show the named order, else all open ones, else the newest."""
    waiting: list[Order] = []
    if is_about_season(turn.text):
        waiting = unpaid_season_orders(turn)
        if active_season_tickets(turn) or not waiting:
            say_season_status(turn)
        if not waiting:
            return []
    orders = _orders_to_show(turn, waiting)
    if not orders:
        _say_no_orders(turn)
    turn.read_again()
    _say_none_of_show(turn, orders)
    unsaid = [order for order in orders if order.number not in turn.just_told]
    if orders and not unsaid:
        # Something must be said, or the channel takes the message for unanswered.
        turn.say("utter_just_told")
    orders = unsaid
    if any(order.status is OrderStatus.OPEN for order in orders) and _was_declined(turn):
        turn.say("utter_about_declined")
    say_each(turn, status_replies(turn, orders))
    _say_total(turn, orders)
    return []


def _was_declined(turn: Turn) -> bool:
    """Return whether a buyer says that their card was declined, which the page told them alone."""
    return turn.is_about_topic and turn.topic is not None and turn.topic.topic_id == "declined"


def _say_no_orders(turn: Turn) -> None:
    """Say that there is none in this chat, and to who has paid or asks again, whom to ask."""
    has_paid = turn.utterance.intent == "payment_status" or turn.was_said(Reply("utter_no_orders"))
    turn.say("utter_no_orders")
    if has_paid and (ask := ask_us(turn)):
        turn.say("utter_fact", fact=ask.strip())


def _say_none_of_show(turn: Turn, shown: Sequence[Order]) -> bool:
    """Say that there is no order of the show that is named; return whether that is so."""
    named = parse_shows(turn.text, turn.catalog.shows, turn.now)
    is_none = all(order.show_id != show.id for show in named.shows for order in turn.orders)
    is_shown = bool(shown and named.has_name and not named.is_several and is_none)
    if is_shown:
        turn.say("utter_no_order_of_show", show=named.shows[0].name.split(" (")[0])
    return is_shown


def _say_none_of_section(turn: Turn, orders: Sequence[Order]) -> bool:
    """Say that no order that may be canceled is for the section that is named, and which is.

    Returns whether that is so.
    """
    unpaid = [order for order in orders if order.status is OrderStatus.OPEN]
    named = {
        (show.id, section.id): section
        for show in turn.catalog.shows
        for section in sections_named(turn.text, show)
    }
    seats = {(line.show_id, line.section_id) for one in unpaid for line in one.paid_together}
    if not unpaid or not named or seats & named.keys():
        return False
    closed = [one for one in orders if (one.show_id, one.section_id) in named][:1]
    if not closed:
        section = next(iter(named.values()))
        turn.say("utter_no_order_of_show", show=section.name)
    say_each(turn, status_replies(turn, [*closed, *unpaid[:MOST_SHOWN]]))
    return True


def _say_total(turn: Turn, orders: Sequence[Order]) -> None:
    """Say what several orders that go on come to, where they are of one currency."""
    going_on = [order for order in orders if order.status in UNPAID | HELD_BY_BUYER]
    currencies = {order.currency for order in going_on}
    if len(going_on) > 1 and len(currencies) == 1:
        total = sum(order.amount_total - order.amount_refunded for order in going_on)
        turn.say("utter_orders_total", total=amount_text(total, currencies.pop()))


def cancel_orders(turn: Turn) -> RasaEvents:
    """Cancel the order that was meant, or ask which of several; a paid one is refunded instead."""
    whole = str(turn.tracker.latest_message.get("text") or "")
    if asks_canceled(turn.text) or keeps_order(whole):
        return show_orders(turn)
    if not turn.active_form:
        if changes_something(turn.text) and begin_order_change(turn):
            return start(BUY_FORM)
        if means_to_end_season(turn):
            return start(SEASON_END_FORM, season_order=None)
    numbers, orders = order_numbers(turn.text), turn.orders
    if is_about_season(turn.text) and not numbers:
        orders = unpaid_season_orders(turn)
        if not orders:
            say_season_status(turn)
            return []
    if not numbers and (_say_none_of_show(turn, orders) or _say_none_of_section(turn, orders)):
        return []
    meant = _orders_to_cancel(turn, orders, numbers)
    if meant:
        _ask_to_cancel(turn, meant)
        return []
    return _nothing_to_cancel(turn, orders)


def selects_order_to_cancel(turn: Turn) -> bool:
    """Return whether a sentence agrees to cancel what the message before asked about.

    It does by a yes, by a button's words, or by which of several; not by wanting something else.
    """
    asked = _asked_to_cancel(turn)
    if not asked or is_question(turn.text):
        return False
    if len(asked) == 1 and beside_yes(turn.text) and not asks_first(turn.text):
        # "Yes please, cancel that one. I'll ask for the same seats at two": first this is done.
        return True
    if turn.utterance.intent in _OTHER_REQUESTS:
        return False
    if turn.utterance.selected or turn.text.strip() in {order.id for order in asked}:
        return True
    if is_yes(turn.text, intent=turn.utterance.intent):
        return len(asked) == 1 or means_all(turn.text)
    if len(turn.text.split()) > LONGEST_SELECTION:
        return False
    if len(asked) == 1:
        return names_order(turn.text, asked)
    return means_all(turn.text) or select_order_of(turn, asked) is not None


def speaks_of_order(turn: Turn) -> bool:
    """Return whether a statement is about tickets that the buyer has: "I have them already"."""
    is_about = has_already(turn.text) or _repeats_order(turn)
    if turn.utterance.selected or not is_about or order_numbers(turn.text):
        return False
    if stays_with(turn.text) and _repeats_order(turn):
        return True
    if turn.utterance.intent not in {"buy_tickets", "inform", "nlu_fallback", "out_of_scope"}:
        return False
    ordered = {order.show_id for order in turn.orders if order.status not in _OVER}
    named = {show.id for show in parse_shows(turn.text, turn.catalog.shows, turn.now).shows}
    return bool(ordered) and (not named or bool(named & ordered))


def _repeats_order(turn: Turn) -> bool:
    """Return whether a statement has section and number of an order, and names no show.

    "I'll keep the two in the dress circle and pay now."
    """
    if turn.active_form or wants_more(turn.text) or wants_same_again(turn.text):
        return False
    if parse_shows(turn.text, turn.catalog.shows, turn.now).has_name:
        return False
    shows = {show.id: show for show in turn.catalog.shows}
    number = parse_quantity(turn.text, asked=True)
    for order in turn.orders:
        show = shows.get(order.show_id or "")
        is_number = number == order.quantity or (number is None and stays_with(turn.text))
        if show and order.status in UNPAID | HELD_BY_BUYER and is_number:
            section = section_of(turn.text, show)
            return section is not None and section.id == order.section_id
    return False


def retry_payment(turn: Turn) -> RasaEvents | None:
    """Give the link again to who tries another card, or stays with the seats that are ordered.

    None where nothing waits to be paid.
    """
    is_open = any(order.status is OrderStatus.OPEN for order in turn.orders)
    is_meant = tries_other_card(turn.text) or (stays_with(turn.text) and _repeats_order(turn))
    return show_orders(turn) if is_open and is_meant else None


def order_turned_down(turn: Turn) -> str | None:
    """Return the words for an unpaid order that shall go, and not what is being bought.

    "Cancel the Swan Lake order", "forget the comedy one, I only take the Lakers".
    """
    unpaid = {order.show_id for order in turn.orders if order.status is OrderStatus.OPEN}
    if not unpaid or is_question(turn.text):
        return None
    if is_of_unpaid(turn.text) and is_stop(turn.text) and "cancel" in turn.text.lower():
        return turn.text
    ours = [show for show in turn.catalog.shows if show.id in unpaid]
    ordered = {order.show_name.split(" (")[0] for order in turn.orders}
    named = parse_shows(turn.text, turn.catalog.shows, turn.now).shows
    is_of_ours = {show.name.split(" (")[0] for show in named} <= ordered
    for words in parts_turned_down(turn.text):
        meant = {show.id for show in parse_shows(words, ours, turn.now).shows}
        if len(meant) == 1 and turn.slot("show") not in meant:
            return words if is_of_ours else None
    return None


def cancel_selected(turn: Turn) -> RasaEvents:
    """Cancel what the buyer agreed to: the order that was asked about, or which of several."""
    asked = _asked_to_cancel(turn)
    numbers = order_numbers(turn.text)
    chosen = select_order_of(turn, asked)
    meant = [order for order in asked if order.id in numbers] or ([chosen] if chosen else asked)
    for order in asked if means_all(turn.text) else meant:
        _cancel(turn, order)
    return []


def _asked_to_cancel(turn: Turn) -> list[Order]:
    if not turn.was_said_in_each(_ASKED_TO_CANCEL, turns=1):
        return []
    return [order for order in turn.orders if order.id in turn.offered_orders]


def selects_shown_order(turn: Turn) -> bool:
    """Return whether a few words select one of several unpaid orders that were just shown."""
    is_number = parse_quantity(turn.text, asked=False) is not None
    is_long = len(turn.text.split()) > LONGEST_SELECTION
    if is_number or is_long or not turn.was_said_in_each(_SHOWN, turns=1):
        return False
    unpaid = [order for order in turn.orders if order.status is OrderStatus.OPEN]
    return select_order(turn.text, unpaid) is not None


def _orders_to_show(turn: Turn, waiting_season: Sequence[Order]) -> list[Order]:
    """Select the orders that the utterance is about, refreshed from Stripe."""
    orders, text = list(waiting_season) or turn.orders, turn.text
    numbers = order_numbers(text)
    if numbers:
        chosen = [order for order in orders if order.id in numbers]
    else:
        waiting = [order for order in orders if order.status is OrderStatus.OPEN]
        active = [order for order in orders if order.status not in _OVER]
        chosen = active[:MOST_SHOWN] if wants_order_list(text) else orders_meant(text, waiting)
        chosen = chosen or orders_meant(text, active)[:1] or orders[:1]
    return [_refreshed(turn, order) for order in chosen]


def _refreshed(turn: Turn, order: Order) -> Order:
    """Refresh an order from Stripe; fall back to the stored one if Stripe does not answer."""
    if order.status not in {OrderStatus.OPEN, OrderStatus.PROCESSING}:
        return order
    try:
        fresh = checkout.refresh_order(turn.container, turn.buyer, order.id)
        if fresh.status is OrderStatus.OPEN and not fresh.checkout_url:
            return checkout.resume_checkout(turn.container, turn.buyer, order.id)
    except StripeUnavailable:
        return order
    except (SoldOut, HostUnavailable):
        # Its seats' host refused it a link, and so it is canceled.
        return checkout.refresh_order(turn.container, turn.buyer, order.id)
    return fresh


def _orders_to_cancel(turn: Turn, orders: Sequence[Order], numbers: Sequence[str]) -> list[Order]:
    candidates = [one for one in orders if numbers or one.status is OrderStatus.OPEN]
    meant = orders_meant(turn.text, candidates)
    if len(meant) > 1 and not means_all(turn.text):
        chosen = select_order_of(turn, meant)
        return [chosen] if chosen else meant
    return meant


def _ask_to_cancel(turn: Turn, meant: Sequence[Order]) -> None:
    """Ask for a yes: a canceled order can't be had back."""
    is_open = len(meant) > 1 and not means_all(turn.text)
    response = "utter_ask_which_order" if is_open else "utter_ask_cancel_order"
    turn.say(which_to_cancel_reply(turn, meant, response=response))


def _nothing_to_cancel(turn: Turn, orders: Sequence[Order]) -> RasaEvents:
    if "cancel" not in turn.text.lower() and not after_leaving(turn.text):
        # "Never mind" is for nothing of what is paid.
        turn.say("utter_deny")
        return []
    if not turn.active_form and refundable(orders, turn.now):
        # What is paid can be refunded; the form asks of which order, how many, and for a yes.
        turn.say("utter_paid_refunded_instead")
        return start(REFUND_FORM, refund_order=None)
    is_paid = any(order.status in HELD_BY_BUYER for order in orders)
    turn.say("utter_paid_not_canceled" if is_paid else "utter_nothing_to_cancel")
    return []


def _cancel(turn: Turn, order: Order) -> None:
    try:
        order = checkout.cancel_order(turn.container, turn.buyer, order.id)
    except OrderNotCancelable as exc:
        paid = exc.status in {"paid", "partially_refunded", "processing"}
        turn.say("utter_paid_not_canceled" if paid else "utter_error_order_not_cancelable")
    except StripeUnavailable:
        turn.say("utter_cancel_delayed", **order_values(order, turn.now))
    except OrderNotFound as exc:
        turn.say_error(exc)
    else:
        response = f"utter_{product_of(order).noun}_canceled_now"
        turn.say(response, **order_values(order, turn.now))
