"""What a buyer is told where a host keeps its seats itself and does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.actions import ActionStartCheckout, ActionStartUpgrade
from tests.flows.conversation import Conversation
from tests.stripe_wire import StripeWire
from tests.ticketing.catalogs import BoxOfficeTheater
from tests.ticketing.purchases import pay
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

pytestmark = pytest.mark.sqlite_only

AGREED = {"show": "hamlet", "section": "stalls", "quantity": 2, "confirm_order": True}


@pytest.fixture
def office(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> BoxOfficeTheater:
    """The box office of the documentation's example."""
    theater = BoxOfficeTheater(container, tmp_path, monkeypatch)
    theater.load()
    return theater


@pytest.fixture
def sam() -> Conversation:
    """Somebody who has agreed to two seats."""
    conversation = Conversation()
    conversation.slots = dict(AGREED)
    return conversation


def test_a_host_that_is_away_is_an_honest_sentence(
    office: BoxOfficeTheater, sam: Conversation
) -> None:
    """Nothing was ordered, held or charged; and nothing is."""
    office.break_reservations()

    sam.run(ActionStartCheckout(office.container))

    assert sam.responses == ["utter_error_host_unavailable"]
    assert "nothing new was ordered, held or charged" in sam.read()
    orders = queries.orders_of(office.container, sam.buyer)
    assert [order.status for order in orders] == [OrderStatus.CANCELED]


def test_a_change_while_it_is_away_keeps_what_there_was(
    office: BoxOfficeTheater, sam: Conversation
) -> None:
    """With the link of the order that goes on."""
    order = start_checkout(
        office.container, sam.buyer, show_id="hamlet", section_id="balcony", quantity=2
    )
    sam.slots["replaces_order"] = order.id
    office.file.rename(office.file.with_suffix(".away"))

    sam.run(ActionStartCheckout(office.container))

    assert sam.responses == ["utter_error_host_unavailable", "utter_order_kept"]
    assert str(order.checkout_url) in sam.read()


def test_a_change_of_which_nothing_is_left_says_so(
    office: BoxOfficeTheater, sam: Conversation
) -> None:
    """The order that was given up for it is named as canceled."""
    order = start_checkout(
        office.container, sam.buyer, show_id="hamlet", section_id="balcony", quantity=2
    )
    sam.slots["replaces_order"] = order.id
    office.reserve_nothing_more()

    sam.run(ActionStartCheckout(office.container))

    assert sam.responses == ["utter_error_sold_out", "utter_order_canceled_now"]
    assert order.id in sam.read()


def test_better_seats_of_a_host_that_is_away(
    office: BoxOfficeTheater, sam: Conversation, stripe_wire: StripeWire
) -> None:
    """The tickets that are paid stay as they are."""
    order = start_checkout(
        office.container, sam.buyer, show_id="hamlet", section_id="balcony", quantity=2
    )
    pay(office.container, stripe_wire, order)
    office.break_reservations()
    sam.slots = {
        "upgrade_order": order.id,
        "upgrade_section": "stalls",
        "confirm_upgrade": True,
    }

    sam.run(ActionStartUpgrade(office.container))

    assert sam.responses == ["utter_error_host_unavailable"]
    assert queries.any_order(office.container, order.id).section_id == "balcony"
