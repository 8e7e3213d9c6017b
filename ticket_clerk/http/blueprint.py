"""The routes of ``/payments/*``: Stripe's webhooks, pages, health and the API.

The only promise of the webhook route: 2xx means that the event and all its effects are on disk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import lru_cache

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidSignature
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.reports.health import HEALTH_EVERY_S, examine

from . import billing_api, desk, handoff_api, openapi, orders_api, pages, stripe_api, tickets_api
from .event_queue import EventQueue
from .rate_limits import RateLimiter
from .request_bodies import read_body
from .responses import answer, refuse

log = logging.getLogger(__name__)


def make_blueprint(
    container: Container, on_stored: Callable[[], None], limiter: RateLimiter
) -> Blueprint:
    """Make the routes; ``on_stored`` is called when an event was stored, to wake the worker."""
    bp = Blueprint("payments", url_prefix="/payments")
    orders_api.add_routes(bp, container)
    stripe_api.add_routes(bp, container)
    billing_api.add_routes(bp, container)
    handoff_api.add_routes(bp, container)
    tickets_api.add_routes(bp, container)
    desk.add_routes(bp, container)
    events = EventQueue(container)

    @bp.post("/webhook", stream=True)
    async def receive_webhook(request: Request) -> HTTPResponse:
        payload = await read_body(request)
        try:
            event = container.stripe.construct_event(
                payload, request.headers.get("stripe-signature", "")
            )
        except InvalidSignature as exc:
            if refusal := limiter.limit_address(request):
                # Without a line in the log, which a flood would fill.
                return refusal
            log.warning("payments.webhook.refused code=%s", exc.code)
            return refuse(400, exc.code, str(exc))
        reached(Failpoint.EVENT_VERIFIED)
        outcome = await events.process(event)
        on_stored()
        return answer({"received": True, "outcome": outcome})

    @bp.get("/success")
    async def success(request: Request) -> HTTPResponse:
        return html(
            pages.success(*_way_back(request, container), container.settings.language),
            headers=pages.HEADERS,
        )

    @bp.get("/cancel")
    async def cancel(request: Request) -> HTTPResponse:
        return html(
            pages.cancel(*_way_back(request, container), container.settings.language),
            headers=pages.HEADERS,
        )

    @bp.get("/openapi.json")
    async def openapi_document(request: Request) -> HTTPResponse:
        return HTTPResponse(_document(), content_type="application/json")

    @bp.get("/docs")
    async def docs(request: Request) -> HTTPResponse:
        return html(_reference(), headers=pages.HEADERS)

    checked_at, report = -HEALTH_EVERY_S, {"status": "unknown"}

    @bp.get("/health")
    async def health(request: Request) -> HTTPResponse:
        nonlocal checked_at, report
        if time.monotonic() - checked_at >= HEALTH_EVERY_S:
            # Set first, so that many requests at once make one check.
            checked_at = time.monotonic()
            report = await asyncio.to_thread(examine, container)
        return answer(report, 503 if report["status"] == "degraded" else 200)

    return bp


@lru_cache(maxsize=1)
def _document() -> bytes:
    # Anybody may ask for it and it takes milliseconds to write, so it is written once.
    return bytes(answer(openapi.document()).body)


@lru_cache(maxsize=1)
def _reference() -> str:
    return pages.reference(openapi.document())


def _way_back(request: Request, container: Container) -> tuple[str | None, str | None]:
    """Read the order's number and, for orders of the web chat, where that is (sessions.py)."""
    is_web = request.args.get("chat") == "web"
    return request.args.get("order"), f"{container.settings.chat_url}/" if is_web else None
