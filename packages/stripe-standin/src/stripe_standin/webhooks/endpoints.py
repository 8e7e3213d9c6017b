"""Webhook endpoints and events, as the API has them.

https://docs.stripe.com/api/webhook_endpoints, https://docs.stripe.com/api/events

They are kept and listed as Stripe keeps them. Whatever is registered, deliveries go on to
STRIPE_STANDIN_WEBHOOK_URL, signed with STRIPE_WEBHOOK_SECRET.
"""

from __future__ import annotations

from stripe_standin.api import lists
from stripe_standin.api.errors import invalid_parameter
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    listing,
    needed,
    overlaid,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call, new_id

_EVENTS = listing(text())
CREATE = {
    "api_version": text(),
    "description": text(),
    "enabled_events": needed(_EVENTS),
    "metadata": METADATA,
    "url": needed(text()),
    **EXPAND,
}
UPDATE = {
    "description": text(),
    "disabled": BOOLEAN,
    "enabled_events": _EVENTS,
    "metadata": METADATA,
    "url": text(),
    **EXPAND,
}
LIST_EVENTS = {**PAGING, "delivery_success": BOOLEAN, "type": text(), "types": listing(text())}

_UNDELIVERED = (
    "EXISTS (SELECT 1 FROM deliveries WHERE event_id = objects.id AND delivered_at IS NULL)"
)


def create(call: Call) -> Json:
    """Registers an endpoint; only this answer has its secret."""
    params = call.params
    endpoint: Json = {
        "id": new_id("we", 24),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": call.work.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "status": "enabled",
        "url": params["url"],
    }
    call.work.store.insert(endpoint)
    return {**endpoint, "secret": new_id("whsec", 32)}


def update(call: Call) -> Json:
    """Changes what was sent and leaves the rest; the secret stays, and is not told."""
    before = call.work.load("webhook_endpoint", call.ids["id"])
    endpoint = overlaid(before, call.params, "description", "enabled_events", "url")
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if call.params["disabled"] else "enabled"
    call.work.store.update(endpoint)
    return endpoint


def list_events(call: Call) -> Json:
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
        wanted.append((f"{'NOT ' if params['delivery_success'] else ''}{_UNDELIVERED}", []))
    return lists.page(call, "event", "/v1/events", wanted)


def _glob(wanted: str) -> str:
    """`charge.*` stands for a group of types; no other character is special."""
    return wanted.replace("[", "[[]").replace("?", "[?]")
