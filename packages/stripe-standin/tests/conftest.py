"""Fixtures: a stand-in in this process, the official client in front of it.

Whatever a test does, every event that came of it is checked against Stripe's document at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from harness.shop import Shop
from harness.subscriber import Club
from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient, make_standin, openapi


@pytest.fixture(scope="session", autouse=True)
def _document() -> None:
    """Read once and before any test, so that none measures the reading of 8 MB."""
    openapi.document()


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    """A stand-in with nothing in it."""
    made = make_standin(tmp_path)
    yield made
    for delivery in made.pending_deliveries():
        openapi.check_event(delivery.event)
    made.close()


@pytest.fixture
def wire(standin: StandIn) -> InProcessClient:
    """The client's way to the stand-in; checks every exchange."""
    return InProcessClient(standin)


@pytest.fixture
def client(wire: InProcessClient) -> stripe.StripeClient:
    """The official client."""
    return stripe.StripeClient("sk_test_standin", http_client=wire)


@pytest.fixture
def shop(client: stripe.StripeClient, standin: StandIn) -> Shop:
    """A merchant who sells two tickets for $200 each."""
    return Shop(client, standin)


@pytest.fixture
def club(client: stripe.StripeClient, standin: StandIn) -> Club:
    """A merchant who sells season tickets for $1,500 a year."""
    return Club(client, standin)
