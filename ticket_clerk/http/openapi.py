"""The OpenAPI document of the payments API, made by apispec of the schemas that check its bodies.

https://spec.openapis.org/oas/v3.0.3
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields, validate

from ticket_clerk.ticketing.domain.models import OrderStatus

from . import handoff_api
from . import schemas as wire
from .authorized import LONGEST_KEY
from .request_bodies import BODY_LIMIT

with warnings.catch_warnings():
    # apispec 5.2, which Rasa's pins hold us to, compares versions in a way that is going away.
    warnings.simplefilter("ignore", DeprecationWarning)
    from apispec import APISpec
    from apispec.ext.marshmallow import MarshmallowPlugin

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request give the same answer and do nothing twice.",
    "schema": {"type": "string", "pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
}
_SUM = {
    "oneOf": [
        {"type": "number", "minimum": 0.01, "maximum": 9_999_999_999.99, "multipleOf": 0.01},
        {"type": "string", "pattern": r"^([1-9][0-9]{0,9}(\.[0-9]{1,2})?|0\.[0-9]?[1-9])$"},
    ],
    "description": "Major units, with no more decimals than the currency has.",
}
_TEXTS = {
    "type": "object",
    "additionalProperties": {"type": "string", "maxLength": 500},
    "maxProperties": wire.MOST_METADATA,
}
_PROBLEMS = {
    400: "Malformed or invalid; the message names the field.",
    401: "The token is missing or wrong.",
    402: "The bank declined; the code is its reason.",
    404: "There is no such thing.",
    409: "Not in this state, or the Idempotency-Key belongs to another request.",
    413: f"The body is larger than {BODY_LIMIT // 1024} KiB.",
    429: "Too many requests without the right token from this address.",
    502: "Stripe refused, or does not answer.",
    503: "The database is locked or away; ask again.",
}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Give the document as plain JSON; made once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return _make_document()


def _make_document() -> dict[str, Any]:
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="The ticket clerk's payments",
        version="1",
        openapi_version="3.0.3",
        plugins=[plugin],
        info={"description": "Amounts are in major units. Errors all have one shape."},
    )
    _teach(plugin)
    scheme = {"type": "http", "scheme": "bearer", "description": "PAYMENTS_API_TOKEN"}
    spec.components.security_scheme("token", scheme)
    for operation in OPERATIONS:
        described = {operation.method: _operation(operation)}
        spec.path(f"/payments{operation.path}", operations=described)
    made: dict[str, Any] = spec.to_dict()
    return made


def _teach(plugin: MarshmallowPlugin) -> None:
    """Tell apispec what our own kinds of fields look like."""

    def describe(_self: object, field: object, **_options: object) -> dict[str, Any]:
        if isinstance(field, wire.MajorUnits):
            return _SUM
        return _TEXTS if isinstance(field, wire.Metadata) else {}

    plugin.converter.add_attribute_function(describe)  # type: ignore[union-attr]


def _operation(operation: Operation) -> dict[str, Any]:
    failure = {"application/json": {"schema": wire.Failure}}
    answers: dict[str, Any] = {
        str(status): {"description": _PROBLEMS[status], "content": failure}
        for status in (*operation.problems, 429)
    }
    answers["429"]["headers"] = _RETRY_AFTER
    content = {operation.media_type: {"schema": _shape(operation)}}
    answers["200"] = {"description": "Done.", "content": content, **_links(operation)}
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _name(operation),
        "parameters": [*_path_parameters(operation.path), *operation.query],
        "responses": dict(sorted(answers.items())),
        "security": [] if operation.is_public else [{"token": []}],
    }
    if operation.details:
        described["description"] = operation.details
    if operation.method == "post" and not operation.is_public:
        described["parameters"].append(_KEY)
    if operation.body is not None:
        content = {"application/json": {"schema": operation.body}}
        described["requestBody"] = {"required": operation.is_body_needed, "content": content}
    return described


def _shape(operation: Operation) -> Any:
    if operation.answer is None:
        return {"type": "string"}
    return Schema.from_dict(dict(operation.answer), name=f"{_name(operation)}_answer")


def _links(operation: Operation) -> dict[str, Any]:
    """Say in which addresses the id of this answer is of use."""
    pointer = f"$response.body#/{operation.thing}/id"
    links = {
        target: {"operationId": target, "parameters": {name: pointer}}
        for target, name in operation.leads_to
    }
    return {"links": links} if links else {}


def _name(operation: Operation) -> str:
    words = operation.path.replace("{", "").replace("}", "").strip("/").replace("/", "_")
    return f"{operation.method}_{words.replace('.', '_')}"


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": _SHOW_ID if "show" in name else ID}
        for name in names
    ]


ID = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,255}$"}
_SHOW_ID = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_MOMENT = {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    summary: str
    # None for an answer that is no JSON.
    answer: Mapping[str, fields.Field] | None
    body: type[Schema] | None = None
    is_body_needed: bool = True
    query: tuple[dict[str, Any], ...] = ()
    problems: tuple[int, ...] = (400, 401, 404, 409, 413, 502, 503)
    is_public: bool = False
    details: str = ""
    # Where the answer's id is of use: operation and the name of its path parameter.
    leads_to: tuple[tuple[str, str], ...] = ()
    thing: str = ""
    media_type: str = "application/json"


def _query(name: str, schema: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": dict(schema)}


def _yes(**parts: fields.Field) -> dict[str, fields.Field]:
    done = fields.Boolean(required=True, validate=validate.OneOf([True]))
    return {"success": done, **parts}


def _one(schema: type[Schema]) -> fields.Field:
    return fields.Nested(schema, required=True)


def _many(schema: type[Schema]) -> fields.Field:
    return fields.List(fields.Nested(schema), required=True)


_READING = (401, 404, 502, 503)
_EMAIL = {"type": "string", "pattern": "^[a-z0-9.]{1,60}@[a-z0-9]{1,60}[.][a-z]{2,10}$"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 250, "pattern": "^[ -~]+$"}
_STATUS = {"type": "string", "enum": [status.value for status in OrderStatus]}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}

OPERATIONS = (
    Operation(
        "post",
        "/intent/create",
        "Begin to collect a payment",
        _yes(payment_intent=_one(wire.Intent)),
        wire.IntentBody,
        thing="payment_intent",
        leads_to=(
            ("get_intent_intent_id_status", "intent_id"),
            ("post_intent_intent_id_cancel", "intent_id"),
        ),
        problems=(400, 401, 402, 404, 409, 413, 502, 503),
    ),
    Operation(
        "get",
        "/intent/{intent_id}/status",
        "Where a payment stands",
        _yes(payment_intent=_one(wire.Intent)),
        problems=_READING,
        details="With requires_action the answer has the client_secret.",
    ),
    Operation(
        "post",
        "/intent/{intent_id}/cancel",
        "Give a payment up",
        _yes(payment_intent=_one(wire.Intent)),
        details="Of a hosted page the page is closed.",
    ),
    Operation(
        "post",
        "/checkout/create",
        "Make a hosted payment page",
        _yes(checkout_session=_one(wire.CheckoutSession)),
        wire.CheckoutBody,
    ),
    Operation(
        "post",
        "/refund",
        "Give a payment back, whole or in part",
        _yes(refund=_one(wire.Refund)),
        wire.RefundBody,
        details="Of an order's payment, tickets go back too: quantity of them, or those "
        "whose price amount is exactly.",
    ),
    Operation(
        "post",
        "/customer/create",
        "The customer of an e-mail address",
        _yes(customer=_one(wire.Customer)),
        query=(_query("email", _EMAIL, required=True), _query("name", _NAME)),
        thing="customer",
        leads_to=(("get_customer_customer_id", "customer_id"),),
        details="Made at the first time and found again later.",
    ),
    Operation(
        "get",
        "/customer/{customer_id}",
        "A customer",
        _yes(customer=_one(wire.Customer)),
        problems=_READING,
    ),
    Operation(
        "post",
        "/subscription/create",
        "Begin a subscription",
        _yes(subscription=_one(wire.Subscription)),
        wire.SubscriptionBody,
        problems=(400, 401, 402, 404, 409, 413, 502, 503),
    ),
    Operation(
        "get",
        "/subscription/{subscription_id}",
        "A subscription",
        _yes(subscription=_one(wire.Subscription)),
        problems=_READING,
    ),
    Operation(
        "post",
        "/subscription/{subscription_id}/cancel",
        "End a subscription",
        _yes(subscription=_one(wire.Subscription)),
        wire.CancellationBody,
        is_body_needed=False,
    ),
    Operation(
        "get",
        "/orders/{order_id}",
        "An order",
        _yes(order=_one(wire.OrderWithTickets)),
        problems=(401, 404, 503),
    ),
    Operation(
        "get",
        "/orders",
        "Orders, newest first",
        _yes(
            orders=_many(wire.Order),
            next_cursor=fields.String(required=True, allow_none=True),
        ),
        query=(_query("status", _STATUS), _query("cursor", ID), _query("limit", _LIMIT)),
        problems=(400, 401, 404, 503),
    ),
    Operation(
        "post",
        "/orders",
        "Sell tickets that are paid elsewhere, or free",
        _yes(order=_one(wire.OrderWithTickets)),
        wire.BoxOfficeBody,
        problems=(400, 401, 404, 409, 413, 503),
        details="Sold at once, at the catalog's price or for nothing; no money is moved.",
    ),
    Operation(
        "post",
        "/orders/{order_id}/take-back",
        "End the tickets of an order that the shop sold itself",
        _yes(order=_one(wire.OrderWithTickets)),
        problems=(400, 401, 404, 409, 413, 503),
        details="Its seats are for sale again; money goes back where it was paid.",
    ),
    Operation(
        "post",
        "/tickets/check",
        "What a ticket's code is worth at the door",
        _yes(ticket=_one(wire.CheckedTicket), redeemed=fields.Boolean(required=True)),
        wire.CheckBody,
        problems=(400, 401, 409, 413, 503),
        details="With redeem a valid ticket is used: only the first time redeemed is true.",
    ),
    Operation(
        "post",
        "/tickets/{ticket_id}/replace",
        "Issue another ticket for a valid one, whose code ends",
        _yes(ticket=_one(wire.Ticket)),
        problems=(400, 401, 404, 409, 413, 503),
    ),
    Operation(
        "post",
        "/tickets/{ticket_id}/holder",
        "Put a name on a valid ticket, or take it off",
        _yes(ticket=_one(wire.Ticket)),
        wire.HolderBody,
        problems=(400, 401, 404, 409, 413, 503),
        details="Letters of any script, up to 60. The code stays: replace ends it.",
    ),
    Operation(
        "get",
        "/tickets/keys",
        "The public keys of tickets' codes",
        {"keys": _many(wire.PublicKey)},
        problems=(),
        is_public=True,
    ),
    Operation(
        "get",
        "/handoffs",
        "Conversations that people lead",
        _yes(handoffs=_many(handoff_api.Handoff)),
        query=(_query("state", {"type": "string", "enum": list(handoff_api.STATES)}),),
        problems=(400, 401, 503),
        details="Those that are open, oldest first, unless told otherwise.",
    ),
    Operation(
        "get",
        "/handoffs/{handoff_id}",
        "One of them, with transcript and orders",
        _yes(handoff=_one(handoff_api.HandoffCase)),
        problems=(401, 404, 502, 503),
    ),
    Operation(
        "post",
        "/handoffs/{handoff_id}/messages",
        "Say something in the conversation, in your own name",
        _yes(message=_one(handoff_api.Message)),
        handoff_api.MessageBody,
        problems=(400, 401, 404, 409, 413, 503),
    ),
    Operation(
        "post",
        "/handoffs/{handoff_id}/close",
        "Give the conversation back to the clerk",
        _yes(handoff=_one(handoff_api.Handoff)),
        problems=(400, 401, 404, 409, 413, 503),
    ),
    Operation(
        "get",
        "/stats",
        "What was earned, by currency",
        _yes(
            stats=fields.Dict(
                keys=fields.String(), values=fields.Nested(wire.Figures), required=True
            )
        ),
        query=(_query("since", _MOMENT), _query("until", _MOMENT)),
        problems=(400, 401, 503),
    ),
    Operation(
        "get",
        "/questions",
        "What buyers asked that no fact of the catalog answers",
        _yes(questions=_many(wire.Question)),
        problems=(401, 503),
        details="The most frequent first, by topic and place; nothing of who asked is kept.",
    ),
    Operation(
        "get",
        "/metrics",
        "Counts, durations and states for Prometheus",
        None,
        problems=(401,),
        media_type="text/plain",
        details="The text format, version 0.0.4. Without the database the states are left out.",
    ),
    Operation(
        "post",
        "/shows/{show_id}/call-off",
        "Call a show off: its sale ends, all buyers are told and refunded",
        _yes(change=_one(wire.ShowChange)),
        problems=(400, 401, 404, 409, 413, 503),
        details="Done by the worker, without a fee; a repetition takes up what failed.",
    ),
    Operation(
        "post",
        "/shows/{show_id}/move",
        "Move a show: its buyers are told, and may have their money back until a day",
        _yes(change=_one(wire.ShowChange)),
        wire.MoveBody,
        problems=(400, 401, 404, 409, 413, 503),
        details="What is left out stays. Until refund_until tickets go back without a fee.",
    ),
    Operation(
        "get",
        "/shows/{show_id}/change",
        "How far what follows from a show's change is done",
        _yes(change=fields.Nested(wire.ShowChange, required=True, allow_none=True)),
        problems=(401, 404, 503),
        details="Null for a show that was neither called off nor moved.",
    ),
    Operation(
        "get",
        "/shows",
        "What is for sale",
        {"shows": _many(wire.Show), "season_tickets": _many(wire.SeasonTicket)},
        problems=(503,),
        is_public=True,
    ),
)
