"""Stripe over HTTP, behind PAYMENTS_API_TOKEN: intents, hosted pages, refunds, customers and
subscriptions.

The same Idempotency-Key and body is the same answer and does nothing twice. Amounts are in major
units. What is made here carries our service's name at Stripe, so that the ledger knows it; the
answers leave it out.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest, StripeRejected, WrongState
from ticket_clerk.ticketing.domain.models import ENDED, PaymentItem
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.stripe_objects import (
    API_SERVICE,
    Customer,
    PaymentIntent,
    StripeSubscription,
)
from ticket_clerk.ticketing.refunds.refund_requests import refund_payment

from . import schemas as wire
from .authorized import argument, authorized, repeatable
from .request_bodies import parse, read_body
from .responses import answer
from .schemas import MOST_METADATA


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add the routes of all of these to the blueprint."""
    _add_intents(bp, container)
    _add_cancellation(bp, container)
    _add_checkout(bp, container)
    _add_refunds(bp, container)
    _add_customers(bp, container)
    _add_subscriptions(bp, container)
    _add_subscription_cancellation(bp, container)


def _add_intents(bp: Blueprint, container: Container) -> None:
    @bp.post("/intent/create", stream=True)
    @authorized(container)
    async def create_intent(request: Request) -> HTTPResponse:
        body = parse(await read_body(request), wire.IntentBody())
        async with repeatable(container, request, body) as once:
            intent = await asyncio.to_thread(
                container.stripe.create_payment_intent,
                body["amount"],
                body["currency"],
                body["description"],
                _marked(body["metadata"]),
                body["customer_id"],
                once.key,
            )
        shown = _intent(intent, "id", "amount", "currency", "status", "client_secret")
        return answer({"success": True, "payment_intent": shown})

    @bp.get("/intent/<intent_id:str>/status")
    @authorized(container)
    async def intent_status(_request: Request, intent_id: str) -> HTTPResponse:
        intent = await asyncio.to_thread(container.stripe.get_payment_intent, intent_id)
        names = ["id", "amount", "currency", "status", "customer_id", "metadata"]
        if intent.status == "requires_action":
            # The buyer's page needs it to let the buyer authenticate.
            names.append("client_secret")
        return answer({"success": True, "payment_intent": _intent(intent, *names)})


def _add_cancellation(bp: Blueprint, container: Container) -> None:
    @bp.post("/intent/<intent_id:str>/cancel")
    @authorized(container)
    async def cancel_intent(request: Request, intent_id: str) -> HTTPResponse:
        async with repeatable(container, request) as once:
            try:
                intent = await asyncio.to_thread(
                    container.stripe.cancel_payment_intent, intent_id, once.key
                )
            except WrongState:
                intent = await asyncio.to_thread(container.stripe.get_payment_intent, intent_id)
                if not once.is_repeated or intent.status != "canceled":
                    refusal = f"The payment is {intent.status} and can't be canceled."
                    raise WrongState(refusal) from None
        shown = _intent(intent, "id", "amount", "currency", "status")
        return answer({"success": True, "payment_intent": shown})


def _add_checkout(bp: Blueprint, container: Container) -> None:
    @bp.post("/checkout/create", stream=True)
    @authorized(container)
    async def create_checkout(request: Request) -> HTTPResponse:
        body = parse(await read_body(request), wire.CheckoutBody())
        items = [
            PaymentItem(**{**item, "currency": item["currency"] or body["currency"]})
            for item in body["items"]
        ]
        async with repeatable(container, request, body) as once:
            make = partial(
                container.stripe.create_checkout_session,
                items,
                body["success_url"],
                body["cancel_url"],
                body["customer_email"],
                _marked(body["metadata"]),
                idempotency_key=once.key,
            )
            session = await asyncio.to_thread(make)
        shown = {"id": session.id, "url": session.url, "status": session.status}
        return answer({"success": True, "checkout_session": shown})


def _add_refunds(bp: Blueprint, container: Container) -> None:
    @bp.post("/refund", stream=True)
    @authorized(container)
    async def create_refund(request: Request) -> HTTPResponse:
        body = parse(await read_body(request), wire.RefundBody())
        async with repeatable(container, request, body) as once:
            give_back = partial(
                refund_payment,
                container,
                body["payment_intent_id"],
                amount=body["amount"],
                quantity=body["quantity"],
                ticket_ids=body["tickets"],
                reason=body["reason"],
                idempotency_key=once.key,
            )
            refund = await asyncio.to_thread(give_back)
        shown = {
            "id": refund.id,
            "amount": to_major(refund.amount, refund.currency),
            "currency": refund.currency,
            "status": refund.status,
            "payment_intent_id": refund.payment_intent_id,
        }
        return answer({"success": True, "refund": shown})


