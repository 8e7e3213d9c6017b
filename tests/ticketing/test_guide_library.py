"""The guide's Python, word for word: every call that it shows, and the prompt that it begins at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integrations.payments.stripe_client import PaymentItem, StripePaymentManager
from tests.conftest import WEBHOOK_SECRET
from tests.servers import ROOT, standin_server
from tests.stripe_wire import StripeWire, sign
from ticket_clerk.ticketing.settings import Settings

QUICK_START = """
from integrations.payments.stripe_client import StripePaymentManager

# Initialize manager
payment_manager = StripePaymentManager()

# Create a payment intent
intent = payment_manager.create_payment_intent(
    amount=100.00,
    currency='usd',
    description='Lakers tickets'
)

print(f"Payment Intent: {intent.id}")
print(f"Status: {intent.status}")
"""
IN_CHAT = """
from integrations.payments.stripe_client import PaymentItem, StripePaymentManager

# Customer asks to purchase tickets
chat_message = "I'd like to buy 2 tickets for the Lakers game"

# Create checkout session
payment_manager = StripePaymentManager()
session = payment_manager.create_checkout_session(
    items=[
        PaymentItem(
            name='Lakers vs Warriors',
            description='Section 101, Seats 5-6',
            amount=200.00,
            quantity=2
        )
    ],
    success_url='https://yoursite.com/success',
    cancel_url='https://yoursite.com/cancel'
)

# Send checkout link to customer
agent_response = f"Great! Here's your secure checkout link: {session.url}"
print(agent_response)
"""


@pytest.fixture
def payment_manager(stripe_wire: StripeWire) -> StripePaymentManager:
    """A manager whose Stripe is the stand-in."""
    settings = Settings.from_env({"STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET})
    return StripePaymentManager(settings, http_client=stripe_wire)


@pytest.mark.live
@pytest.mark.parametrize(
    ("program", "said"),
    [
        (QUICK_START, r"Payment Intent: pi_\w+\nStatus: requires_payment_method\n"),
        (IN_CHAT, r"Great! Here's your secure checkout link: http://\S+cs_test_\S+\n"),
    ],
    ids=["test the integration", "initiate payment in chat"],
)
def test_at_a_prompt_in_an_empty_folder(tmp_path: Path, program: str, said: str) -> None:
    """A key in the environment is all that is needed: no .env, no database, no other setting."""
    (tmp_path / "empty").mkdir()
    with standin_server(tmp_path) as stripe_url:
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "STRIPE_SECRET_KEY": "sk_test_your_secret_key",
            "STRIPE_API_BASE": stripe_url,
        }
        ended = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path / "empty",
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    assert re.fullmatch(said, ended.stdout), ended.stderr
    assert list((tmp_path / "empty").iterdir()) == []


def test_payment_intent(payment_manager: StripePaymentManager) -> None:
    """Direct payment: the client confirms with the client secret."""
    intent = payment_manager.create_payment_intent(
        amount=150.00,
        currency="usd",
        description="Premium seat upgrade",
        metadata={"order_id": "ORD123"},
    )

    assert (intent.amount, intent.metadata) == (15000, {"order_id": "ORD123"})
    assert str(intent.client_secret).startswith(f"{intent.id}_secret_")


def test_checkout_session(payment_manager: StripePaymentManager) -> None:
    """Hosted payment: redirect the customer to ``session.url``."""
    session = payment_manager.create_checkout_session(
        items=[
            PaymentItem(
                name="Lakers vs Warriors",
                description="Section 101, Row 5",
                amount=200.00,
                quantity=2,
            )
        ],
        success_url="https://yoursite.com/success",
        cancel_url="https://yoursite.com/cancel",
        customer_email="customer@example.com",
    )

    assert session.amount_total == 40000
    assert session.id in str(session.url)


def test_ticket_purchase(payment_manager: StripePaymentManager) -> None:
    """An item needs no description and a session no e-mail."""
    session = payment_manager.create_checkout_session(
        items=[PaymentItem(name="Game Ticket", amount=50.00, quantity=2)],
        success_url="https://site.com/tickets",
        cancel_url="https://site.com/browse",
    )

    assert f"Ready to purchase! Click here: {session.url}".endswith(session.id)


@pytest.mark.parametrize("upgrade_fee", [35.50, "35.50", 35])
def test_seat_upgrade(payment_manager: StripePaymentManager, upgrade_fee: float | str) -> None:
    """Without a currency it is dollars."""
    order_id = "ORD123"
    intent = payment_manager.create_payment_intent(
        amount=upgrade_fee,
        description=f"Upgrade order {order_id}",
        metadata={"order_id": order_id},
    )

    assert (intent.currency, intent.description) == ("usd", "Upgrade order ORD123")
    assert intent.amount == round(float(upgrade_fee) * 100)


def test_use_idempotency_keys(payment_manager: StripePaymentManager) -> None:
    """Prevents duplicate charges."""
    first, again = (
        payment_manager.create_payment_intent(
            amount=100.00, currency="usd", idempotency_key="unique_key"
        )
        for _ in range(2)
    )

    assert first.id == again.id


def test_subscription(payment_manager: StripePaymentManager, stripe_wire: StripeWire) -> None:
    """Season tickets: a customer and a recurring price, as in Stripe's own call."""
    customer = payment_manager.create_customer(email="customer@example.com", name="John Doe")
    product = stripe_wire.post("/v1/products", name="Season ticket")
    yearly = {"unit_amount": 150000, "currency": "usd", "recurring[interval]": "year"}
    price = stripe_wire.post("/v1/prices", product=product["id"], **yearly)

    subscription = payment_manager.create_subscription(
        customer_id=customer.id, items=[{"price": price["id"]}]
    )

    assert (subscription.customer_id, subscription.status) == (customer.id, "incomplete")
    ended = payment_manager.cancel_subscription(subscription.id, at_period_end=False)
    assert ended.status == "incomplete_expired" or ended.status == "canceled"


def test_payment_fails(payment_manager: StripePaymentManager) -> None:
    """An intent that wants authentication has the client secret to return to the frontend."""
    intent_id = payment_manager.create_payment_intent(amount=20.00, currency="usd").id
    payment_manager.confirm_payment_intent(
        intent_id, "pm_card_authenticationRequired", return_url="https://yoursite.com/back"
    )

    intent = payment_manager.get_payment_intent(intent_id)

    assert intent.status == "requires_action"
    assert {"client_secret": intent.client_secret} != {"client_secret": None}
    assert "authenticate" in intent.meaning


def test_refund_payment(payment_manager: StripePaymentManager) -> None:
    """In part, in major units of the payment's currency; its status says whether it is done."""
    intent = payment_manager.create_payment_intent(amount=250.00, currency="usd")
    payment_manager.confirm_payment_intent(
        intent.id, "pm_card_visa", return_url="https://yoursite.com/back"
    )

    refund = payment_manager.refund(
        payment_intent_id=intent.id, amount=100.00, reason="requested_by_customer"
    )

    assert (refund.amount, refund.status) == (10000, "succeeded")


def test_always_verify_webhooks(payment_manager: StripePaymentManager) -> None:
    """The event's type and object, from raw bytes and the signature's header."""
    payload = b"""{"id": "evt_1", "type": "checkout.session.completed", "livemode": false,
        "created": %d, "data": {"object": {"id": "cs_1", "metadata": {"order_id": "ORD123"}}}}"""
    payload = payload % int(time.time())

    event = payment_manager.construct_event(payload, sign(payload, WEBHOOK_SECRET))

    assert event.type == "checkout.session.completed"
    assert event.object["metadata"]["order_id"] == "ORD123"
