"""A yes is to the sum that was shown: another sum orders nothing, and says what it is now."""

from __future__ import annotations

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, reprice, reprice_season, seats, status
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import PriceChanged
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import queries, replacement
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

GAME = "lakers-warriors"
TWO = {"show_id": GAME, "section_id": "101", "quantity": 2}


def open_orders(container: Container) -> list[Order]:
    """Ann's orders that wait for their payment."""
    return [o for o in queries.orders_of(container, ANN) if o.status is OrderStatus.OPEN]


def test_a_price_that_changed_between_summary_and_yes_orders_nothing(container: Container) -> None:
    """The error says the new sum, and no seat is held; a yes to that sum orders."""
    reprice(container, "101", 200000)

    with pytest.raises(PriceChanged) as raised:
        start_checkout(container, ANN, **TWO, quoted_amount=40000)

    assert (raised.value.amount, raised.value.currency) == (400000, "usd")
    assert (open_orders(container), seats(container, "101")) == ([], (0, 0))
    assert start_checkout(container, ANN, **TWO, quoted_amount=400000).amount_total == 400000


def test_without_the_quote_a_yes_orders_at_any_price(container: Container) -> None:
    """The control: what was agreed to at $400 is ordered for $4,000."""
    reprice(container, "101", 200000)

    assert start_checkout(container, ANN, **TWO).amount_total == 400000


def test_an_open_order_goes_on_at_the_price_that_it_was_made_for(container: Container) -> None:
    """Repeated with the sum that was agreed to it is the same order, whatever seats cost now."""
    order = start_checkout(container, ANN, **TWO, quoted_amount=40000)
    reprice(container, "101", 200000)

    assert start_checkout(container, ANN, **TWO, quoted_amount=40000).id == order.id


def test_an_open_order_of_another_sum_is_not_what_was_agreed_to(container: Container) -> None:
    """Cheaper now: the yes is to the new sum, and the old order runs out by itself."""
    old = start_checkout(container, ANN, **TWO, quoted_amount=40000)
    reprice(container, "101", 10000)

    new = start_checkout(container, ANN, **TWO, quoted_amount=20000)

    assert (new.id != old.id, new.amount_total) == (True, 20000)


def test_a_change_at_another_sum_leaves_the_order_alone(container: Container) -> None:
    """Found out before the old page is closed at Stripe."""
    old = start_checkout(container, ANN, **TWO)
    reprice(container, "201", 90000)

    with pytest.raises(PriceChanged) as raised:
        replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 2, quoted_amount=70000))

    assert raised.value.amount == 180000
    assert open_orders(container) == [old]
    assert replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 2, quoted_amount=180000))
    assert status(container, old) is OrderStatus.CANCELED


def test_a_price_that_changes_while_the_page_is_closed_keeps_the_order(
    container: Container,
) -> None:
    """An order like the old one takes its place, as where somebody else was faster."""
    old = start_checkout(container, ANN, **TWO)
    session = replacement._close(container, old)
    reprice(container, "201", 90000)

    with pytest.raises(PriceChanged):
        replacement._swap(container, old, session, SeatRequest(GAME, "201", 2, quoted_amount=70000))

    (kept,) = open_orders(container)
    assert (kept.section_id, kept.quantity, kept.amount_total) == ("101", 2, 40000)


def test_an_upgrade_is_for_the_difference_that_was_shown(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Dearer since: nothing is ordered, and the seats stay as they are."""
    order = buy(container, stripe_wire)
    reprice(container, "201", 90000)

    with pytest.raises(PriceChanged) as raised:
        start_upgrade(container, ANN, order.id, section_id="201", quoted_amount=30000)

    assert (raised.value.amount, open_orders(container)) == (140000, [])
    upgrade = start_upgrade(container, ANN, order.id, section_id="201", quoted_amount=140000)
    assert upgrade.amount_total == 140000


def test_an_open_upgrade_of_another_sum_is_replaced(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Both pages could be paid otherwise."""
    order = buy(container, stripe_wire)
    first = start_upgrade(container, ANN, order.id, section_id="201", quoted_amount=30000)
    assert start_upgrade(container, ANN, order.id, section_id="201", quoted_amount=30000) == first
    reprice(container, "201", 30000)

    second = start_upgrade(container, ANN, order.id, section_id="201", quoted_amount=20000)

    assert (status(container, first), second.amount_total) == (OrderStatus.CANCELED, 20000)


def test_a_season_ticket_is_for_the_sum_that_was_shown(container: Container) -> None:
    """It would be paid every year; an open one of another sum is replaced."""
    season = {"season_ticket_id": "lakers-season"}
    first = start_season_ticket(container, ANN, **season, quoted_amount=150000)
    reprice_season(container, 200000)
    assert start_season_ticket(container, ANN, **season, quoted_amount=150000).id == first.id

    second = start_season_ticket(container, ANN, **season, quoted_amount=200000)
    assert (status(container, first), second.amount_total) == (OrderStatus.CANCELED, 200000)

    with pytest.raises(PriceChanged) as raised:
        start_season_ticket(container, ANN, **season, quantity=2, quoted_amount=300000)
    assert raised.value.amount == 400000
