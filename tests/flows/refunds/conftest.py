"""Somebody who has two tickets and may want money for them."""

from __future__ import annotations

import pytest

from tests.flows.refunding import Refunding, paid
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order


@pytest.fixture
def sam(container: Container) -> Refunding:
    """A buyer's conversation."""
    return Refunding(container)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire, sam: Refunding) -> Order:
    """Two tickets of $200, paid and told of."""
    return paid(container, stripe_wire, sam)
