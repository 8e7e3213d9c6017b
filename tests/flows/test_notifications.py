"""Notifications are delivered once, while they are true, in the response of their kind."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.messenger_payments import charge, told_of
from tests.ticketing.purchases import buy, pay, receive_all, refund_at_stripe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import native_payments, queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

FAILING = "4000000000005126"
PENDING = "4000000000007726"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


def give_back(container: Container, buyer: Buyer, order_id: str) -> None:
    """Give all tickets of an order back, past the chat."""
    quote = quote_refund(container, buyer, order_id)
    refund_tickets(
        container, buyer, order_id, quantity=quote.quantity, quote_version=quote.quote_version
    )


@pytest.mark.parametrize(
    ("amount", "said"), [(None, "utter_refund_succeeded"), (5000, "utter_refund_of_amount")]
)
def test_a_refund_made_in_the_dashboard_is_told_once(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, amount: int | None, said: str
) -> None:
    """With the tickets that it took, or as a sum that left them."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    refund_at_stripe(stripe_wire, order, **({"amount": amount} if amount else {}))
    receive_all(container, stripe_wire)

    assert sam.push() == [said]
    assert order.id in sam.read_all()
    assert sam.push() == []


def test_an_upgraded_order_refunded_whole_in_the_dashboard_leaves_no_valid_tickets(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """What was paid for the better seats follows by itself, and no word calls the tickets valid."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    pay(container, stripe_wire, start_upgrade(container, sam.buyer, order.id, section_id="201"))
    sam.push()
    refund_at_stripe(stripe_wire, order)
    receive_all(container, stripe_wire)
    submit_requests(container)
    receive_all(container, stripe_wire)

    assert sam.push() == ["utter_refund_succeeded", "utter_refund_of_amount_without_tickets"]
    assert "valid" not in sam.read_all()
    assert "$300.00" in sam.read_all()


def test_paid_twice_is_told_once_and_then_only_if_the_money_stays(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """That it goes back is said when it is found out; asked where it is, it is said to be back."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    second = charge(stripe_wire, order)
    native_payments.settle(container, told_of(order, second))
    assert sam.push() == ["utter_payment_confirmed", "utter_paid_twice"]
    assert "$400.00" in sam.read_all()
    stripe_wire.cut()
    assert sam.say("where is my refund?", "request_refund") == ["utter_paid_twice"]
    stripe_wire.mend()
    submit_requests(container)
    receive_all(container, stripe_wire)

    assert sam.push() == []
    assert sam.say("where is my refund?", "request_refund") == ["utter_second_payment_returned"]


def test_paid_twice_at_another_provider_a_person_is_promised(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Nothing here can send it back."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    native_payments.settle(container, told_of(order, "sberbank-7"))

    assert sam.push() == ["utter_payment_confirmed", "utter_paid_twice_by_hand"]


def test_a_second_payment_that_stripe_keeps_is_said_to_be_looked_at(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Instead of that it goes back, if that was not said yet."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    native_payments.settle(container, told_of(order, charge(stripe_wire, order)))
    stripe_wire.refuse()
    submit_requests(container)

    assert sam.push() == ["utter_payment_confirmed", "utter_second_payment_kept"]


def test_a_payment_of_a_canceled_order_goes_back_and_the_buyer_is_told_why(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """An invoice that was open on the screen is no change of mind."""
    order = start_checkout(
        container, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=1
    )
    cancel_order(container, sam.buyer, order.id)
    native_payments.settle(container, told_of(order, charge(stripe_wire, order)))

    assert sam.push() == ["utter_payment_after_cancel"]
    assert f"You had canceled order {order.id}" in sam.read_all()
    assert "all of your $200.00" in sam.read_all()
    reconcile(container)
    assert sam.push() == ["utter_refund_of_canceled_order"]


def test_a_payment_that_came_too_late_is_apologized_for_and_goes_back_once(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """The seat is somebody else's: they read so, and then that all of their money is back."""
    order = start_checkout(
        container, sam.buyer, show_id="last-seat", section_id="front", quantity=1
    )
    stripe_wire.standin.pay(order.checkout_session_id)
    with container.database.begin() as conn:
        settlement.expire(conn, order.id, now=container.now())
    somebody = Buyer("rest", "somebody")
    start_checkout(container, somebody, show_id="last-seat", section_id="front", quantity=1)
    receive_all(container, stripe_wire)

    assert sam.push() == ["utter_payment_too_late"]
    assert "$40.00" in sam.read_all()
    reconcile(container)
    receive_all(container, stripe_wire)
    assert sam.push() == ["utter_refund_of_late_payment"]
    reconcile(container)
    receive_all(container, stripe_wire)
    assert sam.push() == []
    assert queries.any_order(container, order.id).status is OrderStatus.REFUNDED
    refunds = stripe_wire.list_all("/v1/refunds")
    assert [refund["amount"] for refund in refunds] == [4000]


def test_what_is_overtaken_is_not_told(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, sam: FormDriver
) -> None:
    """Who did not read "on its way" reads only that it is there."""
    order = buy(container, stripe_wire, buyer=sam.buyer, card=PENDING)
    sam.push()
    give_back(container, sam.buyer, order.id)
    clock.move(days=1)
    reconcile(container)

    assert sam.push() == ["utter_refund_succeeded"]


def test_a_pending_refund_is_told_on_its_way_and_at_its_end(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, sam: FormDriver
) -> None:
    """Both, in this order."""
    order = buy(container, stripe_wire, buyer=sam.buyer, card=PENDING)
    sam.push()
    give_back(container, sam.buyer, order.id)
    assert sam.push() == ["utter_refund_pending"]

    clock.move(days=1)
    reconcile(container)

    assert sam.push() == ["utter_refund_succeeded"]


def test_a_refund_that_comes_back_is_told_with_what_became_of_the_tickets(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, sam: FormDriver
) -> None:
    """They are valid again while the seats are there."""
    order = buy(container, stripe_wire, buyer=sam.buyer, card=FAILING)
    give_back(container, sam.buyer, order.id)
    sam.push()
    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(container, stripe_wire)

    assert sam.push() == ["utter_refund_failed"]
    assert "valid again" in sam.read_all()


def test_a_refund_that_comes_back_when_the_seats_are_gone_is_somebodys_to_mend(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, sam: FormDriver
) -> None:
    """Nobody is told that tickets are valid whose seats were sold again."""
    order = buy(container, stripe_wire, buyer=sam.buyer, card=FAILING, section_id="201", quantity=8)
    give_back(container, sam.buyer, order.id)
    sam.push()
    for name, number in (("ben", 8), ("cat", 2)):
        buy(container, stripe_wire, section_id="201", quantity=number, buyer=Buyer("rest", name))
    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(container, stripe_wire)

    assert "utter_refund_failed_without_seats" in sam.push()
    assert queries.any_order(container, order.id).status is OrderStatus.NEEDS_ATTENTION


def test_better_seats_are_confirmed_in_their_own_words_and_go_back_with_both_payments(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """The order's number is the first one; what goes back is what was paid in all."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    upgrade = start_upgrade(container, sam.buyer, order.id, section_id="201")
    assert sam.say("refund everything", "request_refund") == ["utter_refund_upgrade_open"]
    assert f"cancel {upgrade.id}" in sam.read_all()
    pay(container, stripe_wire, upgrade)

    assert sam.push() == ["utter_upgrade_confirmed"]
    assert "confirmed" in sam.read_all()

    sam.say("refund everything", "request_refund")
    assert "$700.00" in sam.read_all()
    assert sam.say("yes", "affirm") == ["utter_refund_succeeded"]
    assert "$700.00" in sam.read_all()


def test_a_season_ticket_is_confirmed_in_its_own_words_and_not_paid_back(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """With the word, the number and until when it is paid."""
    order = start_season_ticket(container, sam.buyer, season_ticket_id="lakers-season")
    pay(container, stripe_wire, order)

    assert sam.push() == ["utter_season_confirmed"]
    assert "confirmed" in sam.read_all()
    assert order.id in sam.read_all()
    assert sam.say("refund my season ticket", "request_refund") == ["utter_refund_season_ticket"]
