"""Orders that operators make, paid elsewhere or free, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import balance, buy, seats
from tests.ticketing.ticket_desk import let_in, tickets, worth
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import ledger, outbox
from ticket_clerk.ticketing.domain.errors import (
    InvalidQuantity,
    InvalidRequest,
    NotRefundable,
    ShowNotOnSale,
    SoldOut,
    WrongState,
)
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, PaidElsewhere
from ticket_clerk.ticketing.orders import box_office
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.ticketing.reports.stats import payment_summary

SHOW = "lakers-warriors"
ELSEWHERE, FREE = PaidElsewhere.ELSEWHERE, PaidElsewhere.FREE


def _sell(
    container: Container,
    how: PaidElsewhere = ELSEWHERE,
    quantity: int = 2,
    key: str | None = None,
    holder: str | None = None,
    section_id: str = "101",
) -> Order:
    return box_office.sell_elsewhere(
        container,
        "kim",
        show_id=SHOW,
        section_id=section_id,
        quantity=quantity,
        how=how,
        holder=holder,
        request_key=key,
    )


@pytest.mark.parametrize(("how", "total"), [(ELSEWHERE, 40000), (FREE, 0)])
def test_it_is_sold_at_once_and_its_tickets_open_the_door(
    container: Container, how: PaidElsewhere, total: int
) -> None:
    """At the catalog's price or for nothing; the seats are sold and nothing is in the ledger."""
    order = _sell(container, how, holder="Anna Smith")

    one, two = tickets(container, order)
    assert (order.amount_total, order.status.value) == (total, "paid")
    assert {one.holder, two.holder} == {"Anna Smith"}
    assert seats(container) == (0, 2)
    assert let_in(container, one) == (True, "valid")
    with container.database.read() as conn:
        assert ledger.list_of_order(conn, order.id) == []


def test_figures_keep_it_apart_from_stripes_money(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Stripe's figures and balance are as without it; what was taken elsewhere is a figure."""
    buy(container, stripe_wire)
    before = payment_summary(container, since=None, until=None)["usd"]
    sold = _sell(container)
    _sell(container, FREE)

    after = payment_summary(container, since=None, until=None)["usd"]
    assert after.paid_elsewhere == 40000
    assert (after.total_revenue, after.successful_payments) == (
        before.total_revenue,
        before.successful_payments,
    )
    booked = stripe_wire.list_all("/v1/balance_transactions")
    assert balance(container) == sum(row["amount"] for row in booked)

    box_office.take_back(container, sold.id)
    assert payment_summary(container, since=None, until=None)["usd"].paid_elsewhere == 0


def test_under_its_key_it_is_sold_once(container: Container) -> None:
    """The same number again; another key sells again."""
    first = _sell(container, key="form-1")

    assert _sell(container, key="form-1") == first
    assert first.id == box_office.order_number(container, "form-1")
    assert _sell(container, key="form-2").id != first.id
    assert seats(container) == (0, 4)


def test_of_many_at_once_only_those_with_seats_are_sold(
    make_container: Callable[[], Container], container: Container
) -> None:
    """Eight operators want four of ten seats each: two get them, and no seat is sold twice."""
    shops = [make_container() for _ in range(8)]

    def sell(shop: Container) -> bool:
        try:
            _sell(shop, quantity=4, section_id="201")
        except SoldOut:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        sold = list(pool.map(sell, shops))

    assert sum(sold) == 2
    assert seats(container, "201") == (0, 8)


def test_one_key_at_two_servers_sells_once(
    make_container: Callable[[], Container], container: Container
) -> None:
    """Whoever comes second finds the order, or is told to ask again; the seats are two."""
    shops = [make_container() for _ in range(4)]

    def sell(shop: Container) -> str | None:
        try:
            return _sell(shop, key="form-1").id
        except WrongState:
            return None

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(sell, shops)) - {None}

    assert numbers == {_sell(container, key="form-1").id}
    assert seats(container) == (0, 2)


def test_its_tickets_can_be_taken_back_and_no_money_moves(container: Container) -> None:
    """They end, the seats are for sale again; taken back twice it is the same."""
    order = _sell(container)

    for _ in range(2):
        assert box_office.take_back(container, order.id).status.value == "refunded"

    assert worth(container, order) == ["refunded", "refunded"]
    assert seats(container) == (0, 0)


def test_what_stripe_has_the_money_of_is_not_taken_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """That is refunded; and who came in stays in."""
    paid = buy(container, stripe_wire)
    used = _sell(container)
    let_in(container, tickets(container, used)[0])

    for order in (paid, used):
        with pytest.raises(WrongState):
            box_office.take_back(container, order.id)
    assert seats(container) == (0, 4)


@pytest.mark.parametrize(("how", "reason"), [(ELSEWHERE, "paid_elsewhere"), (FREE, "free")])
def test_a_refund_says_why_there_is_none(
    container: Container, how: PaidElsewhere, reason: str
) -> None:
    """The money is not here, or there is none."""
    order = _sell(container, how)

    with pytest.raises(NotRefundable) as refused:
        quote_refund(container, Buyer(box_office.CHANNEL, "kim"), order.id)
    assert refused.value.reason == reason


def test_nobody_is_told_of_it(container: Container) -> None:
    """It has no conversation: a notification would be tried for a day in vain."""
    order = _sell(container)
    with container.database.begin() as conn:
        kind = MessageKind.PAYMENT_CONFIRMED
        assert not outbox.enqueue(conn, order, kind, now=container.now())


def test_what_can_not_be_sold_is_refused_and_takes_nothing(container: Container) -> None:
    """Too many or none, no such section, no name."""
    sell = partial(_sell, container)
    for wrong, error in (
        (partial(sell, quantity=0), InvalidQuantity),
        (partial(sell, quantity=101), InvalidQuantity),
        (partial(sell, quantity=41), SoldOut),
        (partial(sell, section_id="999"), ShowNotOnSale),
        (partial(sell, holder="<b>"), InvalidRequest),
    ):
        with pytest.raises(error):
            wrong()
    assert seats(container) == (0, 0)
