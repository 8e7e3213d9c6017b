"""Refusals are explained, and only the confirmation of an amount refunds it."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import REQUEST, ask, given_back
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.orders import native_payments
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.native_payments import NativePayment


def test_too_late_is_explained_with_the_last_moment_in_the_shows_zone(
    clock: MovableClock, sam: FormDriver, order: Order
) -> None:
    """24 hours before 7:30 PM in Los Angeles."""
    clock.offset += order.refundable_until - clock()

    assert ask(sam) == ["utter_refund_too_late"]
    assert "Tue, Jan 14, 2031 at 7:30 PM" in sam.read_all()
    assert sam.active_loop == {}


def test_the_time_that_runs_out_before_the_yes_is_explained_too(
    clock: MovableClock, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The policy is looked at when it is done, not when it was asked."""
    ask(sam, "refund both")
    clock.offset += order.refundable_until - clock()

    assert sam.say("yes", "affirm") == ["utter_refund_too_late"]
    assert given_back(stripe_wire) == []


def test_an_unpaid_order_is_offered_to_be_canceled(container: Container, sam: FormDriver) -> None:
    """Nothing was paid, so nothing goes back; a yes cancels it."""
    unpaid = start_checkout(
        container, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=1
    )
    for said in (REQUEST, f"refund {unpaid.id}"):
        assert ask(sam, said) == ["utter_refund_unpaid"]
    assert sam.answers[0]["buttons"][0]["payload"] == f"Cancel {unpaid.id}"

    assert sam.say("yes", "affirm") == ["utter_order_canceled_now"]


def test_what_another_provider_collected_is_said_before_anything_is_promised(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """A provider that is not Stripe can not be asked: the buyer reads so, and where to go."""
    order = start_checkout(
        container, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=2
    )
    paid = NativePayment("sberbank-7", order.id, order.amount_total, order.currency)
    native_payments.settle(container, paid)
    sam.push()

    assert ask(sam, "refund both") == ["utter_refund_paid_elsewhere"]
    assert order.id in sam.read_all()
    assert given_back(stripe_wire) == []


def test_without_a_paid_order_there_is_nothing_to_pay_back(sam: FormDriver) -> None:
    """And nothing to be asked."""
    assert ask(sam) == ["utter_refund_nothing"]


@pytest.mark.parametrize(
    ("text", "intent"), [("yes", "affirm"), ("/affirm", "affirm"), ("do it", "affirm")]
)
def test_a_yes_without_a_question_pays_nothing_back(
    stripe_wire: StripeWire, sam: FormDriver, order: Order, text: str, intent: str
) -> None:
    """Not even with slots that something else has filled."""
    sam.slots.update(refund_order=order.id, refund_quantity=2, confirm_refund=True)

    sam.say(text, intent)

    assert given_back(stripe_wire) == []


def test_the_language_of_machines_is_no_yes(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """A typed "/affirm" is text, whatever it is taken for."""
    ask(sam, "refund both")

    answered = sam.say("/affirm", "affirm")

    assert answered == ["utter_not_understood_in_refund", "utter_ask_confirm_refund_again"]
    assert given_back(stripe_wire) == []


def test_another_buyers_yes_is_to_nothing(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """One sender id on two channels is two buyers."""
    other = FormDriver(sam.container, sam.buyer.sender_id, channel="rest")
    assert other.buyer == Buyer("rest", "sam")
    assert ask(other, "refund both") == ["utter_refund_nothing"]
