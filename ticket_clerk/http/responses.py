"""Responses that every route shares: JSON, the error shape, the token check.

Nothing here repeats what a client sent, and an unexpected error says only that it happened; its
``request_id`` leads to the log.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sanic import Sanic
from sanic.exceptions import PayloadTooLarge, SanicException, ServiceUnavailable
from sanic.handlers import ErrorHandler
from sanic.request import Request
from sanic.response import HTTPResponse
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.secrets import equals_any
from ticket_clerk.ticketing.domain.errors import (
    CardDeclined,
    DatabaseUnavailable,
    HandoffNotFound,
    HostUnavailable,
    IdempotencyConflict,
    InvalidRequest,
    InvalidSignature,
    KeyReused,
    OrderNotCancelable,
    OrderNotFound,
    PaymentError,
    RasaUnavailable,
    ShowNotChangeable,
    ShowNotFound,
    SoldOut,
    StripeError,
    StripeNotFound,
    TicketNotFound,
    TooManyOpenOrders,
    ValueNotTaken,
    WrongState,
)

from .connections import is_headless, is_timed_out

log = get_logger(__name__)

_STATUS: dict[type[PaymentError], int] = {
    InvalidRequest: 400,
    InvalidSignature: 400,
    OrderNotFound: 404,
    TicketNotFound: 404,
    ShowNotFound: 404,
    ShowNotChangeable: 409,
    HandoffNotFound: 404,
    OrderNotCancelable: 409,
    SoldOut: 409,
    TooManyOpenOrders: 409,
    ValueNotTaken: 400,
    CardDeclined: 402,
    StripeNotFound: 404,
    WrongState: 409,
    IdempotencyConflict: 409,
    KeyReused: 409,
    StripeError: 502,
    RasaUnavailable: 502,
    HostUnavailable: 502,
    DatabaseUnavailable: 503,
}
_HTTP = {
    400: ("bad_request", "The request is malformed."),
    401: ("unauthorized", "A valid token is needed: Authorization: Bearer <token>."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    408: ("timeout", "The request took too long to arrive."),
    413: ("too_large", "The body is larger than 256 KiB."),
    429: ("rate_limited", "Too many requests: wait as many seconds as Retry-After says."),
    431: ("head_too_large", "The address and the headers are larger than 8 KiB."),
    500: ("internal_error", "Something went wrong on our side; the log has the details."),
}


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> HTTPResponse:
    """Answer with JSON; amounts are decimals and become numbers with all their digits."""
    return HTTPResponse(_JSON.encode(body), status, headers, "application/json")


def refuse(
    status: int,
    code: str | None = None,
    message: str | None = None,
    *,
    request_id: str | None = None,
) -> HTTPResponse:
    """Answer in the error shape; code and message default to the status's own."""
    default_code, default_message = _HTTP.get(status, _HTTP[500 if status >= 500 else 400])
    error = {
        "code": code or default_code,
        "message": message or default_message,
        "request_id": request_id or _request_id(),
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return answer({"success": False, "error": error}, status, headers)


def handle_error(
    request: Request, exc: Exception, *, event: str = "payments.request.failed"
) -> HTTPResponse:
    """Turn any exception of any route into an answer that gives nothing away.

    One that nobody expected is logged under ``event``.
    """
    if isinstance(exc, PaymentError):
        code = exc.stripe_code if isinstance(exc, CardDeclined) else None
        return refuse(status_of(exc), code or exc.code, str(exc).rstrip(".") + ".")
    if isinstance(exc, SanicException):
        refusal = refuse(_status(request, exc))
        # Which methods an address takes is part of saying that it does not take this one.
        allowed = (getattr(exc, "headers", None) or {}).get("Allow")
        if allowed:
            refusal.headers["Allow"] = allowed
        return refusal
    if request.route is None:
        # Sanic could not even read the request's head.
        return refuse(400)
    request_id = _request_id()
    # The type and the place, not the text: that may hold what a buyer or Stripe sent.
    log.error(event, request_id=request_id, error=type(exc).__name__, at=_place(exc))
    return refuse(500, request_id=request_id)


def status_of(exc: PaymentError) -> int:
    """Give the HTTP status of an error of ours."""
    return next((status for kind, status in _STATUS.items() if isinstance(exc, kind)), 400)


def _status(request: Request, exc: SanicException) -> int:
    """Give Sanic's status, or a better one for what happened before a route was found."""
    if isinstance(exc, ServiceUnavailable) and is_timed_out():
        return 408
    if isinstance(exc, PayloadTooLarge) and is_headless(request):
        return 431
    return int(exc.status_code or 500)


def take_over_errors(app: Sanic) -> None:
    """Let no other handler of this app answer, above all not one that echoes the request."""
    app.error_handler = ErrorHandler()
    for kind in (SanicException, PaymentError, Exception):
        app.error_handler.add(kind, handle_error)


def answer_own_errors(app: Sanic, is_own: Callable[[Request], bool]) -> None:
    """Answer errors of our own addresses; all others stay with the app's own handlers."""
    theirs = app.error_handler.response

    def respond(request: Request, exc: Exception) -> HTTPResponse:
        return handle_error(request, exc) if is_own(request) else theirs(request, exc)

    app.error_handler.response = respond


def hide_tracebacks(app: Sanic) -> None:
    """Answer in our shape, and log in one line, what no handler of the app's own expects.

    Sanic would log a traceback, with what the client sent in it; its error pages fail themselves
    over an ``Accept`` or ``Expect`` that is none.
    """

    def handle(request: Request, exc: Exception) -> HTTPResponse:
        return handle_error(request, exc, event="rasa.request.failed")

    app.error_handler.add(Exception, handle)


def has_token(request: Request, tokens: Sequence[str]) -> bool:
    """Compare the request's Bearer token with each of ours in constant time; none fits none."""
    given = request.headers.get("authorization", "")
    scheme, _, value = given.partition(" ")
    return scheme.lower() == "bearer" and equals_any(value.strip(), tokens)


def name_requests(app: Sanic, is_own: Callable[[Request], bool] = lambda _request: True) -> None:
    """Give each request of ours an id, which its error and its lines in the log have.

    Called before any other middleware is added, so that a refusal has it, too.
    """

    @app.on_request
    async def name_request(request: Request) -> None:
        if is_own(request):
            bind_contextvars(request_id=_new_request_id())

    @app.on_response
    async def forget(_request: Request, _response: HTTPResponse) -> None:
        # The next request of the same connection runs in the same context.
        unbind_contextvars("request_id")


def _request_id() -> str:
    return str(get_contextvars().get("request_id") or _new_request_id())


def _new_request_id() -> str:
    return f"req_{uuid.uuid4().hex}"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_JSON = json.JSONEncoder(default=_plain, ensure_ascii=False)


def _place(exc: BaseException) -> str:
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
