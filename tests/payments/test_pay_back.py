"""Refunds: by the buyer, by an operator and in Stripe's dashboard; each once, and told once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from integrations.payments import orders, queries
from integrations.payments.after_sales import RefundStatus
from integrations.payments.errors import (
    InvalidQuantity,
    InvalidRequest,
    NotRefundable,
    OrderNotFound,
    StripeUnavailable,
    TooManyTickets,
    WrongState,
)
from integrations.payments.models import Buyer, Order, OrderStatus
from integrations.payments.pay_back import (
    quote_refund,
    refund_of,
    refund_payment,
    refund_tickets,
    refunds_of,
)
from integrations.payments.reconciliation import reconcile
from integrations.payments.refund_calls import carry_out_wishes
from integrations.payments.shop import Shop
from tests.moving_clock import MovableClock
from tests.payments.purchases import (
    ANN,
    balance,
    buy,
    receive_all,
    refund_at_stripe,
    seats,
    told,
)
from tests.stripe_wire import StripeWire

PENDING = "9000000000000118"


@pytest.fixture
def order(shop: Shop, stripe_wire: StripeWire) -> Order:
    """Two tickets of $200, paid and confirmed."""
    return buy(shop, stripe_wire)


def _refunds(wire: StripeWire) -> list[int]:
    return [refund["amount"] for refund in wire.list_all("/v1/refunds")]


def _status(shop: Shop, order: Order) -> OrderStatus:
    return queries.any_order(shop, order.id).status


def _refund(shop: Shop, order: Order, quantity: int | None = None) -> RefundStatus:
    quote = quote_refund(shop, ANN, order.id, quantity)
    request = refund_tickets(
        shop, ANN, order.id, quantity=quote.quantity, generation=quote.generation
    )
    return request.status


def test_one_of_two_tickets_goes_back_for_its_price(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """What was quoted is paid back, the seat is free again, the order says so, told once."""
    quote = quote_refund(shop, ANN, order.id, 1)
    assert (quote.quantity, quote.quantity_left, quote.amount) == (1, 2, 20000)

    assert _refund(shop, order, 1) is RefundStatus.SUCCEEDED
    receive_all(shop, stripe_wire)

    after = queries.any_order(shop, order.id)
    assert after.status is OrderStatus.PARTIALLY_REFUNDED
    assert (after.amount_refunded, after.tickets_left) == (20000, 1)
    assert seats(shop) == (0, 1)
    assert _refunds(stripe_wire) == [20000]
    assert told(shop) == ["payment_confirmed", "refund_succeeded"]
    assert balance(shop) == 20000


def test_tickets_go_back_one_by_one_until_none_is_left(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """Each is a wish of its own; then there is nothing left to give back."""
    _refund(shop, order, 1)
    _refund(shop, order, 1)

    assert _refunds(stripe_wire) == [20000, 20000]
    assert _status(shop, order) is OrderStatus.REFUNDED
    assert (seats(shop), balance(shop)) == ((0, 0), 0)
    with pytest.raises(NotRefundable) as caught:
        quote_refund(shop, ANN, order.id)
    assert caught.value.reason == "nothing_left"


def test_the_same_yes_twice_pays_back_once(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """The quote's generation makes it the same wish."""
    quote = quote_refund(shop, ANN, order.id, 1)
    for _ in range(2):
        request = refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)
        assert (request.amount, request.status) == (20000, RefundStatus.SUCCEEDED)

    assert _refunds(stripe_wire) == [20000]


@pytest.mark.parametrize("same_quote", [True, False], ids=["one wish", "two wishes"])
def test_a_lost_answer_is_asked_for_again_and_never_paid_twice(
    shop: Shop, stripe_wire: StripeWire, clock: MovableClock, order: Order, same_quote: bool
) -> None:
    """Stripe did it, nobody heard: the wish's own key finds it; its twin without pays anew."""
    quote = quote_refund(shop, ANN, order.id, 1)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)
    stripe_wire.mend()
    assert told(shop) == ["payment_confirmed"]

    generation = quote.generation if same_quote else quote.generation + 1
    request = refund_tickets(shop, ANN, order.id, quantity=1, generation=generation)

    assert request.status is RefundStatus.SUCCEEDED
    assert len(_refunds(stripe_wire)) == (1 if same_quote else 2)


