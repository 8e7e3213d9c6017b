"""A show that is called off: nothing more is sold, everybody is told once, all money goes back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.conftest import SHOWS
from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    buy,
    give_back,
    pay,
    receive_all,
    refunded,
    seats,
    status,
    told,
)
from tests.ticketing.ticket_desk import code, let_in, tickets, worth
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.errors import (
    NotRefundable,
    NotUpgradable,
    ShowNotChangeable,
    ShowNotFound,
    ShowNotOnSale,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.domain.show_changes import ChangeProgress
from ticket_clerk.ticketing.domain.tickets import TicketStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade, upgrade_offers
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.show_changes import (
    apply_changes,
    call_off_show,
    find_show,
    progress_of,
)
from ticket_clerk.ticketing.tickets import admission
from ticket_clerk.ticketing.waiting_list import join_waiting_list, waits_of

SHOW = "lakers-warriors"
BEA, CAL = Buyer("rest", "bea"), Buyer("socketio", "cal")


def carry_out(container: Container, wire: StripeWire) -> None:
    """Have the worker do all that follows, and Stripe tell of it."""
    apply_changes(container)
    submit_requests(container)
    receive_all(container, wire)


def progress(container: Container) -> ChangeProgress:
    """How far the calling off is."""
    found = progress_of(container, find_show(container, SHOW))
    assert found is not None
    return found


def test_all_money_goes_back_and_each_buyer_is_told_once(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Whatever is repeated: one notification an order, one refund a payment, and no fee."""
    bea = buy(container, stripe_wire, buyer=BEA, quantity=1, section_id="201")
    for _ in range(2):
        call_off_show(container, SHOW)
        carry_out(container, stripe_wire)

    assert (status(container, order), status(container, bea)) == (OrderStatus.REFUNDED,) * 2
    assert sorted(refunded(stripe_wire)) == [35000, 40000]
    assert (balance(container), seats(container), seats(container, "201")) == (0, (0, 0), (0, 0))
    assert told(container) == told(container, BEA) == ["payment_confirmed", "show_called_off"]
    assert progress(container) == ChangeProgress(0, 0, 2, 2, 0, 0, 75000, 75000, 2, 0)


def test_the_sale_ends_at_once_and_loading_the_catalog_does_not_begin_it_again(
    container: Container,
) -> None:
    """The file still has the show; nobody can order, wait or be offered it."""
    call_off_show(container, SHOW)
    with container.database.begin() as conn:
        catalog = read_shows_file(SHOWS)
        load_catalog(conn, catalog, now=container.now())

    with pytest.raises(ShowNotOnSale):
        start_checkout(container, ANN, show_id=SHOW, section_id="101", quantity=1)
    with pytest.raises(ShowNotOnSale):
        join_waiting_list(container, ANN, show_id=SHOW, section_id=None, quantity=1)
    listed = queries.catalog(container)
    assert SHOW not in [show.id for show in listed.shows]
    assert SHOW in listed.called_off


