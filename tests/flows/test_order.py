"""Orders that were made: shown, canceled, and reported once."""

from __future__ import annotations

import pytest
from rasa_sdk.events import ActionReverted

from actions.actions import ActionReportPayment, ActionRespond
from tests.flows.conversation import Conversation
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import checkout, queries


@pytest.fixture
def sam() -> Conversation:
    """A buyer's conversation."""
    return Conversation()


def order(container: Container, conversation: Conversation, quantity: int = 2) -> Order:
    """Make an order of this conversation's buyer."""
    return checkout.start_checkout(
        container,
        conversation.buyer,
        show_id="lakers-warriors",
        section_id="101",
        quantity=quantity,
    )


def test_an_unpaid_order_is_shown_with_its_link(container: Container, sam: Conversation) -> None:
    """And with how long it still works."""
    made = order(container, sam)

    sam.receive("where is my order", "payment_status").run(ActionRespond(container))

    assert sam.responses == ["utter_order_open"]
    assert str(made.checkout_url) in sam.read()
    assert "35 more minutes" in sam.read()


def test_several_unpaid_orders_are_all_shown(container: Container, sam: Conversation) -> None:
    """A buyer who asks wants to know what they have to pay."""
    both = [order(container, sam, 1).id, order(container, sam, 2).id]

    sam.receive("my orders", "show_orders").run(ActionRespond(container))

    assert [made in sam.read() for made in both] == [True, True]


def test_somebody_elses_order_is_as_unknown_as_one_that_never_was(
    container: Container, sam: Conversation
) -> None:
    """The same words for both, for asking and for canceling."""
    others = order(container, Conversation("kim")).id
    said = set()
    for number in (others, "ord_0000000000000000"):
        for action in (ActionRespond(container), ActionRespond(container)):
            sam.receive(f"what about {number}", "payment_status").run(action)
            said.add(sam.read())

    assert sam.responses == ["utter_error_order_not_found"]
    assert len(said) == 1
    assert queries.orders_of(container, Conversation("kim").buyer)[0].status.value == "open"


def test_one_sender_id_on_two_channels_is_two_buyers(
    container: Container, sam: Conversation
) -> None:
    """A sender id is whatever a client of REST says it is."""
    order(container, sam)
    other = Conversation(sam.buyer.sender_id, channel="rest")

    other.receive("my orders", "show_orders").run(ActionRespond(container))

    assert other.responses == ["utter_no_orders"]


def test_try_again_makes_the_link_that_stripe_did_not_give(
    container: Container, sam: Conversation, stripe_wire: StripeWire
) -> None:
    """The order is the same one."""
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        order(container, sam)
    sam.receive("try again", "show_orders").run(ActionRespond(container))
    assert sam.responses == ["utter_error_stripe_unavailable"]
    stripe_wire.mend()

    sam.receive("try again", "show_orders").run(ActionRespond(container))

    assert sam.responses == ["utter_order_open"]
    assert len(queries.orders_of(container, sam.buyer)) == 1


def test_an_unpaid_order_is_canceled_by_asking(container: Container, sam: Conversation) -> None:
    """Its seats are back at once."""
    order(container, sam)

    sam.receive("cancel my order", "cancel_order").run(ActionRespond(container))
    assert sam.responses == ["utter_ask_cancel_order"]
    assert queries.orders_of(container, sam.buyer)[0].status.value == "open"

    sam.receive("yes", "affirm").run(ActionRespond(container))

    assert sam.responses == ["utter_order_canceled_now"]
    assert queries.orders_of(container, sam.buyer)[0].status.value == "canceled"


def test_of_several_orders_the_clerk_asks_which(container: Container, sam: Conversation) -> None:
    """The buttons say it with the order number, and so may the buyer."""
    first, second = order(container, sam, 1), order(container, sam, 2)

    sam.receive("cancel my order", "cancel_order").run(ActionRespond(container))
    assert sam.responses == ["utter_ask_which_order"]
    assert f"Cancel {first.id}" in [button["payload"] for button in sam.said[0]["buttons"]]

    sam.receive(f"Cancel {first.id}", "cancel_order").run(ActionRespond(container))
    assert sam.responses == ["utter_order_canceled_now"]
    left = [o.id for o in queries.orders_of(container, sam.buyer) if o.status.value == "open"]
    assert left == [second.id]


