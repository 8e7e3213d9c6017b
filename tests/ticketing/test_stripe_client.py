"""The library: what its calls promise beyond the guide's own examples."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from ticket_clerk.stripe_client import PaymentItem, StripePaymentManager
from ticket_clerk.ticketing.domain.errors import (
    InvalidAmount,
    InvalidRequest,
    StripeRejected,
    StripeUnavailable,
    WrongState,
)
from ticket_clerk.ticketing.settings import Settings

SUCCESS, CANCEL = "https://yoursite.com/success", "https://yoursite.com/cancel"


@pytest.fixture
def manager(stripe_wire: StripeWire) -> StripePaymentManager:
    """A manager whose Stripe is the stand-in."""
    return StripePaymentManager(Settings.from_env({}), http_client=stripe_wire)


def test_a_payment_intent_waits_for_a_payment_method(manager: StripePaymentManager) -> None:
    """Major units in, Stripe's minor units out; its secret is in no repr."""
    intent = manager.create_payment_intent(
        amount=100.00, currency="usd", description="Lakers tickets", metadata={"order_id": "ORD123"}
    )

    assert intent.id.startswith("pi_")
    assert intent.status == "requires_payment_method"
    assert (intent.amount, intent.currency) == (10000, "usd")
    assert intent.client_secret
    assert intent.client_secret not in repr(intent)
    assert manager.get_payment_intent(intent.id) == intent


def test_a_payment_intent_is_made_once_a_key(
    manager: StripePaymentManager, stripe_wire: StripeWire
) -> None:
    """The same key and arguments are the same intent; other arguments are refused."""
    first = manager.create_payment_intent(
        amount=150.00, currency="usd", idempotency_key="upgrade-1"
    )
    again = manager.create_payment_intent(
        amount=150.00, currency="usd", idempotency_key="upgrade-1"
    )

    assert first == again
    with pytest.raises(StripeRejected):
        manager.create_payment_intent(amount=151.00, currency="usd", idempotency_key="upgrade-1")


def test_a_payment_intent_can_be_canceled_once(manager: StripePaymentManager) -> None:
    """A canceled one is no longer to be canceled."""
    intent = manager.create_payment_intent(amount=20, currency="eur")

    assert manager.cancel_payment_intent(intent.id).status == "canceled"
    with pytest.raises(StripeRejected):
        manager.cancel_payment_intent(intent.id)


def test_canceling_the_intent_of_a_checkout_expires_its_session(
    manager: StripePaymentManager, stripe_wire: StripeWire
) -> None:
    """Stripe cancels such an intent no other way; afterwards nobody can pay the page."""
    session = manager.create_checkout_session([PaymentItem("Ticket", 50)], SUCCESS, CANCEL)
    stripe_wire.standin.pay(session.id, card="4000000000000002")
    intent_id = str(manager.get_checkout_session(session.id).payment_intent_id)

    assert manager.cancel_payment_intent(intent_id).status == "canceled"
    assert manager.get_checkout_session(session.id).status == "expired"


def test_an_intent_whose_page_is_paid_while_it_is_canceled_stays_paid(
    manager: StripePaymentManager, stripe_wire: StripeWire
) -> None:
    """The buyer was faster: a wrong state, told from a refusal that nobody can explain."""
    session = manager.create_checkout_session([PaymentItem("Ticket", 50)], SUCCESS, CANCEL)
    stripe_wire.standin.pay(session.id, card="4000000000000002")
    intent_id = str(manager.get_checkout_session(session.id).payment_intent_id)

    def pay_now(path: str) -> None:
        if path == "/v1/checkout/sessions":
            stripe_wire.standin.pay(session.id)

    stripe_wire.on_answer = pay_now

    with pytest.raises(WrongState):
        manager.cancel_payment_intent(intent_id)
    assert manager.get_payment_intent(intent_id).status == "succeeded"


