"""Paid on Stripe's page and in a messenger within the same seconds: the second money goes back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.messenger_payments import BEN, begin, charge, told_of
from tests.ticketing.purchases import (
    VISA,
    balance,
    pay,
    receive,
    receive_all,
    refunded,
    seats,
    status,
    told,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import outbox
from ticket_clerk.ticketing.domain.models import MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import native_payments, queries
from ticket_clerk.ticketing.orders.native_payments import NativePayment
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.reports import health

ONCE = ["payment_confirmed", "paid_twice"]


@pytest.fixture
def order(container: Container) -> Order:
    """Two tickets of $200 that wait for their payment."""
    return begin(container)


@pytest.fixture
def charged(stripe_wire: StripeWire, order: Order) -> NativePayment:
    """What the messenger tells of its payment."""
    return told_of(order, charge(stripe_wire, order))


def _is_as_paid_once(container: Container, order: Order) -> None:
    assert status(container, order) is OrderStatus.PAID
    assert (balance(container), seats(container)) == (40000, (0, 2))
    assert told(container, BEN) == ONCE
    assert not health.get_manual_review(container).events_in_need


def _needing(container: Container) -> list[str | None]:
    return [event.order_id for event in health.get_manual_review(container).events_in_need]


def test_the_payment_on_the_page_goes_back_if_it_is_the_second(
    container: Container, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """Once, however often each is told of; tickets, order and sums are as if paid once."""
    native_payments.settle(container, charged)
    pay(container, stripe_wire, order)
    submit_requests(container)
    for _ in range(2):
        receive_all(container, stripe_wire)
        native_payments.settle(container, charged)
        submit_requests(container)
        reconcile(container)

    [refund] = stripe_wire.list_all("/v1/refunds")
    assert (refund["amount"], refund["reason"]) == (40000, "duplicate")
    assert refund["charge"] != charged.charge_id
    _is_as_paid_once(container, order)


def test_the_payment_in_the_messenger_goes_back_if_it_is_the_second(
    container: Container, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """By the charge that the messenger names."""
    pay(container, stripe_wire, order)
    assert native_payments.settle(container, charged) == "paid_twice"
    for _ in range(2):
        submit_requests(container)
        assert native_payments.settle(container, charged) == "duplicate"
        receive_all(container, stripe_wire)

    [refund] = stripe_wire.list_all("/v1/refunds")
    assert (refund["amount"], refund["charge"]) == (40000, charged.charge_id)
    _is_as_paid_once(container, order)


def test_both_told_by_eight_at_once_one_of_them_goes_back(
    make_container: Callable[[], Container],
    container: Container,
    order: Order,
    charged: NativePayment,
    stripe_wire: StripeWire,
) -> None:
    """Whichever wins; and four workers carry the request out once."""
    stripe_wire.standin.pay(order.checkout_session_id, card=VISA)
    [completed] = stripe_wire.events("checkout.session.completed")
    # The same news as another event, which Stripe sends sometimes.
    again = {**completed, "id": "evt_again"}
    shops = [make_container() for _ in range(8)]
    tell: list[Callable[[Container], Any]] = [
        lambda s: native_payments.settle(s, charged),
        lambda s: receive(s, completed),
        lambda s: receive(s, again),
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: tell[n % 3](shops[n]), range(8)))
        list(pool.map(submit_requests, shops[:4]))
    receive_all(container, stripe_wire)

    assert refunded(stripe_wire) == [40000]
    _is_as_paid_once(container, order)


def test_stripe_away_the_money_goes_back_later(
    container: Container, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """The request is committed with what was found out; a lost answer is asked for again."""
    pay(container, stripe_wire, order)
    native_payments.settle(container, charged)
    stripe_wire.cut()
    assert submit_requests(container)["unreachable"]
    stripe_wire.lose_answers()
    submit_requests(container)
    stripe_wire.mend()
    submit_requests(container)

    assert refunded(stripe_wire) == [40000]
    _is_as_paid_once(container, order)


def test_the_tickets_can_still_be_given_back(
    container: Container, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """For what they cost, and nothing that the second payment's refund did is in the way."""
    pay(container, stripe_wire, order)
    native_payments.settle(container, charged)
    submit_requests(container)
    quote = quote_refund(container, BEN, order.id)
    assert (quote.quantity, quote.amount) == (2, 40000)
    refund_tickets(container, BEN, order.id, quantity=2, quote_version=quote.quote_version)
    receive_all(container, stripe_wire)

    assert refunded(stripe_wire) == [40000, 40000]
    assert (balance(container), seats(container)) == (0, (0, 0))
    assert status(container, order) is OrderStatus.REFUNDED


def test_what_another_provider_collected_waits_for_somebody(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """Stripe can't send it back: it is listed, and the buyer reads that a person will."""
    pay(container, stripe_wire, order)
    assert native_payments.settle(container, told_of(order, "sberbank-7")) == "foreign_intent"
    submit_requests(container)

    assert _needing(container) == [order.id]
    assert (balance(container), refunded(stripe_wire)) == (80000, [])
    assert told(container, BEN) == ONCE


def test_what_stripe_refuses_to_send_back_waits_for_somebody(
    container: Container, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """And is told, until it goes back from Stripe's dashboard."""
    pay(container, stripe_wire, order)
    native_payments.settle(container, charged)
    stripe_wire.refuse()
    assert submit_requests(container)["refund_rejected"]
    stripe_wire.mend()
    assert _needing(container) == [order.id]
    assert told(container, BEN) == [*ONCE, "refund_failed"]

    stripe_wire.post("/v1/refunds", charge=charged.charge_id)
    receive_all(container, stripe_wire)
    assert told(container, BEN) == [*ONCE, "refund_failed", "refund_succeeded"]
    assert (balance(container), seats(container)) == (40000, (0, 2))
    assert queries.any_order(container, order.id).amount_refunding == 0


def test_sent_back_by_hand_meanwhile_the_request_is_moot(
    container: Container, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """Stripe's no to the second refund is told to nobody."""
    pay(container, stripe_wire, order)
    native_payments.settle(container, charged)
    stripe_wire.post("/v1/refunds", charge=charged.charge_id)
    receive_all(container, stripe_wire)
    assert submit_requests(container)["refund_rejected"]

    assert told(container, BEN) == [*ONCE, "refund_succeeded"]
    assert refunded(stripe_wire) == [40000]
    assert not health.get_manual_review(container).events_in_need


def test_a_refund_that_the_bank_sends_back_waits_for_somebody(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """The money is ours again, and somebody has to send it another way."""
    pay(container, stripe_wire, order)
    native_payments.settle(
        container, told_of(order, charge(stripe_wire, order, "pm_card_refundFail"))
    )
    submit_requests(container)
    receive_all(container, stripe_wire)

    assert order.id in _needing(container)
    assert (balance(container), seats(container)) == (80000, (0, 2))
    assert told(container, BEN)[-1] == "refund_failed"
    assert status(container, order) is OrderStatus.PAID


def test_what_is_promised_at_one_moment_is_told_in_the_order_of_the_promises(
    container: Container, order: Order
) -> None:
    """Whoever waited for the order's row may have read the clock first."""
    promised = [f"attempt {number}" for number in range(12)]
    with container.database.begin() as conn:
        for number, about in enumerate(promised):
            now = container.now() - timedelta(milliseconds=number)
            outbox.enqueue(conn, order, MessageKind.PAYMENT_DECLINED, now=now, about=about)

    told_about = [message.about for message, _ in queries.unread_messages(container, BEN)]
    assert told_about == promised
