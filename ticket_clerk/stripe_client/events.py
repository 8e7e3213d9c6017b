"""Events: https://docs.stripe.com/api/events. Stripe keeps them for 30 days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent

from .connection import Connected
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
