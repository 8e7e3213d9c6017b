"""The client in process: the failures that tests ask of it, and what it writes down."""

from __future__ import annotations

import pytest
import stripe

from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient


def test_request_that_never_arrives_does_nothing(
    client: stripe.StripeClient, wire: InProcessClient, standin: StandIn
) -> None:
    """The client sees a broken connection, the stand-in nothing; the next request is well."""
    wire.fail_before("/customers")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"name": "Ann"})
    assert standin.pending_deliveries() == []
    assert client.v1.customers.create({"name": "Ann"}).name == "Ann"


def test_client_tries_again_by_itself_with_the_same_key(
    standin: StandIn, wire: InProcessClient
) -> None:
    """With `max_network_retries` a lost answer costs nothing: one customer is made."""
    patient = stripe.StripeClient("sk_test_x", http_client=wire, max_network_retries=2)
    wire.time_out_after("/customers", times=2, method="POST")
    customer = patient.v1.customers.create({"name": "Ann"})
    assert [one.id for one in patient.v1.customers.list().data] == [customer.id]
    posts = [one for one in wire.exchanges if one.method == "POST"]
    assert len(posts) == 3
    assert len({one.idempotency_key for one in posts}) == 1


def test_answer_may_be_another_one(client: stripe.StripeClient, wire: InProcessClient) -> None:
    """What Stripe answers on a bad day."""
    wire.answer_instead(429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}})
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.create({"name": "Ann"})
    assert wire.exchanges == []
