"""Products, prices and the cards of customers through the official client."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
import stripe

from harness.subscriber import Club
from stripe_standin.billing import subscription_states as periods


def test_product_is_changed_and_listed(client: stripe.StripeClient) -> None:
    """What was sent changes, the rest stays; lists take `active` and `ids`."""
    made = client.v1.products.create({"name": "Season ticket", "metadata": {"season": "2026"}})
    other = client.v1.products.create({"name": "Day ticket"})
    after = client.v1.products.update(made.id, {"active": False, "description": "All shows"})
    assert (after.name, after.active, after.description) == ("Season ticket", False, "All shows")
    assert [one.id for one in client.v1.products.list({"active": True}).data] == [other.id]
    assert [one.id for one in client.v1.products.list({"ids": [made.id]}).data] == [made.id]


def test_recurring_price_says_how_often(club: Club, client: stripe.StripeClient) -> None:
    """Interval and count are kept, and lists find it by them."""
    price = client.v1.prices.retrieve(club.price(interval_count=3))
    assert price.type == "recurring"
    assert price.recurring is not None
    assert (price.recurring.interval, price.recurring.interval_count) == ("month", 3)
    yearly = club.price(interval="year")
    found = client.v1.prices.list({"recurring": {"interval": "year"}}).data
    assert [one.id for one in found] == [yearly]
    assert len(client.v1.prices.list({"type": "recurring"}).data) == 2
    with pytest.raises(stripe.InvalidRequestError, match="three years"):
        club.price(interval="year", interval_count=4)


def test_lookup_key_names_one_price(club: Club, client: stripe.StripeClient) -> None:
    """A second price gets it only by taking it over."""
    first, second = club.price(), club.price()
    client.v1.prices.update(first, {"lookup_key": "season"})
    assert client.v1.prices.list({"lookup_keys": ["season"]}).data[0].id == first
    with pytest.raises(stripe.InvalidRequestError, match="lookup key"):
        client.v1.prices.update(second, {"lookup_key": "season"})
    client.v1.prices.update(second, {"lookup_key": "season", "transfer_lookup_key": True})
    assert [one.id for one in client.v1.prices.list({"lookup_keys": ["season"]}).data] == [second]


def test_cards_are_attached_and_detached(club: Club, client: stripe.StripeClient) -> None:
    """A customer's cards are listed; a card is one customer's at a time."""
    customer, other = club.member(), client.v1.customers.create({})
    default = customer.invoice_settings.default_payment_method
    card = club.card_of(customer.id, "pm_card_mastercard")
    found = client.v1.payment_methods.list({"customer": customer.id}).data
    assert [one.id for one in found] == [card, default]
    assert len(client.v1.customers.payment_methods.list(customer.id).data) == 2
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        client.v1.payment_methods.attach(card, {"customer": other.id})
    client.v1.payment_methods.detach(card)
    assert len(client.v1.payment_methods.list({"customer": customer.id}).data) == 1
    with pytest.raises(stripe.CardError):
        club.card_of(customer.id, "pm_card_visa_chargeDeclined")


def test_default_card_must_be_the_customers(club: Club, client: stripe.StripeClient) -> None:
    """Somebody else's is refused."""
    other = club.member().invoice_settings.default_payment_method
    customer = client.v1.customers.create({})
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        client.v1.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": other}}
        )


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "2024-02-29"), (2, "2024-03-31"), (13, "2025-02-28")]
)
def test_months_end_on_the_day_they_have(number: int, expected: str) -> None:
    """Begun on 31 January 2024, a month ends on the 31st or on the month's last day."""
    anchor = int(datetime(2024, 1, 31, 12, tzinfo=timezone.utc).timestamp())
    monthly = {"interval": "month", "interval_count": 1}
    moment = periods.start_of(anchor, monthly, number)
    assert datetime.fromtimestamp(moment, timezone.utc).date().isoformat() == expected
