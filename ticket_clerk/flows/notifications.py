"""Notifications: drops the outdated ones and formats the rest as replies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from rasa_sdk.events import ConversationResumed

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import (
    CALLED_OFF,
    LATE,
    RefundRequest,
    RefundStatus,
)
from ticket_clerk.ticketing.domain.errors import (
    HostUnavailable,
    PaymentError,
    SoldOut,
    StripeRejected,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    MessageKind,
    Order,
    OrderStatus,
    OutboxMessage,
    Subscription,
)
from ticket_clerk.ticketing.domain.show_changes import ChangeKind
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import checkout, queries
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.ticketing.show_changes import find_show
from ticket_clerk.ticketing.subscriptions import season_tickets
from ticket_clerk.ticketing.waiting_list import waits_of
from ticket_clerk.understanding.language import speaking

from .order_status import ticket_lines
from .purchase.seats import apart_reply_of
from .refund.replies import (
    FAILED,
    free_until_text,
    is_of_late_payment,
    refund_reply,
    refund_values,
)
from .replies import Reply, buttons, date_text, order_values, season_values
from .turn import RasaEvents, Turn

log = get_logger(__name__)

_K, _S, _R = MessageKind, OrderStatus, RefundStatus
# A notification is said only while it is true: who has paid since reads nothing of a decline.
STILL_TRUE: Mapping[MessageKind, frozenset[OrderStatus]] = {
    _K.PAYMENT_CONFIRMED: frozenset({_S.PAID, _S.PARTIALLY_REFUNDED, _S.REFUNDED, _S.DISPUTED}),
    _K.PAYMENT_DECLINED: frozenset({_S.OPEN}),
    _K.CHECKOUT_EXPIRED: frozenset({_S.EXPIRED}),
    _K.SEATS_BACK: frozenset({_S.OPEN}),
    _K.PAYMENT_NEEDS_ATTENTION: frozenset({_S.NEEDS_ATTENTION}),
}
# About all that is paid together; all else is about one line.
_OF_PAYMENT = frozenset({*STILL_TRUE, _K.PAID_TWICE})
_NEVER_PAID = frozenset({_S.OPEN, _S.EXPIRED, _S.CANCELED})
_TRUE_REFUNDS: Mapping[MessageKind, frozenset[RefundStatus]] = {
    _K.REFUND_SUCCEEDED: frozenset({_R.SUCCEEDED}),
    _K.REFUND_PENDING: frozenset({_R.PENDING}),
    _K.REFUND_REQUIRES_ACTION: frozenset({_R.REQUIRES_ACTION}),
    _K.REFUND_FAILED: FAILED,
}
_GIVES_BACK: Mapping[MessageKind, str] = {
    _K.HANDED_BACK: "utter_handed_back",
    _K.HANDOFF_UNANSWERED: "utter_nobody_answered",
}
# Upgrades and season tickets have responses of their own.
_OUTCOMES: Mapping[MessageKind, str] = {
    _K.PAYMENT_CONFIRMED: "confirmed",
    _K.PAYMENT_DECLINED: "declined",
    _K.CHECKOUT_EXPIRED: "expired",
}


def report_notifications(turn: Turn) -> RasaEvents:
    """Deliver each unread notification once; close the outdated ones undelivered.

    Safe to repeat: what is in the conversation already is not said again. An error is not said:
    the notification stays unread and comes later.
    """
    try:
        reported = say_notifications(turn)
    except PaymentError as exc:
        log.warning("flows.notifications.failed", code=exc.code)
        return []
    is_back = any(message.kind in _GIVES_BACK for message in reported)
    return [ConversationResumed()] if is_back else []


def say_notifications(turn: Turn) -> list[OutboxMessage]:
    """Deliver unread notifications, each with its ``outbox_id``, and return them.

    What causes a notification replies with this: so nothing is said twice, whoever comes first.
    """
    delivered = delivery.delivered_ids(turn.tracker.events)
    new = [one for one in _unread(turn) if one.message.id not in delivered]
    for message, reply, language in new:
        with speaking(language):
            turn.say(reply.response, outbox_id=message.id, **reply.values)
        reached(Failpoint.MESSAGE_UTTERED)
    return [one.message for one in new]


class _Unread(NamedTuple):
    message: OutboxMessage
    reply: Reply
    language: str | None


def _unread(turn: Turn) -> list[_Unread]:
    """Read unread notifications, and close the outdated ones."""
    unread: list[_Unread] = []
    stale: list[str] = []
    for message, order in queries.unread_messages(turn.container, turn.buyer):
        # A conversation that was lost has chosen no language; its order remembers it.
        language = turn.tracked_language or (order.buyer.language if order else None)
        with speaking(language):
            reply = _reply(turn, message, order)
        if reply is None:
            stale.append(message.id)
        else:
            unread.append(_Unread(message, reply, language))
    if stale:
        delivery.mark_delivered(turn.container, stale)
    return unread


def _reply(turn: Turn, message: OutboxMessage, order: Order | None) -> Reply | None:
    """Format a notification as a reply; None when it is outdated."""
    container, kind = turn.container, message.kind
    if order is None:
        return _reply_without_order(container, message)
    if kind not in _OF_PAYMENT:
        order = order.alone
    if kind is _K.PAID_TWICE:
        return _paid_twice(container, message, order)
    if kind is _K.SHOW_CALLED_OFF:
        return _called_off(container, order)
    if kind is _K.SHOW_MOVED:
        return _moved(turn, message, order)
    if kind is _K.SHOW_REMINDER:
        return _reminder(turn, message, order)
    if kind in _TRUE_REFUNDS:
        request = refund_requests.refund_of(container, message.about)
        return refund_reply(request) if _is_refund_true(kind, request) else None
    if kind not in STILL_TRUE:
        return _season_reply(container, kind, order)
    if not {line.status for line in order.paid_together} & STILL_TRUE[kind]:
        return None
    if kind is _K.SEATS_BACK:
        return _seats_back(turn, order)
    response = _response(kind, order)
    if kind is _K.PAYMENT_NEEDS_ATTENTION:
        response = _goes_back(container, order) or response
    tickets = ticket_lines(turn, order) if kind is _K.PAYMENT_CONFIRMED else ""
    values = {**order_values(order, container.now()), **_more(container, order)}
    return Reply(response, {**values, "tickets": tickets})


def _response(kind: MessageKind, order: Order) -> str:
    product = product_of(order)
    if product.owns_tickets or kind not in _OUTCOMES:
        return f"utter_{kind.value}"
    return f"utter_{product.noun}_{_OUTCOMES[kind]}"


def _paid_twice(container: Container, message: OutboxMessage, order: Order) -> Reply | None:
    """Reply that the duplicate payment is refunded, or needs a manual refund."""
    if not message.about:
        return Reply("utter_paid_twice_by_hand", order_values(order, container.now()))
    request = refund_requests.refund_of(container, message.about)
    if request.status in FAILED:
        # Said as such.
        return None
    return Reply("utter_paid_twice", refund_values(request))


def _reply_without_order(container: Container, message: OutboxMessage) -> Reply | None:
    if message.kind is _K.WAIT_CALLED_OFF:
        show_id, _, _ = message.about.partition(" ")
        return Reply("utter_wait_called_off", {"show": queries.show_name(container, show_id)})
    if message.kind is _K.WAIT_MOVED:
        return _wait_moved(container, message)
    return _operator_reply(container, message)


def _wait_moved(container: Container, message: OutboxMessage) -> Reply | None:
    """Reply where the show is now; None once that has changed again, or nobody waits any more."""
    show_id, wait_id, number = message.about.split(" ")
    show = find_show(container, show_id)
    is_last = show.change is not None and show.change.number == int(number)
    if not is_last or wait_id not in [wait.id for wait in waits_of(container, message.buyer)]:
        return None
    place = {"date": date_text(show.starts_at), "venue": show.venue, "city": show.city}
    return Reply("utter_wait_moved", {"show": show.name, **place})


def _operator_reply(container: Container, message: OutboxMessage) -> Reply | None:
    """Return an operator's message with their name, or the notice that the bot is back."""
    if message.kind in _GIVES_BACK:
        return Reply(_GIVES_BACK[message.kind])
    operator_message = handover.message_of(container, message.about)
    values = (
        {"operator": operator_message.operator, "said": operator_message.text}
        if operator_message
        else {}
    )
    return Reply("utter_operator_says", values) if operator_message else None