def _intent(intent: PaymentIntent, *names: str) -> dict[str, Any]:
    shown = {name: getattr(intent, name) for name in names}
    shown["amount"] = to_major(intent.amount, intent.currency)
    if "metadata" in shown:
        shown["metadata"] = _unmarked(intent.metadata)
    return shown


def _add_customers(bp: Blueprint, container: Container) -> None:
    @bp.post("/customer/create")
    @authorized(container)
    async def create_customer(request: Request) -> HTTPResponse:
        email = _argument(request, "email", wire.EMAIL, 512)
        if email is None:
            raise InvalidRequest("email is missing", field="email")
        name = _argument(request, "name", wire.STORABLE, 250)
        async with repeatable(container, request):
            customer = await asyncio.to_thread(_customer_of_email, container, email, name)
        return answer({"success": True, "customer": vars(customer)})

    @bp.get("/customer/<customer_id:str>")
    @authorized(container)
    async def get_customer(_request: Request, customer_id: str) -> HTTPResponse:
        customer = await asyncio.to_thread(container.stripe.get_customer, customer_id)
        return answer({"success": True, "customer": vars(customer)})


def _customer_of_email(container: Container, email: str, name: str | None) -> Customer:
    """Find the customer with this address at Stripe, or create one. No address is kept here.

    Safe to repeat, also at once: the key at Stripe follows from what was given. Raises
    StripeUnavailable, StripeRejected.
    """
    local, _, domain = email.strip().rpartition("@")
    address = f"{local}@{domain.lower()}"
    found = container.stripe.find_customer(address)
    if found is not None:
        return found
    given = hashlib.sha256(f"{address}\0{name or ''}".encode()).hexdigest()
    return container.stripe.create_customer(address, name, f"customer:{given}")


def _add_subscriptions(bp: Blueprint, container: Container) -> None:
    @bp.post("/subscription/create", stream=True)
    @authorized(container)
    async def create_subscription(request: Request) -> HTTPResponse:
        body = parse(await read_body(request), wire.SubscriptionBody())
        async with repeatable(container, request, body) as once:
            made = await asyncio.to_thread(
                container.stripe.create_subscription,
                body["customer_id"],
                body["items"],
                _marked(body["metadata"]),
                once.key,
            )
        return answer({"success": True, "subscription": _subscription(made)})

    @bp.get("/subscription/<subscription_id:str>")
    @authorized(container)
    async def get_subscription(_request: Request, subscription_id: str) -> HTTPResponse:
        found = await asyncio.to_thread(container.stripe.get_subscription, subscription_id)
        return answer({"success": True, "subscription": _subscription(found)})


def _add_subscription_cancellation(bp: Blueprint, container: Container) -> None:
    @bp.post("/subscription/<subscription_id:str>/cancel", stream=True)
    @authorized(container)
    async def cancel_subscription(request: Request, subscription_id: str) -> HTTPResponse:
        raw = await read_body(request)
        body = parse(raw, wire.CancellationBody(), may_be_empty=True)
        async with repeatable(container, request, body) as once:
            try:
                ended = await asyncio.to_thread(
                    container.stripe.cancel_subscription,
                    subscription_id,
                    body["at_period_end"],
                    once.key,
                )
            except StripeRejected:
                # Stripe knows no key for this: a repetition finds what the first one did.
                ended = await asyncio.to_thread(container.stripe.get_subscription, subscription_id)
                if ended.status not in ENDED:
                    raise
                if not once.is_repeated:
                    raise WrongState(f"The subscription is {ended.status} already.") from None
        return answer({"success": True, "subscription": _subscription(ended)})


def _subscription(subscription: StripeSubscription) -> dict[str, Any]:
    return {**vars(subscription), "metadata": _unmarked(subscription.metadata)}


def _argument(request: Request, name: str, pattern: str, limit: int) -> str | None:
    value: str | None = argument(request, name)
    if value is not None and not (0 < len(value) <= limit and re.match(pattern, value)):
        raise InvalidRequest(f"{name} is malformed", field=name)
    return value


def _marked(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Add our service's name to a caller's metadata, unless it names another or is full."""
    given = dict(metadata or {})
    return given if len(given) >= MOST_METADATA else {"service": API_SERVICE, **given}


def _unmarked(metadata: Mapping[str, str]) -> dict[str, str]:
    """Leave our service's name out of what a caller reads."""
    return {
        name: text for name, text in metadata.items() if (name, text) != ("service", API_SERVICE)
    }
