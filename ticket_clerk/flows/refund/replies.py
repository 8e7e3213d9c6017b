"""Replies about refunds: refusals with their reason, and status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ticket_clerk.ticketing.domain.after_sales import LATE, RefundQuote, RefundRequest, RefundStatus
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.domain.order_lines import extras_text

from ..replies import Reply, amount_text, beside, date_text

FAILED = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.REJECTED})
_BY_STATUS = {
    RefundStatus.REQUESTED: "utter_refund_noted",
    RefundStatus.REQUIRES_ACTION: "utter_refund_requires_action",
    RefundStatus.PENDING: "utter_refund_pending",
    RefundStatus.SUCCEEDED: "utter_refund_succeeded",
}
# Money that went back, or did not, beside the tickets.
_SAYS_VALID = frozenset(
    {"utter_refund_of_amount", "utter_second_payment_returned", "utter_second_payment_kept"}
)
# Orders that were never paid, or not yet: what can be done about them is another thing.
_UNPAID = {
    OrderStatus.OPEN: "utter_refund_unpaid",
    OrderStatus.PROCESSING: "utter_refund_not_paid_yet",
    OrderStatus.EXPIRED: "utter_order_expired",
    OrderStatus.CANCELED: "utter_order_canceled",
}


def refund_reply(request: RefundRequest) -> Reply:
    """Say where a refund stands, and that tickets stay valid only while there are any."""
    response = _response(request)
    if response in _SAYS_VALID and not request.order.tickets_left:
        response += "_without_tickets"
    return Reply(response, refund_values(request))


def is_of_late_payment(request: RefundRequest) -> bool:
    """Return whether it gives back a payment for which there were no seats any more."""
    return all(p.source == LATE and p.order_id == request.order.id for p in request.payments)


def refund_values(request: RefundRequest) -> dict[str, object]:
    """Return the template values of a refund."""
    done = sum(p.amount for p in request.payments if p.status not in FAILED)
    return {
        **return_values(request.order),
        "quantity": request.quantity,
        "amount": amount_text(request.amount, request.currency),
        "done": amount_text(done, request.currency),
    }


def return_values(order: Order) -> dict[str, object]:
    """Return the template values of an order with a refund."""
    return {
        "order_id": order.id,
        "show": order.show_name,
        "section": order.section_name,
        "date": date_text(order.starts_at) if order.starts_at else "",
        "left": order.tickets_left,
        "until": until_text(order),
    }


def quote_values(quote: RefundQuote) -> dict[str, object]:
    """Return the template values of a quote; ``rest`` is what the buyer keeps.

    Extras go back with the last tickets, and stay the buyer's before.
    """
    extras = extras_text(quote.order.extras)
    is_whole = quote.quantity == quote.order.tickets_left
    return {
        **return_values(quote.order),
        "section": beside(quote.order.section_name or "", extras if is_whole else ""),
        "extras": "" if is_whole else beside("", extras),
        "quantity": quote.quantity,
        "rest": quote.quantity_left - quote.quantity,
        "amount": amount_text(quote.amount, quote.order.currency),
        "fee": amount_text(quote.fee, quote.order.currency),
    }


def until_text(order: Order) -> str:
    """Format an order's refund deadline in the show's time zone."""
    return _local_text(order, order.returnable_until)


def free_until_text(order: Order) -> str:
    """Format until when an order of a moved show is refunded without a fee."""
    return _local_text(order, order.free_refund_until)


def _local_text(order: Order, moment: datetime | None) -> str:
    if moment is None or order.starts_at is None:
        return ""
    return date_text(moment.astimezone(order.starts_at.tzinfo))


def refusal_reply(exc: NotRefundable, order: Order, upgrades: Sequence[Order]) -> Reply:
    """Return why an order is not refundable now, with the alternatives."""
    values = return_values(order)
    if exc.reason == "unpaid":
        response = _UNPAID.get(order.status, "utter_refund_not_paid_yet")
        return Reply(response, {**values, "quantity": order.quantity})
    if exc.reason == "upgrade_open":
        waiting = [one for one in upgrades if one.status is OrderStatus.OPEN]
        number = waiting[0].id if waiting else ""
        response = "utter_refund_upgrade_open" if waiting else "utter_refund_upgrade_processing"
        return Reply(response, {**values, "upgrade_id": number})
    return Reply(f"utter_refund_{exc.reason}", values)


def _response(request: RefundRequest) -> str:
    if request.is_of_duplicate_payment:
        return _of_second_payment(request.status)
    if request.is_show_called_off:
        return _of_called_off_show(request.status)
    if request.status not in FAILED:
        if request.status is RefundStatus.SUCCEEDED and is_of_late_payment(request):
            is_canceled = request.order.cancel_requested_at is not None
            return f"utter_refund_of_{'canceled_order' if is_canceled else 'late_payment'}"
        is_goodwill = request.status is RefundStatus.SUCCEEDED and not request.quantity
        return "utter_refund_of_amount" if is_goodwill else _BY_STATUS[request.status]
    if any(payment.status not in FAILED for payment in request.payments):
        return "utter_refund_failed_in_part"
    if request.order.status is OrderStatus.NEEDS_ATTENTION:
        return "utter_refund_failed_without_seats"
    is_refused = request.status is RefundStatus.REJECTED
    return "utter_refund_refused" if is_refused else "utter_refund_failed"


def _of_called_off_show(status: RefundStatus) -> str:
    if status in FAILED:
        return "utter_called_off_refund_failed"
    is_back = status is RefundStatus.SUCCEEDED
    return "utter_called_off_refunded" if is_back else "utter_called_off_refund_underway"


def _of_second_payment(status: RefundStatus) -> str:
    if status in FAILED:
        return "utter_second_payment_kept"
    is_back = status is RefundStatus.SUCCEEDED
    return "utter_second_payment_returned" if is_back else "utter_paid_twice"
