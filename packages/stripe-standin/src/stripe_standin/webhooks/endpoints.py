"""Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints).

They are kept and listed as Stripe keeps them. Whatever is registered, deliveries go on to
STRIPE_STANDIN_WEBHOOK_URL, signed with STRIPE_WEBHOOK_SECRET.
"""

from __future__ import annotations

from stripe_standin.api import lists
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    listing,
    merged,
    needed,
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
RETRIEVE = EXPAND
LIST = PAGING


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


def retrieve(call: Call) -> Json:
    """The endpoint, without its secret."""
    return call.work.load("webhook_endpoint", call.ids["id"])


def update(call: Call) -> Json:
    """Changes what was sent and leaves the rest; the secret stays, and is not told."""
    endpoint, params = dict(retrieve(call)), call.params
    for name in ("description", "enabled_events", "url"):
        if name in params:
            endpoint[name] = params[name]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    if "metadata" in params:
        endpoint["metadata"] = merged(endpoint["metadata"], params["metadata"])
    call.work.store.update(endpoint)
    return endpoint


def list_all(call: Call) -> Json:
    """Endpoints, newest first."""
    return lists.page(call, "webhook_endpoint", "/v1/webhook_endpoints")
