"""Disputes: https://docs.stripe.com/api/disputes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ticket_clerk.ticketing.domain.stripe_objects import Dispute

from .connection import Connected
from .error_translation import translated


class DisputeCalls(Connected):
    """Looking at payments that banks take back."""

    def list_disputes(self, created_since: datetime) -> Iterator[Dispute]:
        """List disputes, newest first, page by page as they are read."""
        since = {"gte": int(created_since.timestamp())}
        with translated():
            page = self._client.v1.disputes.list({"created": since, "limit": 100})  # type: ignore[arg-type]
            for dispute in page.auto_paging_iter():
                yield Dispute.from_json(dispute.to_dict())
