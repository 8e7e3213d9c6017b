"""Event endpoints (https://docs.stripe.com/api/events)."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import lists
from stripe_standin.api.errors import invalid_parameter
from stripe_standin.api.params import BOOLEAN, EXPAND, PAGING, listing, text
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call

RETRIEVE = EXPAND
LIST = {**PAGING, "delivery_success": BOOLEAN, "type": text(), "types": listing(text())}

_UNDELIVERED = (
    "EXISTS (SELECT 1 FROM deliveries WHERE event_id = objects.id AND delivered_at IS NULL)"
)


def retrieve(call: Call) -> Json:
    """The event."""
    return call.work.load("event", call.ids["id"])


def list_all(call: Call) -> Json:
    """Events, newest first; `delivery_success=false` finds those that no webhook acknowledged."""
    params = call.params
    if params.get("type") and params.get("types"):
        raise invalid_parameter(
            "types", "You may only specify one of these parameters: type, types."
        )
    wanted: list[lists.Condition] = []
    types = [params["type"]] if params.get("type") else params.get("types", [])
    if types:
        either = " OR ".join("json_extract(body, '$.type') GLOB ?" for _ in types)
        wanted.append((either, [_glob(one) for one in types]))
    if "delivery_success" in params:
        wanted.append((f"{'NOT ' if params['delivery_success'] else ''}{_UNDELIVERED}", _NONE))
    return lists.page(call, "event", "/v1/events", wanted)


_NONE: list[Any] = []


def _glob(wanted: str) -> str:
    """`charge.*` stands for a group of types; no other character is special."""
    return wanted.replace("[", "[[]").replace("?", "[?]")