def test_an_upgraded_order_gets_both_payments_back(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """In one request, told with the order; and no other upgrade can be had."""
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    pay(container, stripe_wire, upgrade)
    call_off_show(container, SHOW)
    with pytest.raises(NotUpgradable):
        upgrade_offers(container, ANN, order.id)
    carry_out(container, stripe_wire)

    assert sorted(refunded(stripe_wire)) == [30000, 40000]
    assert {status(container, one) for one in (order, upgrade)} == {OrderStatus.REFUNDED}
    assert balance(container) == 0


def test_what_a_buyer_gave_back_before_goes_back_once(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Of two tickets one was returned: the other one's money is left."""
    give_back(container, order, 1)
    call_off_show(container, SHOW)
    carry_out(container, stripe_wire)

    assert refunded(stripe_wire) == [20000, 20000]
    assert (status(container, order), balance(container)) == (OrderStatus.REFUNDED, 0)


def test_no_fee_is_kept_and_no_buyer_has_to_ask(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A show with a fee; who asks all the same between the act and the worker reads why not."""
    order = start_checkout(container, ANN, show_id=SHOW, section_id="101", quantity=2)
    order = pay(container, stripe_wire, order)
    _change(container, schema.orders, refund_fee="10%")
    call_off_show(container, SHOW)
    with pytest.raises(NotRefundable) as refused:
        quote_refund(container, ANN, order.id)
    carry_out(container, stripe_wire)

    assert refused.value.reason == "called_off"
    assert (refunded(stripe_wire), queries.any_order(container, order.id).amount_kept) == (
        [40000],
        0,
    )


def test_an_unpaid_order_is_closed_and_told(container: Container, stripe_wire: StripeWire) -> None:
    """Its page at Stripe, too; nothing was charged, and the seats are nobody's."""
    order = start_checkout(container, ANN, show_id=SHOW, section_id="101", quantity=2)
    call_off_show(container, SHOW)
    carry_out(container, stripe_wire)

    assert status(container, order) is OrderStatus.CANCELED
    assert [session["status"] for session in stripe_wire.sessions()] == ["expired"]
    assert (told(container), seats(container)) == (["show_called_off"], (0, 0))


@pytest.mark.parametrize("is_applied", [False, True])
def test_a_payment_after_the_calling_off_buys_nothing_and_goes_back(
    container: Container, stripe_wire: StripeWire, is_applied: bool
) -> None:
    """On a page that Stripe had not closed yet, before the worker came to the order or after."""
    order = start_checkout(container, ANN, show_id=SHOW, section_id="101", quantity=2)
    call_off_show(container, SHOW)
    if is_applied:
        stripe_wire.cut()
        apply_changes(container)
        stripe_wire.mend()
    pay(container, stripe_wire, order)
    carry_out(container, stripe_wire)

    assert tickets(container, order) == []
    assert refunded(stripe_wire) == [40000]
    assert (status(container, order), balance(container)) == (OrderStatus.REFUNDED, 0)
    assert told(container).count("show_called_off") == 1


def test_the_waiting_list_is_emptied_and_told(container: Container) -> None:
    """Once, by name, since there is no order to speak of."""
    join_waiting_list(container, CAL, show_id=SHOW, section_id=None, quantity=2)
    call_off_show(container, SHOW)
    apply_changes(container)
    apply_changes(container)

    assert waits_of(container, CAL) == []
    cal = FormDriver(container, sender_id="cal")
    assert cal.push() == ["utter_wait_called_off"]
    assert "Lakers vs Warriors" in cal.read_all()
    assert cal.push() == []


def test_a_ticket_opens_no_door_from_that_moment_on(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Before the worker has come to its order, and after; also one that somebody came in with."""
    one, other = tickets(container, order)
    let_in(container, one)
    call_off_show(container, SHOW)

    assert admission.check(container, code(container, other)).status is TicketStatus.CANCELED
    assert not admission.redeem(container, code(container, other)).is_redeemed
    carry_out(container, stripe_wire)
    assert worth(container, order) == ["canceled", "canceled"]
    assert refunded(stripe_wire) == [40000]


def test_a_refund_that_failed_is_counted_told_and_taken_up_by_calling_off_again(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The tickets stay worth nothing, and the buyer isn't told a second time of the show."""
    call_off_show(container, SHOW)
    apply_changes(container)
    stripe_wire.refuse()
    submit_requests(container)
    stripe_wire.mend()

    assert progress(container).failed == 1
    assert told(container)[1:] == ["show_called_off", "refund_failed"]
    assert worth(container, order) == ["canceled", "canceled"]
    call_off_show(container, SHOW)
    carry_out(container, stripe_wire)
    assert (progress(container).failed, progress(container).refunded) == (0, 1)
    assert (refunded(stripe_wire), told(container).count("show_called_off")) == ([40000], 1)


def test_what_another_provider_collected_waits_for_a_person(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Counted as failed; the buyer is told that somebody sees to it."""
    for table in (schema.orders, schema.ledger):
        _change(container, table, payment_intent_id="provider_1")
    call_off_show(container, SHOW)
    carry_out(container, stripe_wire)

    assert (progress(container).failed, refunded(stripe_wire)) == (1, [])


def test_a_show_that_is_long_over_or_unknown_is_left_alone(
    container: Container, clock: MovableClock
) -> None:
    """Seven days after its start at the latest."""
    with pytest.raises(ShowNotFound):
        call_off_show(container, "no-such-show")
    clock.move(minutes=60 * 24 * 3600)
    with pytest.raises(ShowNotChangeable):
        call_off_show(container, SHOW)


def test_the_buyer_reads_what_becomes_of_their_money(
    container: Container, stripe_wire: StripeWire
) -> None:
    """In their own conversation, with the sum; asked, the clerk knows that the show is off."""
    sam = FormDriver(container)
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    call_off_show(container, SHOW)
    carry_out(container, stripe_wire)

    assert sam.push() == ["utter_show_called_off"]
    assert "$400.00" in sam.read_all()
    assert order.id in sam.read_all()


def _change(container: Container, table: sa.Table, **values: str) -> None:
    with container.database.begin() as conn:
        conn.execute(sa.update(table).values(**values))
