"""Stripe's objects over HTTP, behind PAYMENTS_API_TOKEN: the endpoints of the guide.

``Idempotency-Key`` goes on to Stripe under a name of its own, so the same key and body is the
same answer and does nothing twice, and another body is a conflict. Amounts are in major units.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from .answers import answer, has_token, refuse
from .bodies import read_fields
from .errors import InvalidRequest
from .money import to_major
from .shop import Shop
from .stripe_objects import PaymentIntent

Handler = Callable[..., Awaitable[HTTPResponse]]
_LONGEST_KEY = 200


def add_routes(bp: Blueprint, shop: Shop) -> None:
    """Add intents, checkout, refunds and customers to the blueprint."""
    _add_intents(bp, shop)
    _add_checkout_and_refunds(bp, shop)
    _add_customers(bp, shop)


def _add_intents(bp: Blueprint, shop: Shop) -> None:
    @bp.post("/intent/create", stream=True)
    @_authorized(shop)
    async def create_intent(request: Request) -> HTTPResponse:
        fields = await read_fields(request)
        intent = await asyncio.to_thread(
            shop.stripe.create_payment_intent,
            fields.amount(),
            fields.optional_text("currency") or "usd",
            fields.optional_text("description"),
            fields.metadata(),
            fields.optional_text("customer_id"),
            _key(request, "intent"),
        )
        shown = _intent(intent, "id", "amount", "currency", "status", "client_secret")
        return answer({"success": True, "payment_intent": shown})

    @bp.get("/intent/<intent_id:str>/status")
    @_authorized(shop)
    async def intent_status(_request: Request, intent_id: str) -> HTTPResponse:
        intent = await asyncio.to_thread(shop.stripe.get_payment_intent, intent_id)
        names = ["id", "amount", "currency", "status", "customer_id", "metadata"]
        if intent.status == "requires_action":
            # The buyer's page needs it to let the buyer authenticate.
            names.append("client_secret")
        return answer({"success": True, "payment_intent": _intent(intent, *names)})

    @bp.post("/intent/<intent_id:str>/cancel")
    @_authorized(shop)
    async def cancel_intent(_request: Request, intent_id: str) -> HTTPResponse:
        intent = await asyncio.to_thread(shop.stripe.cancel_payment_intent, intent_id)
        shown = _intent(intent, "id", "amount", "currency", "status")
        return answer({"success": True, "payment_intent": shown})


def _add_checkout_and_refunds(bp: Blueprint, shop: Shop) -> None:
    @bp.post("/checkout/create", stream=True)
    @_authorized(shop)
    async def create_checkout(request: Request) -> HTTPResponse:
        fields = await read_fields(request)
        session = await asyncio.to_thread(
            shop.stripe.create_checkout_session,
            fields.items(fields.optional_text("currency") or "usd"),
            fields.text("success_url"),
            fields.text("cancel_url"),
            fields.optional_text("customer_email"),
            fields.metadata(),
            idempotency_key=_key(request, "checkout"),
        )
        shown = {"id": session.id, "url": session.url, "status": session.status}
        return answer({"success": True, "checkout_session": shown})

    @bp.post("/refund", stream=True)
    @_authorized(shop)
    async def create_refund(request: Request) -> HTTPResponse:
        fields = await read_fields(request)
        refund = await asyncio.to_thread(
            shop.stripe.refund,
            fields.text("payment_intent_id"),
            fields.optional_amount(),
            fields.optional_text("reason"),
            _key(request, "refund"),
        )
        shown = {
            "id": refund.id,
            "amount": to_major(refund.amount, refund.currency),
            "currency": refund.currency,
            "status": refund.status,
            "payment_intent_id": refund.payment_intent_id,
        }
        return answer({"success": True, "refund": shown})


def _add_customers(bp: Blueprint, shop: Shop) -> None:
    @bp.post("/customer/create")
    @_authorized(shop)
    async def create_customer(request: Request) -> HTTPResponse:
        email, name = request.args.get("email"), request.args.get("name")
        if not email or "@" not in email or len(email) > 512:
            raise InvalidRequest("email must be an e-mail address", field="email")
        customer = await asyncio.to_thread(
            shop.stripe.create_customer, email, name, _key(request, "customer")
        )
        return answer({"success": True, "customer": vars(customer)})

    @bp.get("/customer/<customer_id:str>")
    @_authorized(shop)
    async def get_customer(_request: Request, customer_id: str) -> HTTPResponse:
        customer = await asyncio.to_thread(shop.stripe.get_customer, customer_id)
        return answer({"success": True, "customer": vars(customer)})


def _authorized(shop: Shop) -> Callable[[Handler], Handler]:
    """Let a route answer 401 before it reads anything of the request."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def handle(request: Request, **path: str) -> HTTPResponse:
            if not has_token(request, shop.settings.payments_api_token):
                return refuse(401)
            return await handler(request, **path)

        return handle

    return wrap


def _key(request: Request, kind: str) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not 0 < len(given) <= _LONGEST_KEY:
        raise InvalidRequest(
            f"Idempotency-Key must be 1 to {_LONGEST_KEY} characters", field="Idempotency-Key"
        )
    # Under a name of its own: nobody can reach the key of an order's session from here.
    return f"api:{kind}:{given}"


def _intent(intent: PaymentIntent, *names: str) -> dict[str, Any]:
    shown = {name: getattr(intent, name) for name in names}
    shown["amount"] = to_major(intent.amount, intent.currency)
    return shown
