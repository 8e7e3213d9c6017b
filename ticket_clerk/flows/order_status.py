"""Status of a buyer's orders, refunds, upgrades and season tickets, and their receipts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import (
    StripeRejected,
    StripeUnavailable,
    TooManyOpenOrders,
)
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    Order,
    OrderStatus,
    Show,
    Subscription,
)
from ticket_clerk.ticketing.domain.seating import Seat, are_together
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.orders.receipts import find_receipt
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.ticketing.subscriptions import season_tickets
from ticket_clerk.ticketing.tickets.queries import address_of, kept_tickets
from ticket_clerk.ticketing.tickets.seat_names import seat_names
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.season_tickets import is_about_season
from ticket_clerk.understanding.text import order_numbers

from .purchase.seats import seats_line
from .refund.replies import refund_reply
from .replies import Reply, amount_text, buttons, lines, order_values, season_values, total_text
from .turn import BUY_FORM, UPGRADE_FORM, Turn

# Who comes late, or looks for a ticket afterwards, still finds it.
_AFTER_THE_SHOW = timedelta(hours=12)
# Who wants the receipt of an older order says its number.
MOST_RECEIPTS = 3
OwnedSeason = tuple[Order, Subscription]
_UNDERWAY = frozenset({RefundStatus.REQUESTED, RefundStatus.REQUIRES_ACTION, RefundStatus.PENDING})
_MONEY_CAME_IN = HELD_BY_BUYER | {OrderStatus.REFUNDED, OrderStatus.DISPUTED}


def status_replies(turn: Turn, chosen: Sequence[Order]) -> list[Reply]:
    """Format the status of the chosen orders, upgrades with the order that they upgrade."""
    orders = {order.id: order for order in turn.orders}
    # What was just asked of Stripe, and a link of which only this turn knows, counts more.
    orders.update((order.id, order) for order in chosen)
    parents = dict.fromkeys(order.parent_order_id or order.id for order in chosen)
    listed = list(orders.values())
    return [reply for number in parents for reply in _status(turn, orders[number], listed)]


def open_order_lines(turn: Turn, orders: Iterable[Order]) -> str:
    """List unpaid orders."""
    return lines(
        turn.line(f"utter_line_open_{product_of(order).noun}", **order_values(order, turn.now))
        for order in orders
    )


def say_open_orders(turn: Turn, exc: TooManyOpenOrders) -> None:
    """List the unpaid orders that block another one."""
    turn.read_again()
    unpaid = [order for order in turn.orders if order.status is OrderStatus.OPEN]
    listed = open_order_lines(turn, unpaid)
    turn.say(f"utter_error_{exc.code}", limit=exc.limit, orders=listed)


def which_to_cancel_reply(turn: Turn, orders: Sequence[Order], *, response: str) -> Reply:
    """Ask which unpaid order shall be canceled, with a button for each."""
    values = [order_values(order, turn.now) for order in orders]
    titles = [turn.line("utter_button_cancel_order", **value) for value in values]
    listed = open_order_lines(turn, orders)
    return Reply(response, {"orders": listed, "buttons": buttons(titles)})


def ticket_lines(turn: Turn, order: Order) -> str:
    """List the tickets of an order; empty once its show is over, or where none are left.

    With those of all that is paid together with it.
    """
    return _ticket_lines(turn, order.paid_together)


def own_ticket_lines(turn: Turn) -> str:
    """List all tickets that the buyer has, of the newest order first."""
    return _ticket_lines(turn, _orders_with_tickets(turn))


def own_seat_lines(turn: Turn, show: Show | None) -> str:
    """Name the numbered seats that the buyer has in a show, of the newest order first."""
    paid = [one for one in _orders_with_tickets(turn) if show and one.show_id == show.id]
    kept = _tickets_by_order(turn, paid)
    return "".join(seats_line(turn, tickets) for tickets in kept)


def own_seats_replies(turn: Turn, shows: Sequence[Show]) -> list[Reply]:
    """Say whether the numbered seats that the buyer has are side by side, and which they are.

    Of these shows, or of all where none is given; none for who has no two such seats, and while
    other seats are being chosen.
    """
    if turn.active_form in {BUY_FORM, UPGRADE_FORM}:
        return []
    named = {show.id for show in shows}
    by_show: dict[str, list[Ticket]] = {}
    for ticket in chain.from_iterable(_tickets_by_order(turn, _orders_with_tickets(turn))):
        if ticket.row_name is not None and (not named or ticket.show_id in named):
            by_show.setdefault(ticket.show_id, []).append(ticket)
    return [_seats_reply(tickets) for tickets in by_show.values() if len(tickets) > 1]


def _seats_reply(tickets: Sequence[Ticket]) -> Reply:
    seats = [Seat(f"{one.section_id} {one.row_name}", one.seat_number or 0) for one in tickets]
    said = "together" if are_together(sorted(seats)) else "apart"
    names = seat_names(tickets, spoken().code)
    return Reply(f"utter_own_seats_{said}", {"show": tickets[0].show_name, "seats": names})


def receipt_replies(turn: Turn) -> list[Reply]:
    """Give the receipt or invoice of each order that is named, else of the newest paid ones.

    None for who has paid nothing: then the shop's facts say how it is done.
    """
    paid = [order for order in turn.orders if order.paid_at is not None]
    numbers = set(order_numbers(turn.text))
    named = [one for one in paid if numbers & {one.id, one.parent_order_id}]
    return [_receipt_reply(turn, order) for order in (named or paid)[:MOST_RECEIPTS]]


def _receipt_reply(turn: Turn, order: Order) -> Reply:
    values = order_values(order, turn.now)
    try:
        receipt = find_receipt(turn.container, order)
    except (StripeUnavailable, StripeRejected):
        return Reply("utter_receipt_delayed", values)
    if receipt is None:
        return Reply("utter_no_receipt", values)
    response = "utter_invoice_of_order" if receipt.is_invoice else "utter_receipt_of_order"
    return Reply(response, {**values, "link": receipt.url})


def active_season_tickets(turn: Turn) -> list[OwnedSeason]:
    """List a buyer's season tickets that have not ended, newest first, as Stripe has them."""
    owned = season_tickets.season_tickets_of(turn.container, turn.buyer)
    return [(order, one) for order, one in owned if not one.has_ended]


