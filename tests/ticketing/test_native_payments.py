"""Orders paid in a messenger: checked the moment before, settled once, and on one way only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.messenger_payments import BEN, begin, charge, told_of
from tests.ticketing.purchases import balance, receive_all, refunded, seats, status, told
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import native_payments, queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.native_payments import NativePayment, Refusal
from ticket_clerk.ticketing.reports import health

ANN = Buyer("telegram", "telegram~c7~u7")


@pytest.fixture
def order(container: Container) -> Order:
    """Two tickets that wait for their payment."""
    return start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)


def _paid(order: Order, **changes: object) -> NativePayment:
    values = {"order_id": order.id, "amount": order.amount_total, "currency": order.currency}
    return NativePayment(**{"charge_id": "charge_1", **values, **changes})  # type: ignore[arg-type]


def _refusal(container: Container, order: Order, **changes: object) -> Refusal | None:
    sum_ = {"amount": order.amount_total, "currency": order.currency, **changes}
    return native_payments.refusal(container, order.id, **sum_)  # type: ignore[arg-type]


def _balance(container: Container) -> dict[str, int]:
    with container.database.read() as conn:
        return ledger.balance(conn)


def test_a_payment_in_a_messenger_is_a_payment(container: Container, order: Order) -> None:
    """Order, seats, ledger and the promise to tell, as after Stripe's webhook."""
    assert native_payments.settle(container, _paid(order)) == "paid"

    paid = queries.any_order(container, order.id)
    assert (paid.status, paid.payment_intent_id) == (OrderStatus.PAID, "charge_1")
    assert _balance(container) == {"usd": 40000}
    [(message, _)] = queries.unread_messages(container, ANN)
    assert message.kind is MessageKind.PAYMENT_CONFIRMED


def test_told_again_it_is_the_same_payment(
    make_container: Callable[[], Container], container: Container, order: Order
) -> None:
    """Also by eight at once."""
    shops = [make_container() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda s: native_payments.settle(s, _paid(order)), shops))

    assert sorted(outcomes) == ["duplicate"] * 7 + ["paid"]
    assert _balance(container) == {"usd": 40000}
    assert len(queries.unread_messages(container, ANN)) == 1


def test_the_page_is_closed_when_it_was_paid_elsewhere(container: Container, order: Order) -> None:
    """Nobody can pay the same order there; and its end changes nothing."""
    native_payments.settle(container, _paid(order))
    for _ in range(2):
        native_payments.close_page(container, order.id)

    session = container.stripe.get_checkout_session(str(order.checkout_session_id))
    assert session.status == "expired"
    assert queries.any_order(container, order.id).status is OrderStatus.PAID


def test_money_for_no_order_waits_for_somebody(container: Container, order: Order) -> None:
    """It came, so it is not forgotten."""
    assert native_payments.settle(container, _paid(order, order_id="")) == "foreign_intent"

    assert len(health.get_manual_review(container).events_in_need) == 1
    assert queries.any_order(container, order.id).status is OrderStatus.OPEN


@pytest.mark.parametrize("changes", [{"amount": 1}, {"currency": "eur"}])
def test_another_sum_needs_attention(
    container: Container, order: Order, changes: dict[str, object]
) -> None:
    """As on Stripe's page."""
    assert native_payments.settle(container, _paid(order, **changes)) == "needs_attention"
    assert _refusal(container, order) is Refusal.CLOSED


def test_the_last_check_lets_pass_what_can_be_paid(container: Container, order: Order) -> None:
    """And nothing else: another sum, another currency."""
    assert _refusal(container, order) is None
    assert _refusal(container, order, amount=1) is Refusal.CHANGED
    assert _refusal(container, order, currency="eur") is Refusal.CHANGED
    assert native_payments.payable_order(container, order.id) is not None


def test_an_order_that_was_canceled_before_it_was_paid_goes_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """An invoice that was on the screen is paid after "canceled": no seats, the money returns."""
    order = begin(container)
    cancel_order(container, BEN, order.id)

    payment = told_of(order, charge(stripe_wire, order))
    assert native_payments.settle(container, payment) == "needs_attention"
    assert native_payments.settle(container, payment) == "duplicate"
    assert (seats(container), told(container, BEN)) == ((0, 0), ["payment_needs_attention"])

    reconcile(container)
    receive_all(container, stripe_wire)
    assert status(container, order) is OrderStatus.REFUNDED
    assert (refunded(stripe_wire), balance(container)) == ([40000], 0)


def test_an_order_that_expired_before_it_was_paid_is_sold(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The negative control: who did not cancel and pays late gets the seats that are left."""
    order = begin(container)
    with container.database.begin() as conn:
        settlement.expire(conn, order.id, now=container.now())

    assert native_payments.settle(container, told_of(order, charge(stripe_wire, order))) == "paid"
    assert (status(container, order), seats(container)) == (OrderStatus.PAID, (0, 2))


def test_the_last_check_knows_what_is_over(
    container: Container, order: Order, clock: MovableClock
) -> None:
    """Paid, canceled, too late, never there."""
    other = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=1)
    cancel_order(container, ANN, other.id)
    assert _refusal(container, other) is Refusal.CLOSED
    assert native_payments.payable_order(container, other.id) is None
    assert native_payments.payable_order(container, "ord_nobody") is None

    clock.move(minutes=36)
    assert _refusal(container, order) is Refusal.CLOSED
