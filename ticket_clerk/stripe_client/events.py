"""Events, which Stripe keeps for 30 days, and the signature of their webhooks.

https://docs.stripe.com/api/events, https://docs.stripe.com/webhooks/signature
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

# By name: the library imports what is asked for as an attribute anew each time.
from stripe import SignatureVerificationError, WebhookSignature

from ticket_clerk.ticketing.domain.errors import InvalidSignature
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEndpoint, WebhookEvent

from .connection import Connected, keyed
from .error_translation import translated


class EventCalls(Connected):
    """Reading events that no webhook brought."""

    def get_event(self, webhook_event_id: str) -> WebhookEvent:
        """Read an event as it was when it happened; raises StripeNotFound after 30 days."""
        with translated():
            event = self._client.v1.events.retrieve(webhook_event_id)
        return WebhookEvent.from_json(event.to_dict())

    def list_events(
        self, types: Sequence[str], created_since: datetime, created_until: datetime
    ) -> Iterator[WebhookEvent]:
        """List events of at most 20 types, newest first, page by page as they are read."""
        params: Any = {
            "types": list(types),
            "created": {
                "gte": int(created_since.timestamp()),
                "lte": int(created_until.timestamp()),
            },
            "limit": 100,
        }
        with translated():
            for event in self._client.v1.events.list(params).auto_paging_iter():
                yield WebhookEvent.from_json(event.to_dict())

    def list_webhook_endpoints(self) -> list[WebhookEndpoint]:
        """List where Stripe delivers events, and which; their secrets are not told again."""
        with translated():
            listed = self._client.v1.webhook_endpoints.list({"limit": 100}).data
        return [_endpoint(each) for each in listed]

    def create_webhook_endpoint(
        self, url: str, events: Iterable[str], *, idempotency_key: str
    ) -> tuple[WebhookEndpoint, str]:
        """Have Stripe deliver these events to an address; returns the endpoint and its secret.

        Only this answer has the secret; with the same key it is had again for a day, and the key
        is written into the endpoint for that. Raises StripeRejected, StripeUnavailable.
        """
        params: Any = {
            "url": url,
            "enabled_events": sorted(events),
            "description": "Ticket Clerk",
            "metadata": {_KEY: idempotency_key},
        }
        with translated():
            made = self._client.v1.webhook_endpoints.create(params, keyed(idempotency_key))
        return _endpoint(made), str(made.secret)

    def update_webhook_endpoint(self, endpoint_id: str, events: Iterable[str]) -> WebhookEndpoint:
        """Switch an endpoint on, for exactly these events; its secret stays. Safe to repeat.

        Raises StripeRejected, StripeUnavailable.
        """
        params: Any = {"enabled_events": sorted(events), "disabled": False}
        with translated():
            return _endpoint(self._client.v1.webhook_endpoints.update(endpoint_id, params))


# Of an endpoint's metadata.
_KEY = "ticket_clerk_key"


def _endpoint(made: Any) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=made.id,
        url=made.url,
        events=frozenset(made.enabled_events),
        is_enabled=made.status == "enabled",
        created_at=datetime.fromtimestamp(made.created, timezone.utc),
        key=(made.to_dict().get("metadata") or {}).get(_KEY),
    )


SIGNATURE_TOLERANCE_S = 300


def verified(payload: bytes, signature: str, secrets: Sequence[str], *, now: float) -> str:
    """Check a webhook's signature over its raw bytes with any of the secrets; returns its text.

    Raises InvalidSignature.
    """
    try:
        body = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidSignature("The body is not UTF-8.") from None
    stamp = re.search(r"(?:^|,)t=(\d{1,12})(?:,|$)", signature)
    if stamp is None or abs(now - int(stamp[1])) > SIGNATURE_TOLERANCE_S:
        raise InvalidSignature("The timestamp is missing or too far away.")
    for secret in secrets:
        try:
            # Age was checked above, in both directions.
            WebhookSignature.verify_header(body, signature, secret, tolerance=None)
        except SignatureVerificationError:
            continue
        return body
    # Raised outside of the except: the library's error carries the body.
    raise InvalidSignature("The signature does not fit.")
