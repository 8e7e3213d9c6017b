"""The routes of ``/payments/*``: Stripe's webhooks, pages, health and the API.

The only promise of the webhook route: 2xx means that the event and all its effects are on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import lru_cache

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidSignature
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.metrics import CONTENT_TYPE, WEBHOOK_SECONDS
from ticket_clerk.ticketing.reports.health import HEALTH_EVERY_S, examine
from ticket_clerk.ticketing.reports.metrics import export_metrics

from . import (
    desk,
    handoff_api,
    openapi,
    orders_api,
    pages,
    shows_api,
    stripe_api,
    tickets_api,
)
from .authorized import authorized
from .event_queue import EventQueue
from .rate_limits import RateLimiter
from .request_bodies import read_body
from .responses import answer, refuse

log = get_logger(__name__)


def make_blueprint(
    container: Container, on_stored: Callable[[], None], limiter: RateLimiter
) -> Blueprint:
    """Make the routes; ``on_stored`` is called when an event was stored, to wake the worker."""
    bp = Blueprint("payments", url_prefix="/payments")
    for part in _PARTS:
        part(bp, container)
    _add_webhook(bp, container, on_stored, limiter)
    return bp


def _add_webhook(
    bp: Blueprint, container: Container, on_stored: Callable[[], None], limiter: RateLimiter
) -> None:
    events = EventQueue(container)

    @bp.post("/webhook", stream=True)
    async def receive_webhook(request: Request) -> HTTPResponse:
        payload = await read_body(request)
        signature = request.headers.get("stripe-signature", "")
        started, result = time.perf_counter(), "failed"
        try:
            event = container.stripe.construct_event(payload, signature)
        except InvalidSignature as exc:
            _observe("refused", started)
            return _refuse_webhook(exc, limiter.limit_address(request))
        reached(Failpoint.EVENT_VERIFIED)
        try:
            outcome = await events.process(event)
            result = "stored"
        finally:
            _observe(result, started)
        on_stored()
        return answer({"received": True, "outcome": outcome})


def _observe(result: str, started: float) -> None:
    WEBHOOK_SECONDS.labels(result).observe(time.perf_counter() - started)


def _refuse_webhook(exc: InvalidSignature, too_many: HTTPResponse | None) -> HTTPResponse:
    if too_many:
        # Without a line in the log, which a flood would fill.
        return too_many
    log.warning("payments.webhook.refused", code=exc.code)
    return refuse(400, exc.code, str(exc))


def _add_pages(bp: Blueprint, container: Container) -> None:
    """Add where Stripe's page leads back to, and the API's reference."""

    def shown(page: str) -> HTTPResponse:
        return html(page, headers=pages.HEADERS)

    @bp.get("/success")
    async def success(request: Request) -> HTTPResponse:
        return shown(pages.success(*_way_back(request, container)))

    @bp.get("/cancel")
    async def cancel(request: Request) -> HTTPResponse:
        return shown(pages.cancel(*_way_back(request, container)))

    @bp.get("/openapi.json")
    async def openapi_document(request: Request) -> HTTPResponse:
        return HTTPResponse(_document(), content_type="application/json")

    @bp.get("/docs")
    async def docs(request: Request) -> HTTPResponse:
        return shown(_reference())


def _add_health(bp: Blueprint, container: Container) -> None:
    checked_at, report = -HEALTH_EVERY_S, {"status": "unknown"}

    @bp.get("/health")
    async def health(request: Request) -> HTTPResponse:
        nonlocal checked_at, report
        if time.monotonic() - checked_at >= HEALTH_EVERY_S:
            # Set first, so that many requests at once make one check.
            checked_at = time.monotonic()
            report = await asyncio.to_thread(examine, container)
        return answer(report, 503 if report["status"] == "degraded" else 200)

    @bp.get("/metrics")
    @authorized(container)
    async def metrics(request: Request) -> HTTPResponse:
        written = await asyncio.to_thread(export_metrics, container)
        return HTTPResponse(written, content_type=CONTENT_TYPE)


_PARTS = (
    orders_api.add_routes,
    stripe_api.add_routes,
    handoff_api.add_routes,
    tickets_api.add_routes,
    shows_api.add_routes,
    desk.add_routes,
    _add_pages,
    _add_health,
)


@lru_cache(maxsize=1)
def _document() -> bytes:
    # Anybody may ask for it and it takes milliseconds to write, so it is written once.
    return bytes(answer(openapi.document()).body)


@lru_cache(maxsize=1)
def _reference() -> str:
    return pages.reference(openapi.document())


def _way_back(request: Request, container: Container) -> tuple[str | None, str | None, str]:
    """Read the order's number, for orders of the web chat where that is, and the language."""
    is_web, settings = request.args.get("chat") == "web", container.settings
    chat_url = f"{settings.chat_url}/" if is_web else None
    return request.args.get("order"), chat_url, settings.language_of(request.args.get("lang"))