def test_a_wish_that_stripe_did_not_hear_is_carried_out_later_and_told(
    shop: Shop, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """The wire was cut: the wish is stored, a later pass pays back, once."""
    quote = quote_refund(shop, ANN, order.id)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        refund_tickets(shop, ANN, order.id, quantity=2, generation=quote.generation)
    clock.move(minutes=1)
    assert carry_out_wishes(shop) == {"unreachable": 1}

    stripe_wire.mend()
    assert carry_out_wishes(shop) == {"refund_succeeded": 1}
    assert carry_out_wishes(shop) == {}

    assert _refunds(stripe_wire) == [40000]
    assert (_status(shop, order), seats(shop)) == (OrderStatus.REFUNDED, (0, 0))
    assert told(shop) == ["payment_confirmed", "refund_succeeded"]


def test_a_wish_older_than_stripes_memory_of_keys_is_looked_for_first(
    shop: Shop, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """A day later the key means nothing to Stripe, but the refund names its wish."""
    quote = quote_refund(shop, ANN, order.id, 1)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)
    stripe_wire.mend()
    clock.move(hours=30)

    carry_out_wishes(shop)

    assert _refunds(stripe_wire) == [20000]
    assert queries.any_order(shop, order.id).amount_refunded == 20000


def test_what_stripe_refuses_is_said_and_leaves_the_order_as_it_was(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """No money, so no seats; another try is another wish."""
    quote = quote_refund(shop, ANN, order.id, 1)
    stripe_wire.refuse()

    request = refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)

    assert request.status is RefundStatus.REJECTED
    after = queries.any_order(shop, order.id)
    assert (after.status, after.tickets_left) == (OrderStatus.PAID, 2)
    assert (after.amount_refunding, seats(shop)) == (0, (0, 2))
    assert told(shop) == ["payment_confirmed", "refund_failed"]
    stripe_wire.mend()
    assert _refund(shop, order, 1) is RefundStatus.SUCCEEDED


def test_a_refund_that_was_taken_for_refused_still_counts(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """A refusal that came for another reason than Stripe's: what Stripe did is what happened."""
    quote = quote_refund(shop, ANN, order.id, 1)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)
    stripe_wire.refuse()
    refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)
    assert queries.any_order(shop, order.id).amount_refunding == 0
    stripe_wire.mend()

    receive_all(shop, stripe_wire)

    after = queries.any_order(shop, order.id)
    assert (after.amount_refunding, after.amount_refunded) == (20000, 20000)
    assert (after.tickets_left, seats(shop)) == (1, (0, 1))


def test_after_the_last_moment_of_the_policy_nothing_goes_back(
    shop: Shop, clock: MovableClock, order: Order
) -> None:
    """24 hours before the start, as it was when the order was sold."""
    clock.offset = order.refundable_until - clock()

    with pytest.raises(NotRefundable) as caught:
        quote_refund(shop, ANN, order.id)

    assert caught.value.reason == "too_late"
    assert caught.value.until == order.refundable_until
    assert (order.starts_at - order.refundable_until).total_seconds() == 24 * 3600


@pytest.mark.parametrize("quantity", [0, -1, True, "two"])
def test_a_number_that_is_none_is_refused(shop: Shop, order: Order, quantity: int) -> None:
    """Nothing is asked of Stripe for it."""
    with pytest.raises(InvalidQuantity):
        quote_refund(shop, ANN, order.id, quantity)


def test_more_than_the_order_holds_is_refused(shop: Shop, order: Order) -> None:
    """The limit is what is left."""
    with pytest.raises(TooManyTickets) as caught:
        quote_refund(shop, ANN, order.id, 3)
    assert caught.value.limit == 2


def test_somebody_elses_order_does_not_exist(shop: Shop, order: Order) -> None:
    """Neither to be quoted nor to be refunded."""
    eve = Buyer("rest", "eve")
    with pytest.raises(OrderNotFound):
        quote_refund(shop, eve, order.id)
    with pytest.raises(OrderNotFound):
        refund_tickets(shop, eve, order.id, quantity=1, generation=1)


