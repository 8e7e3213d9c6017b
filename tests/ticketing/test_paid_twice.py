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
from ticket_clerk.ticketing.container import Shop
from ticket_clerk.ticketing.database.tables import outbox
from ticket_clerk.ticketing.domain.models import MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import native_payments
from ticket_clerk.ticketing.fulfilment.native_payments import NativePayment
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.refunds.submission import carry_out_wishes
from ticket_clerk.ticketing.reports import manual_review

ONCE = ["payment_confirmed", "paid_twice"]


@pytest.fixture
def order(shop: Shop) -> Order:
    """Two tickets of $200 that wait for their payment."""
    return begin(shop)


@pytest.fixture
def charged(stripe_wire: StripeWire, order: Order) -> NativePayment:
    """What the messenger tells of its payment."""
    return told_of(order, charge(stripe_wire, order))


def _is_as_paid_once(shop: Shop, order: Order) -> None:
    assert status(shop, order) is OrderStatus.PAID
    assert (balance(shop), seats(shop)) == (40000, (0, 2))
    assert told(shop, BEN) == ONCE
    assert not manual_review.attention(shop).events_in_need


def _needing(shop: Shop) -> list[str | None]:
    return [event.order_id for event in manual_review.attention(shop).events_in_need]


def test_the_payment_on_the_page_goes_back_if_it_is_the_second(
    shop: Shop, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """Once, however often each is told of; tickets, order and sums are as if paid once."""
    native_payments.settle(shop, charged)
    pay(shop, stripe_wire, order)
    carry_out_wishes(shop)
    for _ in range(2):
        receive_all(shop, stripe_wire)
        native_payments.settle(shop, charged)
        carry_out_wishes(shop)
        reconcile(shop)

    [refund] = stripe_wire.list_all("/v1/refunds")
    assert (refund["amount"], refund["reason"]) == (40000, "duplicate")
    assert refund["charge"] != charged.charge_id
    _is_as_paid_once(shop, order)


def test_the_payment_in_the_messenger_goes_back_if_it_is_the_second(
    shop: Shop, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """By the charge that the messenger names."""
    pay(shop, stripe_wire, order)
    assert native_payments.settle(shop, charged) == "paid_twice"
    for _ in range(2):
        carry_out_wishes(shop)
        assert native_payments.settle(shop, charged) == "duplicate"
        receive_all(shop, stripe_wire)

    [refund] = stripe_wire.list_all("/v1/refunds")
    assert (refund["amount"], refund["charge"]) == (40000, charged.charge_id)
    _is_as_paid_once(shop, order)


def test_both_told_by_eight_at_once_one_of_them_goes_back(
    make_shop: Callable[[], Shop],
    shop: Shop,
    order: Order,
    charged: NativePayment,
    stripe_wire: StripeWire,
) -> None:
    """Whichever wins; and four workers carry the wish out once."""
    stripe_wire.standin.pay(order.checkout_session_id, card=VISA)
    [completed] = stripe_wire.events("checkout.session.completed")
    # The same news as another event, which Stripe sends sometimes.
    again = {**completed, "id": "evt_again"}
    shops = [make_shop() for _ in range(8)]
    tell: list[Callable[[Shop], Any]] = [
        lambda s: native_payments.settle(s, charged),
        lambda s: receive(s, completed),
        lambda s: receive(s, again),
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: tell[n % 3](shops[n]), range(8)))
        list(pool.map(carry_out_wishes, shops[:4]))
    receive_all(shop, stripe_wire)

    assert refunded(stripe_wire) == [40000]
    _is_as_paid_once(shop, order)


def test_stripe_away_the_money_goes_back_later(
    shop: Shop, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """The wish is committed with what was found out; a lost answer is asked for again."""
    pay(shop, stripe_wire, order)
    native_payments.settle(shop, charged)
    stripe_wire.cut()
    assert carry_out_wishes(shop)["unreachable"]
    stripe_wire.lose_answers()
    carry_out_wishes(shop)
    stripe_wire.mend()
    carry_out_wishes(shop)

    assert refunded(stripe_wire) == [40000]
    _is_as_paid_once(shop, order)


def test_the_tickets_can_still_be_given_back(
    shop: Shop, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """For what they cost, and nothing that the second payment's refund did is in the way."""
    pay(shop, stripe_wire, order)
    native_payments.settle(shop, charged)
    carry_out_wishes(shop)
    quote = quote_refund(shop, BEN, order.id)
    assert (quote.quantity, quote.amount) == (2, 40000)
    refund_tickets(shop, BEN, order.id, quantity=2, generation=quote.generation)
    receive_all(shop, stripe_wire)

    assert refunded(stripe_wire) == [40000, 40000]
    assert (balance(shop), seats(shop)) == (0, (0, 0))
    assert status(shop, order) is OrderStatus.REFUNDED


def test_what_another_provider_collected_waits_for_somebody(
    shop: Shop, order: Order, stripe_wire: StripeWire
) -> None:
    """Stripe can't send it back: it is listed, and the buyer reads that a person will."""
    pay(shop, stripe_wire, order)
    assert native_payments.settle(shop, told_of(order, "sberbank-7")) == "foreign_intent"
    carry_out_wishes(shop)

    assert _needing(shop) == [order.id]
    assert (balance(shop), refunded(stripe_wire)) == (80000, [])
    assert told(shop, BEN) == ONCE


def test_what_stripe_refuses_to_send_back_waits_for_somebody(
    shop: Shop, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """And is told, until it goes back from Stripe's dashboard."""
    pay(shop, stripe_wire, order)
    native_payments.settle(shop, charged)
    stripe_wire.refuse()
    assert carry_out_wishes(shop)["refund_rejected"]
    stripe_wire.mend()
    assert _needing(shop) == [order.id]
    assert told(shop, BEN) == [*ONCE, "refund_failed"]

    stripe_wire.post("/v1/refunds", charge=charged.charge_id)
    receive_all(shop, stripe_wire)
    assert told(shop, BEN) == [*ONCE, "refund_failed", "refund_succeeded"]
    assert (balance(shop), seats(shop)) == (40000, (0, 2))
    assert queries.any_order(shop, order.id).amount_refunding == 0


def test_sent_back_by_hand_meanwhile_the_wish_is_moot(
    shop: Shop, order: Order, charged: NativePayment, stripe_wire: StripeWire
) -> None:
    """Stripe's no to the second refund is nobody's to hear."""
    pay(shop, stripe_wire, order)
    native_payments.settle(shop, charged)
    stripe_wire.post("/v1/refunds", charge=charged.charge_id)
    receive_all(shop, stripe_wire)
    assert carry_out_wishes(shop)["refund_rejected"]

    assert told(shop, BEN) == [*ONCE, "refund_succeeded"]
    assert refunded(stripe_wire) == [40000]
    assert not manual_review.attention(shop).events_in_need


def test_a_refund_that_the_bank_sends_back_waits_for_somebody(
    shop: Shop, order: Order, stripe_wire: StripeWire
) -> None:
    """The money is ours again, and somebody has to send it another way."""
    pay(shop, stripe_wire, order)
    native_payments.settle(shop, told_of(order, charge(stripe_wire, order, "pm_card_refundFail")))
    carry_out_wishes(shop)
    receive_all(shop, stripe_wire)

    assert order.id in _needing(shop)
    assert (balance(shop), seats(shop)) == (80000, (0, 2))
    assert told(shop, BEN)[-1] == "refund_failed"
    assert status(shop, order) is OrderStatus.PAID


def test_what_is_promised_at_one_moment_is_told_in_the_order_of_the_promises(
    shop: Shop, order: Order
) -> None:
    """Whoever waited for the order's row may have read the clock first."""
    promised = [f"attempt {number}" for number in range(12)]
    with shop.store.begin() as conn:
        for number, about in enumerate(promised):
            now = shop.now() - timedelta(milliseconds=number)
            outbox.enqueue(conn, order, MessageKind.PAYMENT_DECLINED, now=now, about=about)

    told_about = [message.about for message, _ in queries.unread_messages(shop, BEN)]
    assert told_about == promised