def _seats_back(turn: Turn, order: Order) -> Reply | None:
    """Reply with the seats held and their link; create the link if it is missing."""
    container, apart = turn.container, apart_reply_of(turn, order)
    note = "" if apart is None else "\n" + turn.line(apart.response, **apart.values)
    try:
        order = checkout.resume_checkout(container, order.buyer, order.id)
    except StripeUnavailable:
        values = {**order_values(order, container.now()), "apart": note}
        return Reply("utter_seats_back_without_link", values)
    except (StripeRejected, SoldOut, HostUnavailable):
        return None
    if order.status is not OrderStatus.OPEN:
        return None
    return Reply("utter_seats_back", {**order_values(order, container.now()), "apart": note})


def _is_refund_true(kind: MessageKind, request: RefundRequest) -> bool:
    return request.status in _TRUE_REFUNDS[kind]


def _goes_back(container: Container, order: Order) -> str | None:
    """Return the response for a late payment that is refunded automatically."""
    requests = refund_requests.refunds_of(container, order.id)
    late = next((request for request in requests if is_of_late_payment(request)), None)
    if late is None:
        return None
    if late.is_show_called_off:
        return "utter_payment_for_called_off"
    is_canceled = order.cancel_requested_at is not None
    return "utter_payment_after_cancel" if is_canceled else "utter_payment_too_late"


