"""A yes is to the sum that the summary showed: where the price has changed, it asks again."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, reprice, reprice_season
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import queries


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


def open_orders(container: Container, sam: FormDriver) -> list[Order]:
    """The buyer's orders that wait for their payment."""
    orders = queries.orders_of(container, sam.buyer)
    return [order for order in orders if order.status is OrderStatus.OPEN]


def test_a_purchase_at_another_price_is_summed_up_again(
    container: Container, sam: FormDriver
) -> None:
    """Nothing is ordered at $4,000 by a yes to $400; a yes to the new sum orders."""
    sam.say("2 tickets for lakers vs warriors in section 101", "buy_tickets")
    assert "$400.00" in sam.read_all()
    reprice(container, "101", 200000)

    assert sam.say("yes", "affirm") == ["utter_error_price_changed", "utter_ask_confirm_order"]
    assert "$4,000.00" in sam.read_all()
    assert open_orders(container, sam) == []

    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    assert [order.amount_total for order in open_orders(container, sam)] == [400000]


def test_a_changed_order_at_another_price_is_summed_up_again(
    container: Container, sam: FormDriver
) -> None:
    """The order that there is goes on meanwhile."""
    sam.say("2 tickets for lakers vs warriors in section 101", "buy_tickets")
    sam.say("yes", "affirm")
    (old,) = open_orders(container, sam)
    assert sam.say("make it 3 tickets", "buy_tickets") == ["utter_ask_confirm_replacement"]
    reprice(container, "101", 30000)

    assert sam.say("yes", "affirm") == [
        "utter_error_price_changed",
        "utter_ask_confirm_replacement",
    ]
    assert open_orders(container, sam) == [old]

    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    assert [order.amount_total for order in open_orders(container, sam)] == [90000]


def test_an_upgrade_at_another_difference_is_summed_up_again(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Also where the sum has become smaller."""
    buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    assert sam.say("can I upgrade my seats?", "upgrade_seat") == ["utter_ask_confirm_upgrade"]
    reprice(container, "201", 30000)

    assert sam.say("yes", "affirm") == ["utter_error_price_changed", "utter_ask_confirm_upgrade"]
    assert open_orders(container, sam) == []

    assert sam.say("yes", "affirm") == ["utter_upgrade_link"]
    assert [order.amount_total for order in open_orders(container, sam)] == [20000]


def test_a_season_ticket_at_another_price_is_summed_up_again(
    container: Container, sam: FormDriver
) -> None:
    """It would be paid every year."""
    words = "I want a season ticket"
    assert sam.say(words, "subscribe_season_tickets") == ["utter_ask_confirm_season"]
    reprice_season(container, 200000)

    assert sam.say("yes", "affirm") == ["utter_error_price_changed", "utter_ask_confirm_season"]
    assert open_orders(container, sam) == []

    assert sam.say("yes", "affirm") == ["utter_season_link"]
    assert [order.amount_total for order in open_orders(container, sam)] == [200000]


def test_no_slot_is_ever_a_price(container: Container, sam: FormDriver) -> None:
    """A sum that somebody put there buys nothing for it."""
    sam.say("2 tickets for lakers vs warriors in section 101", "buy_tickets")
    sam.slots["quoted_amount"] = 1

    assert sam.say("yes", "affirm") == ["utter_error_price_changed", "utter_ask_confirm_order"]
    assert open_orders(container, sam) == []