@pytest.mark.parametrize(
    ("items", "error"),
    [
        ([], InvalidRequest),
        ([PaymentItem("Ticket", 50), PaymentItem("Ticket", 50, currency="eur")], InvalidRequest),
        ([PaymentItem("Ticket", 50, quantity=0)], InvalidRequest),
        ([PaymentItem("Ticket", "50.001")], InvalidAmount),
    ],
)
def test_a_checkout_that_cannot_be_is_refused_before_stripe_is_asked(
    manager: StripePaymentManager,
    stripe_wire: StripeWire,
    items: list[PaymentItem],
    error: type[Exception],
) -> None:
    """Nothing is rounded, mixed or guessed."""
    with pytest.raises(error):
        manager.create_checkout_session(items, SUCCESS, CANCEL)

    assert stripe_wire.exchanges == []


def _paid_intent(manager: StripePaymentManager, stripe_wire: StripeWire) -> str:
    session = manager.create_checkout_session([PaymentItem("Ticket", 50, 2)], SUCCESS, CANCEL)
    stripe_wire.standin.pay(session.id)
    return str(manager.get_checkout_session(session.id).payment_intent_id)


def test_a_payment_is_refunded_in_parts_until_it_is_used_up(
    manager: StripePaymentManager, stripe_wire: StripeWire
) -> None:
    """Major units of the payment's own currency; more than is left is refused."""
    intent_id = _paid_intent(manager, stripe_wire)

    part = manager.refund(intent_id, amount=30.00, reason="requested_by_customer")
    rest = manager.refund(intent_id)

    assert (part.amount, rest.amount) == (3000, 7000)
    assert part.status == "succeeded"
    with pytest.raises(StripeRejected):
        manager.refund(intent_id, amount=0.50)


def test_a_refund_whose_answer_was_lost_is_made_once(
    manager: StripePaymentManager, stripe_wire: StripeWire
) -> None:
    """The same key finds what was done."""
    intent_id = _paid_intent(manager, stripe_wire)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        manager.refund(intent_id, idempotency_key="refund-1")
    stripe_wire.mend()

    refund = manager.refund(intent_id, idempotency_key="refund-1")

    assert refund.amount == 10000
    with pytest.raises(StripeRejected):
        manager.refund(intent_id, idempotency_key="refund-2")


def test_a_customer_is_found_again(manager: StripePaymentManager) -> None:
    """What is personal is in no repr."""
    customer = manager.create_customer(email="customer@example.com", name="John Doe")

    assert manager.get_customer(customer.id) == customer
    assert (customer.email, customer.name) == ("customer@example.com", "John Doe")
    assert "example.com" not in repr(customer)


def test_errors_say_whether_a_retry_is_safe_and_carry_no_secret(
    manager: StripePaymentManager, stripe_wire: StripeWire
) -> None:
    """Stripe's code and request id are kept, for its support."""
    with pytest.raises(StripeRejected) as refused:
        manager.get_payment_intent("pi_unknown")
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable) as away:
        manager.get_payment_intent("pi_unknown")

    assert refused.value.stripe_code == "resource_missing"
    assert str(refused.value.request_id).startswith("req_")
    assert (refused.value.retry_safe, away.value.retry_safe) == (False, True)


def test_a_session_lives_as_long_as_it_is_told(
    manager: StripePaymentManager, clock: MovableClock
) -> None:
    """After ``expires_at`` it is closed; before, it can be closed by hand, once."""
    items = [PaymentItem("Ticket", 50)]
    session = manager.create_checkout_session(
        items, SUCCESS, CANCEL, expires_at=clock() + timedelta(minutes=35)
    )
    other = manager.create_checkout_session(items, SUCCESS, CANCEL)

    assert manager.expire_checkout_session(other.id).status == "expired"
    with pytest.raises(StripeRejected):
        manager.expire_checkout_session(other.id)
    clock.move(minutes=36)
    assert manager.get_checkout_session(session.id).status == "expired"