def _moved(turn: Turn, message: OutboxMessage, order: Order) -> Reply | None:
    """Reply where the show is now, and what the buyer can do; None once that has changed again."""
    now = turn.container.now()
    if int(message.about) < order.show_change:
        return None
    values = order_values(order, now)
    if order.status in UNPAID:
        return Reply("utter_show_moved_unpaid", values)
    until = order.free_refund_until
    if not product_of(order).is_returnable(order, now) or until is None or now >= until:
        is_theirs = order.status in {*HELD_BY_BUYER, OrderStatus.DISPUTED}
        return Reply("utter_show_moved_kept", values) if is_theirs else None
    values["until"] = free_until_text(order)
    # In a form a button would answer the form's own question.
    if turn.active_form is None:
        names = ("utter_button_refund_no", "utter_button_refund_order")
        values["buttons"] = buttons(turn.line(name, order_id=order.id) for name in names)
    return Reply("utter_show_moved", values)


def _reminder(turn: Turn, message: OutboxMessage, order: Order) -> Reply | None:
    """Reply when and where the show is, with the tickets; None once it has begun, or changed."""
    now, show = turn.container.now(), find_show(turn.container, order.show_id)
    is_off = show.change is not None and show.change.kind is ChangeKind.CALLED_OFF
    is_same = show.starts_at == datetime.fromisoformat(message.about)
    if is_off or not is_same or show.starts_at <= now or order.status not in HELD_BY_BUYER:
        return None
    place = {"date": date_text(show.starts_at), "venue": show.venue, "city": show.city}
    values = {**order_values(order, now), **place, "quantity": order.tickets_left}
    return Reply("utter_show_reminder", {**values, "tickets": ticket_lines(turn, order)})


def _called_off(container: Container, order: Order) -> Reply:
    """Reply that the show is called off, and what becomes of what was paid."""
    values = order_values(order, container.now())
    if order.status is OrderStatus.PROCESSING:
        return Reply("utter_show_called_off_processing", values)
    if order.status in _NEVER_PAID:
        return Reply("utter_show_called_off_unpaid", values)
    if not order.amount_total:
        return Reply("utter_show_called_off_free", values)
    back = [
        request
        for request in refund_requests.refunds_of(container, order.id)
        if request.status not in FAILED and request.payments[0].source in {CALLED_OFF, LATE}
    ]
    if not back:
        return Reply("utter_show_called_off_by_hand", values)
    return Reply("utter_show_called_off", {**values, **refund_values(back[0])})


def _season_reply(container: Container, kind: MessageKind, order: Order) -> Reply | None:
    subscription = season_tickets.subscription_of(container, order.id)
    if subscription is None or not _is_season_true(kind, subscription):
        return None
    values = {**order_values(order, container.now()), **season_values(subscription)}
    return Reply(f"utter_{kind.value}", values)


def _is_season_true(kind: MessageKind, subscription: Subscription) -> bool:
    if kind is _K.SEASON_PAYMENT_FAILED:
        return subscription.payment_url is not None
    if kind is _K.SEASON_CANCELING:
        return subscription.cancel_at_period_end and not subscription.has_ended
    # That it was renewed and that it is over stay true.
    return True


def _more(container: Container, order: Order) -> Mapping[str, object]:
    if not product_of(order).is_recurring:
        return {}
    subscription = season_tickets.subscription_of(container, order.id)
    return season_values(subscription) if subscription else {}
