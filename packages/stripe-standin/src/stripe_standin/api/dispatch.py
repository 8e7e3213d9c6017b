"""Request handling of the API under /v1: authentication, routing, idempotency, errors."""

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from stripe_standin.api import params as forms
from stripe_standin.billing import invoice_states
from stripe_standin.checkout import line_items
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.promotions import coupons, promotion_codes
from stripe_standin.storage.unit_of_work import API_VERSION, Call, Work, new_id

from . import errors, idempotency, params, routes
from .errors import ApiError
from .idempotency import InFlight, Remembered
from .routes import Route

log = logging.getLogger(__name__)

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.\w+)?(;.*)?")
_KEY_PREFIXES = ("sk_test_", "rk_test_")


class Worker(Protocol):
    """What the API needs of the stand-in: units of work."""

    in_flight: InFlight

    def work(
        self, request_id: str | None = None, idempotency_key: str | None = None
    ) -> AbstractContextManager[Work]:
        """One transaction; due tasks run before it begins."""


def answer(standin: Worker, request: Request) -> Response:
    """Handles one API request; never raises."""
    request_id = new_id("req", 14)
    try:
        response = _answer(standin, request, request_id)
    except ApiError as error:
        response = Response.json(error.status, error.body(request_id))
    except Exception:
        log.exception("stripe_standin.request.failed request_id=%s", request_id)
        unknown = ApiError(500, "An unknown error occurred in the stand-in.", type="api_error")
        response = Response.json(500, unknown.body(request_id))
    response.headers.setdefault("Request-Id", request_id)
    if response.status == 409:
        response.headers["Stripe-Should-Retry"] = "true"
    response.headers["Stripe-Version"] = request.headers.get("stripe-version", API_VERSION)
    response.headers["Cache-Control"] = "no-cache, no-store"
    log.info(
        "stripe_standin.request.answered request_id=%s method=%s path=%s status=%s",
        request_id,
        request.method,
        request.path,
        response.status,
    )
    return response


def _answer(standin: Worker, request: Request, request_id: str) -> Response:
    _authenticate(request)
    _check_version(request)
    found = routes.find(request.method, request.path)
    if found is None:
        raise ApiError(
            404,
            f"Unrecognized request URL ({request.method}: {request.path}). Please see "
            "https://stripe.com/docs, or the README of stripe-standin for what it has.",
        )
    route, ids = found
    key = idempotency.key_of(request)
    with standin.in_flight.holding(key), standin.work(request_id, key) as work:
        before = idempotency.find(work.store, key, request, work.now) if key else None
        if before is not None:
            return _replayed(before, key)
        status, body, remembered = _execute(work, route, ids, request, request_id)
        response = Response.json(status, body)
        if key and remembered:
            mine = Remembered(status, response.body, request_id)
            idempotency.remember(work.store, key, request, mine, work.now)
            response.headers.update({"Idempotency-Key": key, "Original-Request": request_id})
        return response


def _execute(
    work: Work, route: Route, ids: dict[str, str], request: Request, request_id: str
) -> tuple[int, Json, bool]:
    """Calls the endpoint; returns status, body and whether an idempotency key keeps them."""
    try:
        with work.store.transaction():
            try:
                return 200, _call(work, route, ids, request), True
            except ApiError as error:
                if not error.keeps_work:
                    raise
                return error.status, error.body(request_id), True
    except ApiError as error:
        work.emitted.clear()
        return error.status, error.body(request_id), not error.before_work


def _call(work: Work, route: Route, ids: dict[str, str], request: Request) -> Json:
    tree, files = _sent(request)
    sent: dict[str, Any] = params.check(tree, route.fields)
    answered = route.endpoint(Call(work, sent, ids, files))
    return expand(work, answered, sent.get("expand", []))


def _sent(request: Request) -> tuple[forms.Tree, dict[str, bytes]]:
    """The parameters, and the contents of files by theirs."""
    if request.method == "GET" or (request.method == "DELETE" and not request.body):
        return forms.decode(request.query), {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return forms.decode_multipart(request.body, kind)
    if kind.startswith("application/json"):
        raise ApiError(
            400,
            "You sent JSON. This API takes application/x-www-form-urlencoded bodies.",
            before_work=True,
        )
    return {**forms.decode(request.query), **forms.decode(request.body)}, {}


def _replayed(before: Remembered, key: str | None) -> Response:
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key or "",
        "Idempotent-Replayed": "true",
        "Original-Request": before.request_id,
    }
    return Response(before.status, before.body, headers)


def _check_version(request: Request) -> None:
    """Accepts any well-formed API version."""
    version = request.headers.get("stripe-version", API_VERSION)
    if not _VERSION.fullmatch(version):
        raise ApiError(400, f"Invalid Stripe API version: {version[:50]}", before_work=True)


def _authenticate(request: Request) -> None:
    """Accepts any test key, as Bearer token or as the user name of Basic authentication."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = given.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise ApiError(
            401,
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY').",
            before_work=True,
        )
    if not any(key.startswith(one) and len(key) > len(one) for one in _KEY_PREFIXES):
        shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * 8
        raise ApiError(401, f"Invalid API Key provided: {shown}", before_work=True)


MAX_DEPTH = 4

_KIND_OF = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "coupon": "coupon",
    "customer": "customer",
    "default_payment_method": "payment_method",
    "default_price": "price",
    "invoice": "invoice",
    "latest_invoice": "invoice",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "product": "product",
    "price": "price",
    "promotion_code": "promotion_code",
    "source": "charge",
    "subscription": "subscription",
}


# What depends on the moment, or on where the stand-in listens.
_SHOWN: dict[str, Callable[[Work, Json], Json]] = {
    "coupon": coupons.shown,
    "invoice": invoice_states.shown,
    "promotion_code": promotion_codes.shown,
}


def expand(work: Work, answer: Json, paths: list[str]) -> Json:
    """The answer with every path of `paths` expanded; raises for what cannot be."""
    for path in paths:
        segments = path.split(".")
        if len(segments) > MAX_DEPTH:
            raise errors.invalid_parameter(
                "expand", f"You cannot expand more than {MAX_DEPTH} levels of a property ({path})."
            )
        _follow(work, answer, segments, path)
    return answer


def _follow(work: Work, holder: Any, segments: list[str], path: str) -> None:
    if not segments:
        return
    if isinstance(holder, list):
        for one in holder:
            _follow(work, one, segments, path)
        return
    name, rest = segments[0], segments[1:]
    if not isinstance(holder, dict) or not _expand_one(work, holder, name):
        raise errors.invalid_parameter(
            "expand",
            f"This property cannot be expanded ({path}). You may want to try expanding "
            f"'data.{path}' if you're calling an endpoint that returns a list.",
        )
    if holder[name] is not None:
        _follow(work, holder[name], rest, path)


def _expand_one(work: Work, holder: Json, name: str) -> bool:
    """Replaces an id by its object; returns whether the property is expandable."""
    if holder.get("object") == "invoice" and name in ("payments", "confirmation_secret"):
        holder[name] = invoice_states.included(work, holder, name)
        return True
    if name == "line_items" and holder.get("object") == "checkout.session":
        holder[name] = line_items.of_session(work, holder["id"])
        return True
    if name not in holder:
        return False
    value = holder[name]
    if isinstance(value, (dict, list)) or (value is None and name in _KIND_OF):
        return True
    kind = _KIND_OF.get(name)
    if kind is None or not isinstance(value, str):
        return False
    found = work.store.find(kind, value)
    if found and kind in _SHOWN:
        found = _SHOWN[kind](work, found)
    holder[name] = found or value
    return True
