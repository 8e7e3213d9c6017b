"""Customers through the official client."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import stripe

from harness.shop import Shop


def test_customer_is_made_changed_and_found(client: stripe.StripeClient, shop: Shop) -> None:
    """What was sent comes back; a change tells what was before."""
    made = client.v1.customers.create(
        {"email": "ann@example.com", "name": "Ann", "metadata": {"sender_id": "7"}}
    )
    changed = client.v1.customers.update(made.id, {"name": "Ann B.", "metadata": {"x": "1"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"sender_id": "7", "x": "1"}
    again: stripe.Customer = client.v1.customers.retrieve(made.id)
    assert (again.name, again.email) == ("Ann B.", "ann@example.com")
    assert shop.told() == ["customer.created", "customer.updated"]
    event = client.v1.events.list({"type": "customer.updated"}).data[0]
    previous: Any = event.data.previous_attributes
    assert previous.to_dict() == {"name": "Ann", "metadata": {"x": None}}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('name~"bright"', ["Ann Bright", "Bea Brightwater"]),
        ('name:"ann bright"', ["Ann Bright"]),
        ('email:"BEA@example.com"', ["Bea Brightwater"]),
        ('name~"a \\"b"', []),
    ],
)
def test_customers_are_searched(client: stripe.StripeClient, query: str, found: list[str]) -> None:
    """By the whole of a field or a part of it, whatever the case; deleted ones are not there."""
    for name in ("Ann Bright", "Bea Brightwater", "Cy Brighton"):
        email = f"{name.split()[0]}@example.com"
        made = client.v1.customers.create({"name": name, "email": email})
    client.v1.customers.delete(made.id)

    result = client.v1.customers.search({"query": query})

    assert sorted(str(customer.name) for customer in result.data) == found


def test_a_query_that_cannot_be_read_is_refused(client: stripe.StripeClient) -> None:
    """As Stripe does, with the parameter's name."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.search({"query": "ann"})
    assert refused.value.param == "query"


@pytest.mark.parametrize("email", ["ann", "@example.com", "ann@", "ann at example.com"])
def test_an_email_that_is_none_is_refused(client: stripe.StripeClient, email: str) -> None:
    """When a customer is made and when they are changed; an empty one takes it away."""
    made = client.v1.customers.create({"email": "ann@example.com"})
    for call in (client.v1.customers.create, partial(client.v1.customers.update, made.id)):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            call({"email": email})
        assert (refused.value.code, refused.value.param) == ("email_invalid", "email")
    assert client.v1.customers.update(made.id, {"email": ""}).email is None


def test_deleted_customer_says_so_and_nothing_else(client: stripe.StripeClient) -> None:
    """It can be retrieved as deleted, and not changed, used or listed."""
    made = client.v1.customers.create({"email": "ann@example.com"})
    assert client.v1.customers.delete(made.id).deleted is True
    assert client.v1.customers.retrieve(made.id).deleted is True
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.update(made.id, {"name": "x"})
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_customers_are_found_by_email(client: stripe.StripeClient) -> None:
    """The filter takes the whole address."""
    ann = client.v1.customers.create({"email": "ann@example.com"})
    client.v1.customers.create({"email": "ben@example.com"})
    found = client.v1.customers.list({"email": "ann@example.com"})
    assert [one.id for one in found.data] == [ann.id]


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({str(n): "x" for n in range(51)}, "50 metadata keys"),
        ({"k" * 41: "x"}, "40 characters"),
        ({"k": "x" * 501}, "500 characters"),
    ],
)
def test_metadata_have_limits(
    client: stripe.StripeClient, metadata: dict[str, str], words: str
) -> None:
    """50 keys of 40 characters, values of 500."""
    with pytest.raises(stripe.InvalidRequestError, match=words):
        client.v1.customers.create({"metadata": metadata})
