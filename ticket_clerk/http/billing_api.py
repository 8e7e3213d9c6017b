"""Customers and subscriptions over HTTP, behind PAYMENTS_API_TOKEN."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest, StripeRejected, WrongState
from ticket_clerk.ticketing.domain.models import ENDED
from ticket_clerk.ticketing.domain.stripe_objects import Customer, StripeSubscription

from . import schemas as wire
from .authorized import argument, authorized, repeatable
from .request_bodies import parse, read_body
from .responses import answer
from .stripe_api import marked, unmarked


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add customers and subscriptions to the blueprint."""
    _add_customers(bp, container)
    _add_subscriptions(bp, container)
    _add_cancellation(bp, container)


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
                marked(body["metadata"]),
                once.key,
            )
        return answer({"success": True, "subscription": _subscription(made)})

    @bp.get("/subscription/<subscription_id:str>")
    @authorized(container)
    async def get_subscription(_request: Request, subscription_id: str) -> HTTPResponse:
        found = await asyncio.to_thread(container.stripe.get_subscription, subscription_id)
        return answer({"success": True, "subscription": _subscription(found)})


def _add_cancellation(bp: Blueprint, container: Container) -> None:
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
    return {**vars(subscription), "metadata": unmarked(subscription.metadata)}


def _argument(request: Request, name: str, pattern: str, limit: int) -> str | None:
    value: str | None = argument(request, name)
    if value is not None and not (0 < len(value) <= limit and re.match(pattern, value)):
        raise InvalidRequest(f"{name} is malformed", field=name)
    return value
