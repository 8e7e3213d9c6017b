"""Giving a payment back: a page that says what of, and the act."""

from __future__ import annotations

import asyncio
import re
from functools import partial

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import search
from ticket_clerk.ticketing.domain.errors import InvalidRequest, WrongState
from ticket_clerk.ticketing.domain.stripe_objects import PaymentIntent
from ticket_clerk.ticketing.refunds.refund_requests import refund_payment

from .access import Desk, Visit
from .waiting import wait_for

REASONS = ("requested_by_customer", "duplicate", "fraudulent")


def add_routes(desk: Desk) -> None:
    """Add the page and its form, by a payment's id or its Checkout Session's."""
    container = desk.container

    @desk.page("/payments/<payment_id:str>/refund")
    async def show_refund(visit: Visit, payment_id: str) -> HTTPResponse:
        order = await asyncio.to_thread(search.find_order_of_payment, container, payment_id)
        intent = await wait_for(partial(_intent, container, payment_id), "Stripe")
        return desk.show(
            visit, "refund.html", payment_id=payment_id, order=order, intent=intent, reasons=REASONS
        )

    @desk.form("/payments/<payment_id:str>/refund")
    async def refund(visit: Visit, payment_id: str) -> HTTPResponse:
        amount, quantity = visit.form.get("amount") or None, _quantity(visit)
        reason = visit.form.get("reason") or None
        order = await asyncio.to_thread(search.find_order_of_payment, container, payment_id)
        subject = order.id if order else payment_id

        def do(key: str) -> None:
            refund_payment(
                container,
                payment_id,
                amount=amount,
                quantity=quantity,
                reason=reason,
                idempotency_key=key,
            )

        tickets = "" if quantity is None else f", {quantity} tickets"
        detail = f"{amount or 'all that is left'} of {payment_id}{tickets}"
        then = f"/orders/{subject}" if order else "/review"
        return await desk.carry_out(visit, "refund", subject, do, detail=detail, then=then)


def _intent(container: Container, payment_id: str) -> PaymentIntent:
    """Read the payment from Stripe, which knows what is left of any."""
    if not payment_id.startswith("cs_"):
        return container.stripe.get_payment_intent(payment_id)
    paid_by = container.stripe.get_checkout_session(payment_id).payment_intent_id
    if paid_by is None:
        raise WrongState("Nothing was paid in this Checkout Session.")
    return container.stripe.get_payment_intent(paid_by)


def _quantity(visit: Visit) -> int | None:
    text = visit.form.get("quantity", "")
    if text and not re.fullmatch("[0-9]{1,4}", text):
        raise InvalidRequest("The number of tickets must be a whole number.", field="quantity")
    return int(text) if text else None
