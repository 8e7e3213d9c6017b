"""One Stripe customer a buyer who gave their e-mail there, used for all that they pay later."""

from __future__ import annotations

import threading

import pytest
import stripe

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, pay
from tests.ticketing.seasons import BOB, start, subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import customers
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import resume_checkout, start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade


def _order(container: Container, quantity: int = 1) -> Order:
    return start_checkout(
        container, ANN, show_id="lakers-warriors", section_id="101", quantity=quantity
    )


def _customer(container: Container, buyer: Buyer = ANN) -> str | None:
    with container.database.read() as conn:
        return customers.find_customer(conn, buyer)


def _customers_at_stripe(wire: StripeWire) -> list[str]:
    return [customer["id"] for customer in wire.list_all("/v1/customers")]


def _delete_at_stripe(wire: StripeWire, customer_id: str) -> None:
    stripe.StripeClient("sk_test_dashboard", http_client=wire).v1.customers.delete(customer_id)


def test_a_buyer_is_one_customer_for_all_that_he_pays(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Purchase, upgrade, season ticket: one customer at Stripe, and nobody else is that one."""
    assert _customer(container) is None
    order = buy(container, stripe_wire)
    customer_id = _customer(container)
    assert customer_id is not None

    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    for later in (pay(container, stripe_wire, upgrade), subscribe(container, stripe_wire)):
        assert (later.status, later.customer_id) == (OrderStatus.PAID, customer_id)

    assert _customers_at_stripe(stripe_wire) == [customer_id]
    buy(container, stripe_wire, buyer=BOB)
    assert _customer(container, BOB) not in (None, customer_id)


def test_the_same_sender_on_another_channel_is_somebody_else(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A sender id means something only together with its channel."""
    buy(container, stripe_wire)

    assert _customer(container, Buyer("slack", ANN.sender_id)) is None


def test_who_begins_with_a_season_ticket_is_a_customer_too(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Stripe makes one for every subscription."""
    subscribe(container, stripe_wire)

    assert [_customer(container)] == _customers_at_stripe(stripe_wire)
    assert _order(container).customer_id == _customer(container)


def test_the_first_of_two_customers_stays(container: Container, stripe_wire: StripeWire) -> None:
    """Two pages were open before either was paid: the second payer is not taken over."""
    first, second = _order(container, 1), _order(container, 2)

    pay(container, stripe_wire, second)
    customer_id = _customer(container)
    pay(container, stripe_wire, first)

    assert _customer(container) == customer_id
    assert len(_customers_at_stripe(stripe_wire)) == 2
    assert _order(container, 3).customer_id == customer_id


def test_of_two_that_are_kept_at_once_one_wins(container: Container) -> None:
    """The key decides, and both go on with the one that won."""
    barrier, kept = threading.Barrier(2), []

    def keep(customer_id: str) -> None:
        barrier.wait()
        with container.database.begin() as conn:
            kept.append(customers.remember_customer(conn, ANN, customer_id))

    threads = [threading.Thread(target=keep, args=(name,)) for name in ("cus_one", "cus_two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kept) == [False, True]
    assert _customer(container) in ("cus_one", "cus_two")


def test_what_is_sent_stays_the_same_when_the_customer_is_learnt_in_between(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The lost session is found under its key, with what was sent when it was made."""
    first = _order(container, 1)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        _order(container, 2)
    stripe_wire.mend()
    pay(container, stripe_wire, first)
    lost = queries.orders_of(container, ANN)[0]

    found = resume_checkout(container, ANN, lost.id)

    assert (found.status, found.customer_id) == (OrderStatus.OPEN, None)
    assert len(stripe_wire.sessions()) == 2
    assert pay(container, stripe_wire, found).status is OrderStatus.PAID


@pytest.mark.parametrize("what", ["purchase", "season ticket"])
def test_a_customer_that_was_deleted_at_stripe_is_forgotten(
    container: Container, stripe_wire: StripeWire, what: str
) -> None:
    """The buyer gets the link all the same and is a new customer with their next payment."""
    buy(container, stripe_wire)
    gone = _customer(container)
    _delete_at_stripe(stripe_wire, str(gone))

    order = _order(container) if what == "purchase" else start(container)

    assert (order.status, order.customer_id, order.attempt) == (OrderStatus.OPEN, None, 2)
    assert _customer(container) is None
    assert pay(container, stripe_wire, order).status is OrderStatus.PAID
    assert _customer(container) not in (None, gone)


def test_no_e_mail_is_stored(container: Container, stripe_wire: StripeWire) -> None:
    """Stripe has it; here is only the customer's number."""
    buy(container, stripe_wire)

    with container.database.read() as conn:
        row = conn.execute(schema.customers.select()).one()
    assert tuple(row) == ("rest", "ann", _customer(container))
