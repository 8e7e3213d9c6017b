"""Finding an order by whatever an operator has, and reading all that is on record of it."""

from __future__ import annotations

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, give_back, receive_all
from tests.ticketing.test_query_plans import scans, statements
from tests.ticketing.ticket_desk import code, tickets
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers
from ticket_clerk.ticketing.desk import orders, overview
from ticket_clerk.ticketing.domain.errors import OrderNotFound
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import refunds_of
from ticket_clerk.ticketing.tickets.replacement import set_holder


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two seats of Ann's, of which one was given back; somebody else's order beside it."""
    start_checkout(
        container, Buyer("web", "bea"), show_id="lakers-warriors", section_id="201", quantity=1
    )
    order = buy(container, stripe_wire)
    give_back(container, order, 1)
    receive_all(container, stripe_wire)
    return queries.any_order(container, order.id)


def _found(container: Container, text: str) -> list[str]:
    return [order.id for order in orders.find_orders(container, text)]


def test_an_order_is_found_by_all_that_names_it(container: Container, order: Order) -> None:
    """Its number, tickets, their codes, Stripe's ids, its refund, its buyer."""
    ticket = tickets(container, order)[0]
    (refund,) = refunds_of(container, order.id)[0].payments
    event = orders.read_story(container, order.id).events[0]
    names = [
        order.id,
        f"  {order.id}\n",
        ticket.id,
        code(container, ticket),
        order.checkout_session_id,
        order.payment_intent_id,
        refund.id,
        refund.stripe_refund_id,
        event.id,
        "ann",
        "rest:ann",
    ]

    for name in names:
        assert _found(container, str(name)) == [order.id], name


def test_a_person_is_found_by_what_stripe_knows(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """By e-mail address or a part of the name: neither is kept here, Stripe's customer is."""
    with container.database.read() as conn:
        customer_id = str(customers.find_customer(conn, ANN))
    known = {"email": "ann@example.com", "name": 'Ann "Bo" Bright\\water'}
    container.stripe._client.v1.customers.update(customer_id, known)  # type: ignore[arg-type]

    for text in ("ann@example.com", " bright\\w", '"bo"', "ANN"):
        found = orders.find_orders_of_person(container, text)
        assert [one.id for one in found] == [order.id], text
    for text in ("bea@example.com", "zoe", "an", "", "a\0b", 'x" OR name~"ann'):
        assert orders.find_orders_of_person(container, text) == [], text


def test_a_name_on_a_ticket_finds_its_order(container: Container, order: Order) -> None:
    """The whole name, whatever the capitals; no part of it, and no pattern."""
    set_holder(container, tickets(container, order)[0].id, "Ana María Pérez")

    for text in ("Ana María Pérez", " ana maría pérez", "ANA MARÍA PÉREZ"):
        found = orders.find_orders_of_holder(container, text)
        assert [one.id for one in found] == [order.id], text
    for text in ("Ana", "%", "An", "", "a\0b", "Ana María"):
        assert orders.find_orders_of_holder(container, text) == [], text


@pytest.mark.parametrize("text", ["", "ord_", "ord_x", "tkt_x", "T1:", "evt_x", "%", "a\0b", "x:y"])
def test_what_names_nothing_finds_nothing(container: Container, order: Order, text: str) -> None:
    """No pattern, no prefix: nobody lists orders by guessing."""
    assert _found(container, text) == []


def test_all_orders_of_a_sender_are_found_on_every_channel(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """The same id on two channels is two buyers; with the channel it is one."""
    other = buy(container, stripe_wire, buyer=Buyer("web", "ann"))

    assert set(_found(container, "ann")) == {order.id, other.id}
    assert _found(container, "web:ann") == [other.id]


def test_the_story_has_all_that_happened(container: Container, order: Order) -> None:
    """In the order in which it happened, each with what it is on record under."""
    read = orders.read_story(container, order.id)
    told = [entry.what for entry in read.timeline]

    assert read.order.status is OrderStatus.PARTIALLY_REFUNDED
    assert len(read.tickets) == 2
    assert read.hold is None
    for what in (
        "order made",
        "order paid",
        "Stripe event checkout.session.completed",
        "ledger: payment $400.00",
        "ledger: refund -$200.00",
        "refund of $200.00 requested (chat), tickets: 1",
        "notification: payment confirmed",
        "notification: refund succeeded",
    ):
        assert what in told
    assert told[0] == "order made"
    moments = [entry.at for entry in read.timeline]
    assert moments == sorted(moments)


def test_an_open_order_has_its_hold(container: Container, order: Order) -> None:
    """How many seats, and until when."""
    (open_order,) = queries.orders_of(container, Buyer("web", "bea"))

    assert orders.read_story(container, open_order.id).hold == (1, open_order.hold_expires_at)


def test_an_upgrade_and_its_order_lead_to_each_other(container: Container, order: Order) -> None:
    """Each with the tickets, which are the same."""
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")

    assert [one.id for one in orders.read_story(container, order.id).upgrades] == [upgrade.id]
    read = orders.read_story(container, upgrade.id)
    assert read.parent is not None
    assert read.parent.id == order.id
    assert len(read.tickets) == 2


def test_there_is_no_story_of_no_order(container: Container) -> None:
    """It says so."""
    with pytest.raises(OrderNotFound):
        orders.read_story(container, "ord_of_nobody")


def test_no_look_reads_a_growing_table_whole(container: Container, order: Order) -> None:
    """Neither search, story, queue nor list, however many orders there are."""
    (refund,) = refunds_of(container, order.id)[0].payments
    with statements(container) as noted:
        for text in (order.id, "ann", "rest:ann", "pi_x", "cs_x", refund.id, "re_x", "evt_x"):
            orders.find_orders(container, text)
        orders.find_orders_of_person(container, "ann@example.com")
        orders.find_orders_of_holder(container, "Ann Bright")
        orders.find_orders(container, tickets(container, order)[0].id)
        orders.read_story(container, order.id)
        overview.read_review(container)
        _, cursor = queries.page_of_orders(container, status=None, cursor=None, limit=1)
        queries.page_of_orders(container, status=None, cursor=cursor, limit=1)

    assert len(noted) > 20
    assert scans(container, noted) == {}
