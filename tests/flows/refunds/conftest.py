"""Somebody who has two tickets and may want money for them."""

from __future__ import annotations

import pytest

from tests.flows.refunding import Refunding, paid
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Shop
from ticket_clerk.ticketing.domain.models import Order


@pytest.fixture
def sam(shop: Shop) -> Refunding:
    """A buyer's conversation."""
    return Refunding(shop)


@pytest.fixture
def order(shop: Shop, stripe_wire: StripeWire, sam: Refunding) -> Order:
    """Two tickets of $200, paid and told of."""
    return paid(shop, stripe_wire, sam)
