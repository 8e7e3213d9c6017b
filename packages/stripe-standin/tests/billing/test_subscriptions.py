"""Subscriptions and invoices through the API."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.subscriber import Club


def test_subscription_charges_the_default_card(club: Club) -> None:
    """It is active at once, and its invoice paid."""
    customer = club.member()
    made = club.subscribe(customer, metadata={"order_id": "ord_1"}, expand=["latest_invoice"])
    assert made.status == "active"
    assert made.metadata.to_dict() == {"order_id": "ord_1"}
    assert (made.latest_invoice.status, made.latest_invoice.amount_paid) == ("paid", 1500)
    assert club.client.v1.charges.list({"customer": customer.id}).data[0].amount == 1500


def test_default_incomplete_waits_for_the_payment(club: Club) -> None:
    """The PaymentIntent of the invoice is confirmed, and the subscription becomes active."""
    made = club.subscribe(
        club.client.v1.customers.create({}),
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    )
    assert made.status == "incomplete"
    intent_id = made.latest_invoice.payments.data[0].payment.payment_intent
    assert made.latest_invoice.confirmation_secret.client_secret.startswith(intent_id)
    club.client.v1.payment_intents.confirm(intent_id, {"payment_method": "pm_card_visa"})
    after = club.subscription(made.id, "latest_invoice")
    assert (after.status, after.latest_invoice.status) == ("active", "paid")
    assert after.default_payment_method.startswith("pm_")
    assert club.told()[-2:] == ["customer.subscription.updated", "charge.updated"]


def test_declined_first_payment_is_incomplete(club: Club) -> None:
    """The failure is told and the invoice can still be paid, with another card."""
    customer = club.member("pm_card_chargeCustomerFail")
    card = club.card_of(customer.id, "pm_card_authenticationRequired")
    made = club.subscribe(customer, default_payment_method=card)
    assert made.status == "incomplete"
    invoice = club.client.v1.invoices.pay(made.latest_invoice, {"payment_method": "pm_card_visa"})
    assert invoice.status == "paid"
    assert club.subscription(made.id).status == "active"


def test_customer_without_a_card_is_refused(club: Club) -> None:
    """Unless the payment may come later."""
    with pytest.raises(stripe.InvalidRequestError, match="default payment method"):
        club.subscribe(club.client.v1.customers.create({}))
    assert club.client.v1.subscriptions.list().data == []


def test_error_if_incomplete_makes_nothing(club: Club) -> None:
    """The card's error, and no subscription."""
    customer = club.member()
    card = club.card_of(customer.id, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError):
        club.subscribe(
            customer, default_payment_method=card, payment_behavior="error_if_incomplete"
        )
    assert club.client.v1.subscriptions.list({"status": "all"}).data == []


def test_cancel_ends_it_at_once(club: Club) -> None:
    """It says so with an event, and there is nothing to cancel a second time."""
    made = club.subscribe(club.member())
    ended = club.client.v1.subscriptions.cancel(made.id)
    assert (ended.status, ended.ended_at is not None) == ("canceled", True)
    assert club.told()[-1] == "customer.subscription.deleted"
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription"):
        club.client.v1.subscriptions.cancel(made.id)
    with pytest.raises(stripe.InvalidRequestError, match="canceled subscription"):
        club.client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})


def test_update_tells_what_changed(club: Club) -> None:
    """Metadata merges; the event has the values from before."""
    made = club.subscribe(club.member(), metadata={"order_id": "ord_1"})
    after = club.client.v1.subscriptions.update(made.id, {"metadata": {"seat": "12"}})
    assert after.metadata.to_dict() == {"order_id": "ord_1", "seat": "12"}
    event = club.standin.pending_deliveries()[-1].event
    assert event["type"] == "customer.subscription.updated"
    assert event["data"]["previous_attributes"] == {"metadata": {"seat": None}}


def test_deleted_customer_ends_his_subscriptions(club: Club) -> None:
    """As at Stripe."""
    customer = club.member()
    made = club.subscribe(customer)
    club.client.v1.customers.delete(customer.id)
    assert club.subscription(made.id).status == "canceled"
    club.pass_days(40)


def test_lists_are_filtered(club: Club) -> None:
    """By customer, status and price; those that are over only when they are asked for."""
    first, second = club.member(), club.member()
    one, other = club.subscribe(first), club.subscribe(second)
    club.client.v1.subscriptions.cancel(one.id)

    def found(**params: Any) -> list[str]:
        return [s.id for s in club.client.v1.subscriptions.list(params).data]  # type: ignore[arg-type]

    assert found() == [other.id]
    assert found(status="all") == [other.id, one.id]
    assert found(status="canceled") == found(status="ended") == [one.id]
    assert found(customer=first.id) == []
    assert found(price=other["items"].data[0].price.id) == [other.id]


def test_invoices_are_listed_and_lead_to_their_payment(club: Club) -> None:
    """By subscription, customer and status; from the payment back to the invoice too."""
    made = club.subscribe(club.member())
    club.subscribe(club.member())
    invoices = club.client.v1.invoices
    found = invoices.list({"subscription": made.id, "status": "paid"}).data
    assert [one.id for one in found] == [made.latest_invoice]
    assert invoices.list({"customer": made.customer}).data[0].id == made.latest_invoice
    assert invoices.line_items.list(made.latest_invoice).data[0].amount == 1500
    tied = club.client.v1.invoice_payments.list({"invoice": made.latest_invoice}).data[0]
    assert club.client.v1.invoice_payments.retrieve(tied.id).status == "paid"
    back = club.client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": str(tied.payment.payment_intent)}}
    )
    assert [one.invoice for one in back.data] == [made.latest_invoice]


def test_paid_invoice_is_not_paid_twice(club: Club) -> None:
    """It is refused and nothing is charged."""
    made = club.subscribe(club.member())
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        club.client.v1.invoices.pay(made.latest_invoice)
    assert len(club.client.v1.charges.list().data) == 1


def test_invoice_with_a_bad_card_stays_open(club: Club) -> None:
    """The card's error, with the charge that failed."""
    made = club.subscribe(club.member(), payment_behavior="default_incomplete")
    with pytest.raises(stripe.CardError) as refused:
        club.client.v1.invoices.pay(
            made.latest_invoice, {"payment_method": "pm_card_visa_chargeDeclined"}
        )
    assert refused.value.code == "card_declined"
    assert club.client.v1.invoices.retrieve(made.latest_invoice).status == "open"
    assert "invoice.payment_failed" in club.told()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"items": [{"price": "price_none"}]}, "items[0][price]"),
    ({"default_payment_method": "pm_card_visa"}, "default_payment_method"),
    ({"trial_period_days": 7}, "trial_period_days"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("change", "param"), REFUSED)
def test_wrong_parameters_are_refused(club: Club, change: dict[str, Any], param: str) -> None:
    """Each names the parameter."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        club.subscribe(club.member(), **change)
    assert refused.value.param == param


def test_one_time_price_is_no_subscription(club: Club) -> None:
    """It has no period."""
    price = club.client.v1.prices.create(
        {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Once"}}
    )
    with pytest.raises(stripe.InvalidRequestError, match="one_time"):
        club.subscribe(club.member(), items=[{"price": price.id}])