def test_with_nothing_to_cancel_the_clerk_says_so(container: Container, sam: Conversation) -> None:
    """A buyer without orders is not told that something was canceled."""
    sam.receive("cancel my order", "cancel_order").run(ActionRespond(container))

    assert sam.responses == ["utter_nothing_to_cancel"]


def test_an_expired_order_is_reported_once(
    container: Container, sam: Conversation, clock: MovableClock
) -> None:
    """The second call says nothing, since the notice is in the conversation."""
    made = order(container, sam)
    clock.move(minutes=36)
    checkout.refresh_order(container, sam.buyer, made.id)

    sam.run(ActionReportPayment(container))
    assert sam.responses == ["utter_checkout_expired"]
    assert made.id in sam.read()

    assert sam.run(ActionReportPayment(container)) == [ActionReverted()]
    assert sam.said == []


def test_a_notice_carries_its_id_and_no_rasa_event(
    container: Container, sam: Conversation, clock: MovableClock
) -> None:
    """The id is the evidence that it was told; a form that waits is left alone."""
    made = order(container, sam)
    clock.move(minutes=36)
    checkout.refresh_order(container, sam.buyer, made.id)
    message, _ = queries.unread_messages(container, sam.buyer)[0]

    assert sam.run(ActionReportPayment(container)) == [ActionReverted()]
    assert sam.said[0]["outbox_id"] == message.id


def test_nobody_is_told_of_anothers_order(
    container: Container, sam: Conversation, clock: MovableClock
) -> None:
    """Each conversation reads of its own orders."""
    made = order(container, Conversation("kim"))
    clock.move(minutes=36)
    checkout.refresh_order(container, Conversation("kim").buyer, made.id)

    sam.run(ActionReportPayment(container))

    assert sam.said == []


def test_canceling_while_stripe_is_away_leaves_the_order_open(
    container: Container, sam: Conversation, stripe_wire: StripeWire
) -> None:
    """Its link could still be paid, so nothing else may be said."""
    order(container, sam)
    stripe_wire.cut()

    for text, intent in (("cancel my order", "cancel_order"), ("yes", "affirm")):
        sam.receive(text, intent).run(ActionRespond(container))

    assert sam.responses == ["utter_cancel_delayed"]
    assert queries.orders_of(container, sam.buyer)[0].status.value == "open"


def test_canceling_wants_a_yes_or_the_words_of_the_button(
    container: Container, sam: Conversation
) -> None:
    """What is canceled can't be had back."""
    made = order(container, sam)

    sam.receive("cancel that one maybe", "cancel_order", 0.4).run(ActionRespond(container))

    assert sam.responses == ["utter_ask_cancel_order"]
    assert queries.any_order(container, made.id).status is OrderStatus.OPEN
    words = sam.said[0]["buttons"][0]["payload"]

    sam.receive(words, "cancel_order", 0.4).run(ActionRespond(container))

    assert queries.any_order(container, made.id).status is OrderStatus.CANCELED


def test_a_yes_cancels_what_was_asked_about_and_nothing_after_that(
    container: Container, sam: Conversation
) -> None:
    """An "ok" to the news that one order is canceled must not cancel the next."""
    first, second = order(container, sam, 1), order(container, sam, 2)
    sam.receive(f"cancel {first.id}", "cancel_order").run(ActionRespond(container))
    sam.receive(f"Cancel {first.id}", "cancel_order").run(ActionRespond(container))
    assert sam.responses == ["utter_order_canceled_now"]

    sam.receive("ok", "affirm").run(ActionRespond(container))
    assert sam.responses == ["utter_affirm"]

    sam.receive("please cancel it", "cancel_order").run(ActionRespond(container))
    assert sam.responses == ["utter_ask_cancel_order"]
    sam.receive("yes", "affirm").run(ActionRespond(container))
    assert sam.responses == ["utter_order_canceled_now"]
    statuses = {o.id: o.status.value for o in queries.orders_of(container, sam.buyer)}
    assert statuses[second.id] == "canceled"


@pytest.mark.parametrize("words", ["is it canceled?", "was it canceled", "did you cancel it?"])
def test_a_question_whether_it_is_canceled_cancels_nothing(
    container: Container, sam: Conversation, words: str
) -> None:
    """It reads where the order stands."""
    made = order(container, sam)

    sam.receive(words, "cancel_order").run(ActionRespond(container))

    assert sam.responses == ["utter_order_open"]
    assert queries.any_order(container, made.id).status is OrderStatus.OPEN
