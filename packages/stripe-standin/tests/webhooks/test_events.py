"""Events and lists through the official client."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin import StandIn


def test_event_has_the_whole_envelope(shop: Shop, client: stripe.StripeClient) -> None:
    """Who asked, which version, what is still to be delivered."""
    client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "key-1"})
    event = client.v1.events.list().data[0]
    assert event.id.startswith("evt_")
    assert event.api_version == "2026-05-27.dahlia"
    assert (event.livemode, event.pending_webhooks) == (False, 1)
    assert event.request is not None
    assert event.request.idempotency_key == "key-1"
    assert client.v1.events.retrieve(event.id).type == "customer.created"


def test_events_are_filtered_by_type(shop: Shop, client: stripe.StripeClient) -> None:
    """One type, several, or a group."""
    shop.sold()

    def types(**params: Any) -> list[str]:
        return [one.type for one in client.v1.events.list(params).data]  # type: ignore[arg-type]

    assert types(type="charge.succeeded") == ["charge.succeeded"]
    assert types(types=["charge.succeeded", "payment_intent.created"]) == [
        "charge.succeeded",
        "payment_intent.created",
    ]
    assert types(type="payment_intent.*") == ["payment_intent.succeeded", "payment_intent.created"]
    with pytest.raises(stripe.InvalidRequestError):
        types(type="charge.succeeded", types=["charge.failed"])


def test_undelivered_events_are_found(
    shop: Shop, standin: StandIn, client: stripe.StripeClient
) -> None:
    """`delivery_success` tells those that a webhook took from those that none took."""
    shop.sold()
    first = standin.pending_deliveries()[0]
    standin.record_delivery(first.event_id, 200)
    second = standin.pending_deliveries()[0]
    standin.record_delivery(second.event_id, 500)
    taken = client.v1.events.list({"delivery_success": True}).data
    waiting = client.v1.events.list({"delivery_success": False}).data
    assert [one.id for one in taken] == [first.event_id]
    assert taken[0].pending_webhooks == 0
    assert second.event_id in [one.id for one in waiting]
    assert len(waiting) == 4


def test_events_are_filtered_by_time(
    shop: Shop, standin: StandIn, client: stripe.StripeClient
) -> None:
    """`created` takes a moment or a range."""
    client.v1.customers.create({"name": "early"})
    standin.clock.offset_s = 3600
    late = client.v1.customers.create({"name": "late"})
    found = client.v1.customers.list({"created": {"gte": late.created}})
    assert [one.id for one in found.data] == [late.id]
    assert [one.id for one in client.v1.customers.list({"created": late.created}).data] == [late.id]
    before = client.v1.customers.list({"created": {"lt": late.created}})
    assert [one.name for one in before.data] == ["early"]


def test_lists_are_walked_by_cursor(client: stripe.StripeClient) -> None:
    """Forwards, backwards, and by the client's own iterator."""
    made = [client.v1.customers.create({"name": str(n)}).id for n in range(5)][::-1]
    customers = client.v1.customers
    first = customers.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (made[:2], True)
    rest = customers.list({"limit": 3, "starting_after": made[1]})
    assert ([one.id for one in rest.data], rest.has_more) == (made[2:], False)
    back = customers.list({"limit": 2, "ending_before": made[4]})
    assert ([one.id for one in back.data], back.has_more) == (made[2:4], True)
    walked = [one.id for one in customers.list({"limit": 2}).auto_paging_iter()]
    assert walked == made


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"starting_after": "x"}, "starting_after"),
        ({"starting_after": "x", "ending_before": "y"}, "ending_before"),
    ],
)
def test_wrong_pages_are_refused(
    client: stripe.StripeClient, params: dict[str, Any], param: str
) -> None:
    """A page has 1 to 100 objects and starts at one that exists."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.list(params)  # type: ignore[arg-type]
    assert refused.value.param == param


def test_an_endpoint_tells_its_secret_once_and_can_be_changed(client: stripe.StripeClient) -> None:
    """A repetition under the same key is the same answer; a change keeps what was not sent."""
    params: Any = {
        "url": "https://shop.example/hook",
        "enabled_events": ["charge.succeeded"],
        "metadata": {"made_by": "us", "why": "a test"},
    }
    made = client.v1.webhook_endpoints.create(params, {"idempotency_key": "endpoint-1"})
    again = client.v1.webhook_endpoints.create(params, {"idempotency_key": "endpoint-1"})
    assert (again.id, again.secret) == (made.id, made.secret)
    assert made.secret is not None
    assert "secret" not in client.v1.webhook_endpoints.retrieve(made.id).to_dict()

    changes: Any = {"enabled_events": ["*"], "disabled": True, "metadata": {"why": ""}}
    client.v1.webhook_endpoints.update(made.id, changes)
    changed = client.v1.webhook_endpoints.retrieve(made.id)
    assert (changed.url, changed.enabled_events) == (made.url, ["*"])
    assert (changed.status, changed.to_dict()["metadata"]) == ("disabled", {"made_by": "us"})
    on: Any = {"disabled": False}
    assert client.v1.webhook_endpoints.update(made.id, on).status == "enabled"
