"""Orders paid in a messenger: checked the moment before, settled once, and on one way only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.moving_clock import MovableClock
from ticket_clerk.ticketing.container import Shop
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.fulfilment import native_payments
from ticket_clerk.ticketing.fulfilment.native_payments import NativePayment, Refusal
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.reports import manual_review

ANN = Buyer("telegram", "telegram~c7~u7")


@pytest.fixture
def order(shop: Shop) -> Order:
    """Two tickets that wait for their payment."""
    return start_checkout(shop, ANN, show_id="lakers-warriors", section_id="101", quantity=2)


def _paid(order: Order, **changes: object) -> NativePayment:
    values = {"order_id": order.id, "amount": order.amount_total, "currency": order.currency}
    return NativePayment(**{"charge_id": "charge_1", **values, **changes})  # type: ignore[arg-type]


def _refusal(shop: Shop, order: Order, **changes: object) -> Refusal | None:
    sum_ = {"amount": order.amount_total, "currency": order.currency, **changes}
    return native_payments.refusal(shop, order.id, **sum_)  # type: ignore[arg-type]


def _balance(shop: Shop) -> dict[str, int]:
    with shop.store.read() as conn:
        return ledger.balance(conn)


def test_a_payment_in_a_messenger_is_a_payment(shop: Shop, order: Order) -> None:
    """Order, seats, ledger and the promise to tell, as after Stripe's webhook."""
    assert native_payments.settle(shop, _paid(order)) == "paid"

    paid = queries.any_order(shop, order.id)
    assert (paid.status, paid.payment_intent_id) == (OrderStatus.PAID, "charge_1")
    assert _balance(shop) == {"usd": 40000}
    [(message, _)] = queries.unread_messages(shop, ANN)
    assert message.kind is MessageKind.PAYMENT_CONFIRMED


def test_told_again_it_is_the_same_payment(
    make_shop: Callable[[], Shop], shop: Shop, order: Order
) -> None:
    """Also by eight at once."""
    shops = [make_shop() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda s: native_payments.settle(s, _paid(order)), shops))

    assert sorted(outcomes) == ["duplicate"] * 7 + ["paid"]
    assert _balance(shop) == {"usd": 40000}
    assert len(queries.unread_messages(shop, ANN)) == 1


def test_the_page_is_closed_when_it_was_paid_elsewhere(shop: Shop, order: Order) -> None:
    """Nobody can pay the same order there; and its end changes nothing."""
    native_payments.settle(shop, _paid(order))
    for _ in range(2):
        native_payments.close_page(shop, order.id)

    session = shop.stripe.get_checkout_session(str(order.checkout_session_id))
    assert session.status == "expired"
    assert queries.any_order(shop, order.id).status is OrderStatus.PAID


def test_money_for_no_order_waits_for_somebody(shop: Shop, order: Order) -> None:
    """It came, so it is not forgotten."""
    assert native_payments.settle(shop, _paid(order, order_id="")) == "foreign_intent"

    assert len(manual_review.attention(shop).events_in_need) == 1
    assert queries.any_order(shop, order.id).status is OrderStatus.OPEN


@pytest.mark.parametrize("changes", [{"amount": 1}, {"currency": "eur"}])
def test_another_sum_needs_attention(shop: Shop, order: Order, changes: dict[str, object]) -> None:
    """As on Stripe's page."""
    assert native_payments.settle(shop, _paid(order, **changes)) == "needs_attention"
    assert _refusal(shop, order) is Refusal.CLOSED


def test_the_last_check_lets_pass_what_can_be_paid(shop: Shop, order: Order) -> None:
    """And nothing else: another sum, another currency."""
    assert _refusal(shop, order) is None
    assert _refusal(shop, order, amount=1) is Refusal.CHANGED
    assert _refusal(shop, order, currency="eur") is Refusal.CHANGED
    assert native_payments.payable_order(shop, order.id) is not None


def test_the_last_check_knows_what_is_over(shop: Shop, order: Order, clock: MovableClock) -> None:
    """Paid, canceled, too late, never there."""
    other = start_checkout(shop, ANN, show_id="lakers-warriors", section_id="101", quantity=1)
    cancel_order(shop, ANN, other.id)
    assert _refusal(shop, other) is Refusal.CLOSED
    assert native_payments.payable_order(shop, other.id) is None
    assert native_payments.payable_order(shop, "ord_nobody") is None

    clock.move(minutes=36)
    assert _refusal(shop, order) is Refusal.CLOSED
