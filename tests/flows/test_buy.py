"""From the yes to the link, with a real database and the stand-in's Stripe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rasa_sdk import Action
from rasa_sdk.events import FollowupAction, SlotSet

from actions.actions import (
    ActionAskBuyTicketsFormConfirmOrder,
    ActionAskBuyTicketsFormSection,
    ActionAskBuyTicketsFormShow,
    ActionRespond,
    ActionStartCheckout,
    ValidateBuyTicketsForm,
)
from tests.flows.conversation import Conversation
from tests.stripe_wire import StripeWire
from ticket_clerk.flows.purchase.form import FORM
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import checkout, queries
from ticket_clerk.ticketing.orders.ownership import note_address
from ticket_clerk.ticketing.settings import Settings

AGREED = {
    "show": "lakers-warriors",
    "section": "101",
    "quantity": 2,
    "confirm_order": True,
}
EMPTY = [SlotSet(name, None) for name in FORM.slots]


@pytest.fixture
def sam() -> Conversation:
    """A conversation in which everything was agreed to."""
    conversation = Conversation()
    conversation.slots = dict(AGREED)
    return conversation


def test_a_yes_brings_order_number_total_and_link(container: Container, sam: Conversation) -> None:
    """All in one message, the address as plain text."""
    events = sam.run(ActionStartCheckout(container))

    order = queries.orders_of(container, sam.buyer)[0]
    assert events == EMPTY
    assert sam.responses == ["utter_checkout_link"]
    assert order.checkout_url
    for fact in (order.id, "$400.00", order.checkout_url, "Section 101"):
        assert fact in sam.read()


def test_without_a_yes_nothing_is_ordered(container: Container, sam: Conversation) -> None:
    """Leaving the form and slots that somebody wrote end the same way; what was listed stays."""
    sam.slots["confirm_order"] = "please"
    kept = [event for event in EMPTY if event["name"] != "offered_shows"]

    assert sam.run(ActionStartCheckout(container)) == kept
    assert sam.responses == []
    assert queries.orders_of(container, sam.buyer) == []


def test_the_price_is_the_databases_whatever_slots_say(
    container: Container, sam: Conversation
) -> None:
    """Slots are what a buyer might have typed."""
    sam.slots["price"] = 1

    sam.run(ActionStartCheckout(container))

    assert queries.orders_of(container, sam.buyer)[0].amount_total == 40000


def test_who_lost_the_last_seat_goes_on_choosing(container: Container, sam: Conversation) -> None:
    """The form comes back and asks for what is missing now."""
    checkout.start_checkout(
        container, Buyer("rest", "kim"), show_id="last-seat", section_id="front", quantity=1
    )
    sam.slots.update(show="last-seat", section="front", quantity=1)

    events = sam.run(ActionStartCheckout(container))

    assert sam.responses == ["utter_error_sold_out"]
    assert events == [
        SlotSet("section", None),
        SlotSet("confirm_order", None),
        FollowupAction("buy_tickets_form"),
    ]


def test_a_fourth_unpaid_order_is_refused_with_the_three(
    container: Container, sam: Conversation
) -> None:
    """They must know which to pay or cancel."""
    made = [
        checkout.start_checkout(
            container, sam.buyer, show_id="lakers-warriors", section_id="201", quantity=number
        )
        for number in (1, 2, 3)
    ]

    assert sam.run(ActionStartCheckout(container)) == EMPTY
    assert sam.responses == ["utter_error_too_many_open_orders"]
    assert all(order.id in sam.read() for order in made)


def test_an_address_with_too_many_unpaid_seats_reads_why(
    container: Container, sam: Conversation
) -> None:
    """Nothing is ordered, and the sentence names the limit."""
    note_address(container, sam.buyer, "192.0.2.7")
    strict = replace(container, settings=replace(container.settings, unpaid_seats_per_address=1))

    assert sam.run(ActionStartCheckout(strict)) == EMPTY
    assert sam.responses == ["utter_error_too_many_unpaid_seats"]
    assert "1 seats of this show" in sam.read()
    assert queries.orders_of(container, sam.buyer) == []


def test_seats_that_are_not_held_are_not_said_to_be(
    container: Container, sam: Conversation
) -> None:
    """HOLD_SEATS_FOR=returning, and somebody who has never paid."""
    strict = replace(container, settings=replace(container.settings, hold_seats_for="returning"))

    assert sam.run(ActionStartCheckout(strict)) == EMPTY
    assert sam.responses == ["utter_checkout_link_unheld"]
    assert "held" not in sam.read()


def test_stripe_away_holds_the_seats_and_says_what_to_say(
    container: Container, sam: Conversation, stripe_wire: StripeWire
) -> None:
    """ "Try again" gets the link later."""
    stripe_wire.cut()

    assert sam.run(ActionStartCheckout(container)) == EMPTY
    assert sam.responses == ["utter_error_stripe_unavailable"]
    assert "try again" in sam.read()
    assert "ord_" in sam.read()


def test_stripe_refusing_is_said(
    container: Container, sam: Conversation, stripe_wire: StripeWire
) -> None:
    """Nothing is held then."""
    stripe_wire.refuse()

    assert sam.run(ActionStartCheckout(container)) == EMPTY
    assert sam.responses == ["utter_error_stripe_rejected"]


@pytest.fixture
def broken_container(tmp_path: Path) -> Iterator[Container]:
    """A shop whose database has none of its tables."""
    container = build_container(
        Settings.from_env({"DATABASE_URL": f"sqlite:///{tmp_path}/bare.db"})
    )
    yield container
    container.database.close()


@pytest.mark.parametrize(
    "action",
    [
        ActionStartCheckout,
        ActionAskBuyTicketsFormShow,
        ActionAskBuyTicketsFormSection,
        ActionAskBuyTicketsFormConfirmOrder,
    ],
)
def test_a_database_that_is_away_is_a_sentence(
    broken_container: Container, sam: Conversation, action: Callable[[Container], Action]
) -> None:
    """No action raises into Rasa, which would drop the turn."""
    sam.run(action(broken_container))

    assert len(sam.responses) == 1
    assert sam.responses[0].startswith("utter_error_")


def test_the_form_keeps_its_question_while_the_database_is_away(
    broken_container: Container, sam: Conversation
) -> None:
    """The question that comes next meets the same trouble and says it, once."""
    assert sam.run(ValidateBuyTicketsForm(broken_container)) == [SlotSet("confirm_order", None)]
    assert sam.said == []


def test_the_form_fills_slots_from_a_sentence(container: Container) -> None:
    """Whole events: every slot of the purchase is written each time."""
    conversation = Conversation().receive(
        "I'd like to buy 2 tickets for the Lakers game", "buy_tickets"
    )

    assert conversation.run(ValidateBuyTicketsForm(container)) == [
        SlotSet("show", "lakers-warriors"),
        SlotSet("section", None),
        SlotSet("quantity", 2),
        SlotSet("offered_shows", None),
        SlotSet("is_changing_order", None),
        SlotSet("is_waiting", None),
        SlotSet("purchase_wish", None),
        SlotSet("replaces_order", None),
        SlotSet("promotion_code", None),
        SlotSet("is_giving_code", None),
        SlotSet("order_extras", None),
        SlotSet("order_lines", None),
        SlotSet("orders_after", None),
        SlotSet("confirm_order", None),
        SlotSet("requested_slot", "section"),
    ]
    assert conversation.said == []


def test_a_question_in_between_fills_no_slot(container: Container) -> None:
    """It is answered, and the same question is asked again."""
    conversation = Conversation()
    agreed = {**AGREED, "quantity": None, "confirm_order": None}
    conversation.slots = {**agreed, "requested_slot": "quantity"}
    conversation.active_loop = {"name": "buy_tickets_form"}
    before = dict(conversation.slots)
    conversation.receive("how much for 3?", "ask_price")

    events = conversation.run(ValidateBuyTicketsForm(container))

    assert conversation.responses == ["utter_prices"]
    assert events[-1] == SlotSet("requested_slot", "quantity")
    assert all(conversation.slots.get(name) == value for name, value in before.items())


def test_the_section_question_names_prices_and_seats_left(
    container: Container, sam: Conversation
) -> None:
    """Buttons say what is written on them."""
    sam.run(ActionAskBuyTicketsFormSection(container))

    assert "Section 101: $200.00, 40 left" in sam.read()
    assert [(b["title"], b["payload"]) for b in sam.said[0]["buttons"]] == [
        ("Section 101", "Section 101"),
        ("Section 201", "Section 201"),
    ]


def test_the_summary_names_everything_that_costs_money(
    container: Container, sam: Conversation
) -> None:
    """Show, section, number, price each and total, before anything is made."""
    sam.run(ActionAskBuyTicketsFormConfirmOrder(container))

    for fact in ("2 ×", "Lakers vs Warriors", "Section 101", "$200.00 each", "$400.00 in total"):
        assert fact in sam.read()


def test_a_yes_whose_turn_was_cut_off_is_taken_up_again(
    container: Container, sam: Conversation
) -> None:
    """The action server died before the order: the form is gone, the slots are not."""
    sam.receive("yes", "affirm").run(ActionRespond(container))

    assert sam.responses == ["utter_checkout_link"]
    assert len(queries.orders_of(container, sam.buyer)) == 1


def test_a_second_yes_gives_the_link_again(container: Container, sam: Conversation) -> None:
    """Pressed twice, or sent twice: one order, and its link."""
    sam.run(ActionStartCheckout(container))
    (made,) = queries.orders_of(container, sam.buyer)

    sam.receive("yes", "affirm").run(ActionRespond(container))

    assert str(made.checkout_url) in sam.read()
    assert len(queries.orders_of(container, sam.buyer)) == 1


def test_a_yes_long_after_the_link_buys_nothing(container: Container, sam: Conversation) -> None:
    """What was asked has been answered."""
    sam.run(ActionStartCheckout(container))
    sam.receive("thanks", "thank_you")
    sam.events.append({"event": "bot", "metadata": {"utter_action": "utter_thank_you"}})

    sam.receive("yes", "affirm").run(ActionRespond(container))

    assert sam.responses == ["utter_affirm"]
