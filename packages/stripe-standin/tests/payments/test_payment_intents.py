"""PaymentIntents through the official client."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin import StandIn


def _intent(client: stripe.StripeClient, **more: Any) -> Any:
    return client.v1.payment_intents.create({"amount": 1000, "currency": "usd", **more})


def test_intent_waits_for_a_payment_method_when_made(
    client: stripe.StripeClient, shop: Shop
) -> None:
    """A new PaymentIntent has a client secret and takes no money."""
    intent = _intent(client, description="Two tickets", metadata={"order_id": "ord_1"})
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert shop.told() == ["payment_intent.created"]


def test_confirming_with_a_good_card_succeeds(client: stripe.StripeClient, shop: Shop) -> None:
    """`pm_card_visa` pays, and the balance has the money less the fee."""
    intent = _intent(client)
    paid: Any = client.v1.payment_intents.confirm(
        intent.id,
        {
            "payment_method": "pm_card_visa",
            "return_url": "http://127.0.0.1:1/back",
            "expand": ["latest_charge.balance_transaction", "payment_method"],
        },
    )
    assert (paid.status, paid.amount_received) == ("succeeded", 1000)
    assert paid.payment_method.card.last4 == "4242"
    charge = client.v1.charges.retrieve(paid.latest_charge.id, {"expand": ["balance_transaction"]})
    booked: Any = charge.balance_transaction
    assert (booked.amount, booked.fee, booked.net) == (1000, 59, 941)


def test_decline_is_a_card_error_with_the_intent(client: stripe.StripeClient, shop: Shop) -> None:
    """402 with code, decline_code, charge and the PaymentIntent; the failure is kept."""
    with pytest.raises(stripe.CardError) as declined:
        _intent(client, confirm=True, payment_method="pm_card_visa_chargeDeclined")
    error: Any = declined.value.error
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")
    assert error.decline_code == "generic_decline"
    assert error.payment_intent.status == "requires_payment_method"
    assert client.v1.charges.retrieve(error.charge).status == "failed"
    assert shop.told()[-1] == "payment_intent.payment_failed"


def test_3d_secure_of_an_intent_is_answered_on_the_banks_page(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    """`next_action` leads to a page; its button finishes the payment and leads back."""
    intent = _intent(
        client,
        confirm=True,
        payment_method="pm_card_authenticationRequired",
        return_url="http://127.0.0.1:1/back?n=1",
    )
    assert intent.status == "requires_action"
    page = intent.next_action.redirect_to_url.url.removeprefix(standin.base_url)
    assert b'name="authenticate"' in standin.handle("GET", page, {}, b"")[2]
    status, headers, _ = standin.handle("POST", page, {}, b"authenticate=authenticate")
    assert (status, "redirect_status=succeeded" in headers["Location"]) == (303, True)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_canceling_ends_an_intent(client: stripe.StripeClient, shop: Shop) -> None:
    """A canceled PaymentIntent cannot be confirmed or canceled again."""
    intent = _intent(client)
    canceled = client.v1.payment_intents.cancel(
        intent.id, {"cancellation_reason": "requested_by_customer"}
    )
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "requested_by_customer")
    assert shop.told()[-1] == "payment_intent.canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_intent_of_a_session_is_not_canceled_directly(shop: Shop, standin: StandIn) -> None:
    """The session has to be expired instead."""
    session = shop.session()
    standin.pay(session.id, "4000000000000002")
    intent_id = shop.again(session).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session"):
        shop.client.v1.payment_intents.cancel(intent_id)
    with pytest.raises(stripe.InvalidRequestError, match="Checkout Session"):
        shop.client.v1.payment_intents.confirm(intent_id, {"payment_method": "pm_card_visa"})


def test_update_changes_what_was_sent(client: stripe.StripeClient) -> None:
    """Metadata are merged, an empty value removes a key; a paid amount stays."""
    intent = _intent(client, metadata={"a": "1", "b": "2"})
    changed = client.v1.payment_intents.update(
        intent.id, {"amount": 2000, "metadata": {"a": "", "c": "3"}}
    )
    assert (changed.amount, changed.metadata.to_dict()) == (2000, {"b": "2", "c": "3"})
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    after = client.v1.payment_intents.update(intent.id, {"metadata": {"d": "4"}})
    assert after.metadata.to_dict() == {"b": "2", "c": "3", "d": "4"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.update(intent.id, {"amount": 1})


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": -5}, "parameter_invalid_integer", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"amount": "much"}, "parameter_invalid_integer", "amount"),
        ({"currency": "zzz"}, None, "currency"),
        ({"currency": "xxx"}, None, "currency"),
        ({"receipt_email": "ann"}, "email_invalid", "receipt_email"),
        ({"currency": "kwd", "amount": 5124}, None, "amount"),
        ({"confirm": True}, "payment_intent_unexpected_state", "payment_method"),
        ({"confirm": True, "payment_method": "pm_none"}, "resource_missing", "payment_method"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
    ],
)
def test_wrong_intents_are_refused(
    client: stripe.StripeClient, change: dict[str, Any], code: str | None, param: str
) -> None:
    """Each with Stripe's code and the parameter's name."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _intent(client, **change)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_intents_are_listed_newest_first(client: stripe.StripeClient) -> None:
    """And by customer."""
    customer = client.v1.customers.create({"name": "Ann"})
    ids = [_intent(client).id, _intent(client, customer=customer.id).id]
    assert [one.id for one in client.v1.payment_intents.list().data] == ids[::-1]
    mine = client.v1.payment_intents.list({"customer": customer.id})
    assert [one.id for one in mine.data] == ids[1:]
