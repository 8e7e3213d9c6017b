"""Fixtures of refunds: a buyer with two paid tickets."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import paid
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """A paid order of two $200 tickets, confirmed to the buyer."""
    return paid(container, stripe_wire, sam)
