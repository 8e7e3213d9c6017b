"""One pass over the notifications that are due, in the test's own thread."""

from __future__ import annotations

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.notifications.delivery import claim_due, deliver


def deliver_due(container: Container) -> int:
    """Deliver what is due; returns how many notifications their conversations now have."""
    return sum(deliver(container, message) for message in claim_due(container, limit=50))
