"""`stripe trigger`: the requests of Stripe's command line bring the events that it promises."""

from __future__ import annotations

import pytest

from harness.shop import Shop
from harness.stripe_cli import TRIGGERS, replay
from stripe_standin import StandIn

# These come along with another event's trigger.
ALONG = {"refund.created": "charge.refunded", "refund.updated": "charge.refund.updated"}


@pytest.mark.parametrize("event", [*TRIGGERS, *ALONG])
def test_trigger_brings_its_event(standin: StandIn, shop: Shop, event: str) -> None:
    """All steps are answered as the command line expects, and the event is told."""
    replay(standin, TRIGGERS[ALONG.get(event, event)])
    standin.clock.offset_s += 5
    standin.expire_overdue()
    assert event in shop.told()


def test_page_that_the_command_line_pays_is_complete(standin: StandIn, shop: Shop) -> None:
    """Paid, with the buyer whom the PaymentMethod names."""
    answers = replay(standin, TRIGGERS["checkout.session.completed"])
    assert answers["payment_page"]["state"] == "active"
    assert answers["payment_page_confirm"]["state"] == "succeeded"
    session = shop.client.v1.checkout.sessions.retrieve(answers["checkout_session"]["id"])
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert session.customer_details
    assert session.customer_details.email == "stripe@example.com"
    assert session.customer_details.name == "Jenny Rosen"