def unpaid_season_orders(turn: Turn) -> list[Order]:
    """List a buyer's orders of season tickets that wait for their first payment, newest first."""
    return [o for o in turn.orders if product_of(o).is_recurring and o.status in UNPAID]


def means_to_end_season(turn: Turn) -> bool:
    """Return whether "cancel …" means a season ticket of theirs, by its words or number."""
    numbers = order_numbers(turn.text)
    if not numbers and not is_about_season(turn.text):
        return False
    owned = [order for order, one in active_season_tickets(turn) if not one.cancel_at_period_end]
    return any(order.id in numbers for order in owned) if numbers else bool(owned)


def say_season_status(turn: Turn) -> None:
    """Show the status of each of the buyer's season tickets."""
    owned = season_tickets.season_tickets_of(turn.container, turn.buyer)
    going_on = [pair for pair in owned if not pair[1].has_ended] or owned[:1]
    for order, one in going_on:
        turn.say(_owned_season_reply(turn, order, one))
    if not going_on:
        turn.say("utter_no_season_ticket")


def season_end_replies(turn: Turn, owned: Sequence[OwnedSeason]) -> tuple[Reply, ...]:
    """Say why no season ticket can end: the newest ends already, or there is none."""
    if not owned:
        return (Reply("utter_no_season_ticket"),)
    return (_owned_season_reply(turn, *owned[0]),)


def _orders_with_tickets(turn: Turn) -> list[Order]:
    paid = [order for order in turn.orders if order.status in HELD_BY_BUYER]
    # An upgrade's tickets are its parent's.
    return [order for order in paid if order.parent_order_id is None]


