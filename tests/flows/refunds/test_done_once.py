"""A refund is executed once and reported correctly, despite repeats, crashes and refusals."""

from __future__ import annotations

import pytest

from actions.actions import ActionRespond
from tests.flows.form_driver import FormDriver
from tests.flows.refunding import ask, given_back, paid
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, receive_all, refund_at_stripe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.refunds.submission import submit_requests


def test_a_yes_repeated_pays_back_once_and_another_wish_again(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The second yes is to nothing; the second request has a quote version of its own."""
    ask(sam, "refund one ticket")
    sam.say("yes", "affirm")
    sam.say("yes", "affirm")
    assert given_back(stripe_wire) == [20000]

    assert ask(sam, "refund the rest") == ["utter_ask_confirm_refund_whole"]
    sam.say("yes please", "affirm")

    assert given_back(stripe_wire) == [20000, 20000]
    assert ask(sam) == ["utter_refund_succeeded"]


def test_a_yes_that_was_cut_off_is_taken_up_and_done_once(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The action server died under it, before or after: the next yes ends it."""
    ask(sam, "refund one ticket")
    slots, events = dict(sam.slots), list(sam.events)
    sam.say("yes", "affirm")
    agreed = [{"event": "slot", "name": "confirm_refund", "value": True}]
    sam.slots = {**slots, "confirm_refund": True}
    sam.events = [*events, {"event": "user", "text": "yes"}, *agreed]

    assert sam.say("yes", "affirm") == ["utter_refund_succeeded"]

    assert given_back(stripe_wire) == [20000]
    sam.slots["confirm_refund"] = True
    assert sam.say("yes", "affirm") == ["utter_affirm"]


def test_a_push_in_the_middle_leaves_the_question_alone(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """What another order has to tell changes nothing of this one's refund."""
    ask(sam, "refund one ticket")
    buy(container, stripe_wire, buyer=sam.buyer, quantity=3)
    asked = dict(sam.slots)

    assert sam.push() == ["utter_payment_confirmed"]
    assert sam.slots == asked
    sam.say("yes", "affirm")

    assert given_back(stripe_wire) == [20000]


def test_money_that_went_back_elsewhere_meanwhile_asks_again(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The yes was to two tickets of two; an operator gave one of them back."""
    ask(sam, "refund one ticket")
    refund_at_stripe(stripe_wire, order, amount=20000)
    receive_all(container, stripe_wire)

    assert sam.say("yes", "affirm") == ["utter_refund_changed", "utter_ask_confirm_refund_whole"]
    assert given_back(stripe_wire) == [20000]

    sam.say("yes", "affirm")
    assert given_back(stripe_wire) == [20000, 20000]


@pytest.mark.parametrize("mood", ["cut", "lose_answers"])
def test_while_stripe_is_away_the_wish_is_noted_and_carried_out_once(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    sam: FormDriver,
    order: Order,
    mood: str,
) -> None:
    """Asked or answered in vain: the buyer reads that it comes, and later that it came."""
    ask(sam, "refund both")
    getattr(stripe_wire, mood)()
    assert sam.say("yes", "affirm") == ["utter_refund_noted"]
    assert "$400.00" in sam.read_all()
    assert ask(sam) == ["utter_refund_noted"]

    stripe_wire.mend()
    clock.move(minutes=1)
    submit_requests(container)

    assert sam.push() == ["utter_refund_succeeded"]
    assert given_back(stripe_wire) == [40000]


def test_what_stripe_refuses_is_said(
    stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The tickets stay, and it can be tried again."""
    ask(sam, "refund both")
    stripe_wire.refuse()
    assert sam.say("yes", "affirm") == ["utter_refund_refused"]
    stripe_wire.mend()

    ask(sam, "refund both")
    assert sam.say("yes", "affirm") == ["utter_refund_succeeded"]


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("4000000000007726", "utter_refund_pending"),
        ("9000000000000118", "utter_refund_requires_action"),
    ],
)
def test_a_refund_that_takes_its_time_is_said_as_it_is(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, card: str, said: str
) -> None:
    """Now, and whenever it is asked for."""
    paid(container, stripe_wire, sam, card=card)
    ask(sam, "refund both")

    assert sam.say("yes", "affirm") == [said]
    assert ask(sam, "where is my refund?") == [said]
    assert ask(sam) == [said]


def test_after_a_part_the_order_is_shown_with_what_went_back(
    sam: FormDriver, order: Order, container: Container
) -> None:
    """Both numbers, and both sums."""
    ask(sam, "refund one ticket")
    sam.say("yes", "affirm")

    sam.receive("where is my order", "payment_status").run(ActionRespond(container))

    assert "2 tickets, 1 refunded" in sam.read()
    assert "$200.00 of $400.00" in sam.read()