def test_many_wishes_at_once_never_give_back_more_than_was_paid(
    make_shop: Callable[[], Shop], shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """Six processes, two tickets: two refunds, and the seats are counted right."""
    shops = [make_shop() for _ in range(6)]
    ends: list[str] = []

    def wish(number: int) -> None:
        reason = ""
        while reason != "nothing_left":
            try:
                quote = quote_refund(shops[number], ANN, order.id, 1)
                refund_tickets(
                    shops[number], ANN, order.id, quantity=1, generation=quote.generation
                )
            except NotRefundable as exc:
                reason = exc.reason
            except StripeUnavailable:
                # Another one is just asking Stripe for the same wish.
                continue
        ends.append(reason)

    threads = [threading.Thread(target=wish, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends == ["nothing_left"] * 6
    assert _refunds(stripe_wire) == [20000, 20000]
    assert (seats(shop), balance(shop)) == ((0, 0), 0)


def test_a_yes_to_what_is_no_longer_so_gives_nothing_back(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """An operator gave money back after the quote: it is not taken for the buyer's own wish."""
    quote = quote_refund(shop, ANN, order.id, 1)
    refund_at_stripe(stripe_wire, order, amount=20000)
    receive_all(shop, stripe_wire)

    with pytest.raises(NotRefundable) as caught:
        refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)

    assert caught.value.reason == "changed"
    assert _refunds(stripe_wire) == [20000]


def test_without_the_condition_more_is_set_aside_than_was_paid(shop: Shop, order: Order) -> None:
    """The twin: the unconditional count takes three tickets of two."""
    with shop.store.begin() as conn:
        for _ in range(3):
            after = orders.add_refund(conn, order.id, quantity=1, underway=20000)
        assert after.tickets_left == -1
        assert not orders.reserve_refund(conn, order.id, quantity=1, amount=20000, limit=40000)
        conn.rollback()


def test_a_pending_refund_is_said_as_it_is_and_keeps_the_seat_until_it_is_done(
    shop: Shop, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """On its way is not back yet; it can't be given back a second time meanwhile."""
    order = buy(shop, stripe_wire, card="4000000000007726")

    assert _refund(shop, order) is RefundStatus.PENDING
    assert told(shop)[-1] == "refund_pending"
    assert (_status(shop, order), seats(shop)) == (OrderStatus.PAID, (0, 2))
    with pytest.raises(NotRefundable):
        quote_refund(shop, ANN, order.id)

    clock.move(days=1)
    reconcile(shop)

    assert (_status(shop, order), seats(shop)) == (OrderStatus.REFUNDED, (0, 0))
    assert told(shop)[-1] == "refund_succeeded"


def test_a_refund_that_fails_after_it_succeeded_gives_the_tickets_back_to_the_buyer(
    shop: Shop, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The money is ours again and the seats are his, if they are still there."""
    order = buy(shop, stripe_wire, card="4000000000005126")
    assert _refund(shop, order) is RefundStatus.SUCCEEDED
    assert seats(shop) == (0, 0)

    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(shop, stripe_wire)

    assert (_status(shop, order), seats(shop)) == (OrderStatus.PAID, (0, 2))
    assert told(shop)[-1] == "refund_failed"
    assert balance(shop) == 40000
    assert queries.any_order(shop, order.id).tickets_left == 2


def test_a_refund_that_fails_when_the_seats_are_gone_needs_a_person(
    shop: Shop, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Neither money nor seats are with the buyer: never two buyers on a seat."""
    order = buy(shop, stripe_wire, card="4000000000005126", section_id="201", quantity=8)
    _refund(shop, order)
    for name, number in (("ben", 8), ("cat", 2)):
        buy(shop, stripe_wire, section_id="201", quantity=number, buyer=Buyer("rest", name))

    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(shop, stripe_wire)

    assert _status(shop, order) is OrderStatus.NEEDS_ATTENTION
    assert seats(shop, "201") == (0, 10)


@pytest.mark.parametrize("by_event", [True, False], ids=["by event", "by reconciliation"])
def test_a_refund_made_in_the_dashboard_flows_back_the_same_way(
    shop: Shop, stripe_wire: StripeWire, order: Order, by_event: bool
) -> None:
    """Whole: refunded, seats free, told, once, whoever tells of it first."""
    refund_at_stripe(stripe_wire, order)

    for _ in range(2):
        receive_all(shop, stripe_wire) if by_event else reconcile(shop)

    after = queries.any_order(shop, order.id)
    assert (after.status, after.amount_refunded) == (OrderStatus.REFUNDED, 40000)
    assert (seats(shop), balance(shop)) == ((0, 0), 0)
    assert told(shop) == ["payment_confirmed", "refund_succeeded"]


@pytest.mark.parametrize(("amount", "tickets_left"), [(20000, 1), (5000, 2), (25000, 2)])
def test_a_dashboard_refund_of_a_part_takes_tickets_only_for_their_exact_price(
    shop: Shop, stripe_wire: StripeWire, order: Order, amount: int, tickets_left: int
) -> None:
    """A kindness leaves the buyer his tickets; the price of one is one."""
    refund_at_stripe(stripe_wire, order, amount=amount)
    receive_all(shop, stripe_wire)

    after = queries.any_order(shop, order.id)
    assert after.status is OrderStatus.PARTIALLY_REFUNDED
    assert (after.amount_refunded, after.tickets_left) == (amount, tickets_left)
    assert seats(shop) == (0, tickets_left)


def test_odd_amounts_that_add_up_to_everything_free_all_seats(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """Given back whole, in whatever pieces."""
    for amount in (15000, 5000, 19999, 1):
        refund_at_stripe(stripe_wire, order, amount=amount)
    receive_all(shop, stripe_wire)

    assert (_status(shop, order), seats(shop)) == (OrderStatus.REFUNDED, (0, 0))


def test_after_a_kindness_the_tickets_return_what_is_left_of_their_price(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """$50 are back already, so both tickets are worth $350."""
    refund_at_stripe(stripe_wire, order, amount=5000)
    receive_all(shop, stripe_wire)

    assert quote_refund(shop, ANN, order.id, 1).amount == 20000
    assert quote_refund(shop, ANN, order.id, 2).amount == 35000


def test_an_operator_gives_back_whatever_the_policy_says(
    shop: Shop, clock: MovableClock, order: Order
) -> None:
    """After the last moment, by amount; the tickets of that price go with it."""
    clock.offset = order.refundable_until - clock()

    refund = refund_payment(shop, str(order.payment_intent_id), amount="200.00")

    assert (refund.amount, refund.status) == (20000, "succeeded")
    assert queries.any_order(shop, order.id).tickets_left == 1
    assert told(shop)[-1] == "refund_succeeded"


def test_an_operators_kindness_leaves_the_tickets(shop: Shop, order: Order) -> None:
    """Zero tickets for the price of one, said in so many words."""
    refund_payment(shop, str(order.payment_intent_id), amount=200, quantity=0)

    assert queries.any_order(shop, order.id).tickets_left == 2
    assert seats(shop) == (0, 2)


def test_an_operators_key_pays_back_once_and_another_again(
    shop: Shop, stripe_wire: StripeWire, order: Order
) -> None:
    """A retry repeats; a second intended refund does not."""
    intent = str(order.payment_intent_id)
    first = refund_payment(shop, intent, amount=50, idempotency_key="a")
    again = refund_payment(shop, intent, amount=50, idempotency_key="a")
    other = refund_payment(shop, intent, amount=50, idempotency_key="b")

    assert first.id == again.id != other.id
    assert _refunds(stripe_wire) == [5000, 5000]


def test_an_operator_is_told_what_is_too_much(shop: Shop, order: Order) -> None:
    """More than is left names the field; nothing left is a wrong state."""
    intent = str(order.payment_intent_id)
    with pytest.raises(InvalidRequest) as caught:
        refund_payment(shop, intent, amount="400.01")
    assert caught.value.field == "amount"

    refund_payment(shop, intent)
    with pytest.raises(WrongState):
        refund_payment(shop, intent)


def test_what_became_of_a_wish_can_be_read(shop: Shop, order: Order) -> None:
    """For the words of its notice."""
    quote = quote_refund(shop, ANN, order.id, 1)
    made = refund_tickets(shop, ANN, order.id, quantity=1, generation=quote.generation)

    message = queries.unread_messages(shop, ANN)[-1][0]
    assert refund_of(shop, message.about) == made


def test_all_wishes_about_an_order_can_be_listed(shop: Shop, order: Order) -> None:
    """Newest first, an operator's among them."""
    _refund(shop, order, 1)
    refund_payment(shop, str(order.payment_intent_id), amount=50)

    assert [request.amount for request in refunds_of(shop, order.id)] == [5000, 20000]