def _tickets_by_order(turn: Turn, orders: Iterable[Order]) -> list[list[Ticket]]:
    """List the tickets of each order that still has some and whose show is not over."""
    return [
        tickets
        for order in orders
        if order.starts_at is None or turn.now < order.starts_at + _AFTER_THE_SHOW
        if (tickets := kept_tickets(turn.container, order))
    ]


def _ticket_lines(turn: Turn, orders: Iterable[Order]) -> str:
    kept = _tickets_by_order(turn, orders)
    if not kept:
        return ""
    seats = "".join(seats_line(turn, tickets) for tickets in kept)
    addresses = [address_of(turn.container, ticket) for tickets in kept for ticket in tickets]
    return seats + turn.line("utter_line_tickets", addresses=lines(addresses))


def _status(turn: Turn, order: Order, orders: Sequence[Order]) -> tuple[Reply, ...]:
    """Format the status of one of the buyer's ``orders``, its upgrades included."""
    if product_of(order).is_recurring:
        return (_season_reply(turn, order),)
    upgrades = [one for one in orders if one.parent_order_id == order.id]
    waiting = [_upgrade_reply(one, turn.now) for one in upgrades if one.status in UNPAID]
    return (_order_reply(turn, order, upgrades), *_underway(turn.container, order), *waiting)


def _order_reply(turn: Turn, order: Order, upgrades: Sequence[Order]) -> Reply:
    paid = [one for one in upgrades if one.status in _MONEY_CAME_IN]
    payments = [order, *paid]
    total = sum(one.amount_total for one in payments)
    refunded = sum(one.amount_refunded for one in payments)
    values = {
        **order_values(order, turn.now),
        "tickets": ticket_lines(turn, order),
        "total": amount_text(total, order.currency) if paid else total_text(order),
        "refunded": amount_text(refunded, order.currency),
    }
    if paid:
        values["section"] = turn.line("utter_line_moved", section=order.section_name)
    if order.show_id in turn.catalog.called_off and order.status in HELD_BY_BUYER:
        return Reply("utter_order_called_off", values)
    return Reply(_order_response(order), values)


def _order_response(order: Order) -> str:
    if order.status is OrderStatus.OPEN and not order.checkout_url:
        return "utter_error_stripe_unavailable"
    if order.status is OrderStatus.PARTIALLY_REFUNDED and order.refunded_quantity:
        return "utter_order_tickets_refunded"
    return f"utter_order_{order.status.value}"


def _underway(container: Container, order: Order) -> list[Reply]:
    if not order.refunded_quantity and not order.amount_refunding:
        return []
    requests = refund_requests.refunds_of(container, order.id)
    return [refund_reply(request) for request in requests if request.status in _UNDERWAY]


def _upgrade_reply(upgrade: Order, now: datetime) -> Reply:
    values = {**order_values(upgrade, now), "parent_id": upgrade.parent_order_id}
    if upgrade.status is OrderStatus.OPEN and not upgrade.checkout_url:
        return Reply("utter_upgrade_delayed", values)
    return Reply(f"utter_upgrade_{upgrade.status.value}", values)


def _season_reply(turn: Turn, order: Order) -> Reply:
    subscription = season_tickets.subscription_of(turn.container, order.id)
    values = order_values(order, turn.now)
    if order.status is OrderStatus.OPEN and not order.checkout_url:
        return Reply("utter_season_without_link", values)
    if subscription is None or order.status not in _MONEY_CAME_IN:
        return Reply(f"utter_season_order_{order.status.value}", values)
    return _owned_season_reply(turn, order, subscription)


def _owned_season_reply(turn: Turn, order: Order, subscription: Subscription) -> Reply:
    values = {
        **order_values(order, turn.now),
        **season_values(subscription),
        "tickets": ticket_lines(turn, order),
    }
    return Reply(_season_response(subscription), values)


def _season_response(subscription: Subscription) -> str:
    if subscription.has_ended:
        return "utter_season_is_over"
    if subscription.payment_url:
        return "utter_season_is_due"
    ends = subscription.cancel_at_period_end or subscription.cancel_requested_at
    return "utter_season_is_ending" if ends else "utter_season_is_active"
