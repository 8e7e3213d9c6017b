"""Better, cheaper and further seats for tickets that are paid, and who pays for an open order."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM, UPGRADE_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.payments.payers import (
    asks_time_to_pay,
    blames,
    pays_for_other,
    tries_other_card,
)
from ticket_clerk.understanding.sections import is_beside_own, moves_own_seats

__all__ = ["shop", "start"]
GUESSES = ["buy_tickets", "upgrade_seat", "request_refund", "inform", "nlu_fallback"]


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize(
    "text",
    [
        "please change my 4 loge tickets to the parquet",
        "dad wants the parquet instead of the loge for all of us, can we upgrade and pay the rest",
        "swap them for parquet seats, i pay the difference",
        "can you move our seats to the parquet?",
    ],
)
@pytest.mark.parametrize("is_buying", [False, True])
def test_paid_seats_that_shall_be_others_are_upgraded(
    shop: Container, start: Begin, text: str, guess: str, *, is_buying: bool
) -> None:
    """Also where a new order was summed up meanwhile: that is dropped, and said so."""
    buyer = start("paid")
    if is_buying:
        buyer.say("2 more tickets for swan lake in the loge", "buy_tickets")
        assert buyer.active_loop == {"name": BUY_FORM}

    said = buyer.say(text, guess)

    assert said[-1] == "utter_ask_confirm_upgrade"
    assert "$148.00" in buyer.read_all()
    assert buyer.active_loop == {"name": UPGRADE_FORM}
    assert ("utter_nothing_ordered" in said) == is_buying
    assert len(orders_of(shop, buyer.buyer)) == 1


@pytest.mark.parametrize("guess", GUESSES)
def test_cheaper_seats_are_a_refund_and_a_new_order(start: Begin, guess: str) -> None:
    """Both sums are told, and nothing is asked."""
    buyer = start("paid")

    said = buyer.say("can we swap ours for the gallery and get the difference back", guess)

    assert said == ["utter_upgrade_cheaper"]
    assert all(f"({amount})" in buyer.read_all() for amount in ("$392.00", "$168.00"))
    assert buyer.active_loop == {}


@pytest.mark.parametrize(
    "text", ["can i add one more next to us?", "1 more ticket in the loge beside our seats please"]
)
@pytest.mark.parametrize("guess", ["buy_tickets", "nlu_fallback"])
def test_one_more_beside_theirs_is_an_order_with_its_reserve(
    start: Begin, text: str, guess: str
) -> None:
    """It can't be promised that it is beside; asked again, that is said again."""
    buyer = start("paid")

    said = buyer.say(text, guess)

    assert "utter_new_seats_apart" in said
    assert said[-1] == "utter_ask_confirm_order"
    assert "$98.00 in total" in buyer.read_all()
    again = buyer.say("but will it be next to us?", "inform")
    assert again == ["utter_new_seats_apart", "utter_ask_confirm_order_again"]


def test_a_change_of_what_is_being_bought_is_no_upgrade(start: Begin) -> None:
    """Without a word of tickets that one has, the section of the new order changes."""
    buyer = start("paid")
    buyer.say("2 more tickets for swan lake in the loge", "buy_tickets")

    buyer.say("the parquet instead please", "inform")

    assert buyer.active_loop == {"name": BUY_FORM}


def test_who_has_nothing_paid_upgrades_nothing(start: Begin) -> None:
    """And reads of no cheaper seats either."""
    buyer = start("summary")

    said = buyer.say("swap them for the gallery", "inform")

    assert "utter_upgrade_cheaper" not in said


@pytest.mark.parametrize(
    ("text", "guess", "first"),
    [
        ("can my brother pay with his card?", "ask_how_to_pay", "utter_anybody_pays"),
        ("could somebody else pay it?", "ask_how_to_pay", "utter_anybody_pays"),
        ("ok i'll try a different card", "out_of_scope", "utter_order_open"),
        ("never mind, other card", "cancel_order", "utter_order_open"),
        ("how much time do i have to pay?", "show_orders", "utter_order_open"),
        ("what do we pay altogether and until when?", "ask_how_to_pay", "utter_order_open"),
        ("what do we pay altogether", "ask_price", "utter_order_open"),
        ("how much do we owe you", "inform", "utter_order_open"),
        ("when's the deadline?", "ask_show", "utter_order_open"),
    ],
)
def test_an_open_order_is_told_with_its_link(
    start: Begin, text: str, guess: str, first: str
) -> None:
    """Whoever pays, and with whichever card; the minutes that are left are in it."""
    said = start("unpaid").say(text, guess)

    assert said[0] == first
    assert said[-1] == "utter_order_open"


def test_the_sum_and_the_deadline_of_an_open_order_are_in_one_answer(start: Begin) -> None:
    """Who has none reads how long one can be paid."""
    asked = "what do we pay altogether and until when?"
    buyer = start("unpaid")

    assert buyer.say(asked, "ask_how_to_pay") == ["utter_order_open"]
    assert "$240.00" in buyer.read_all()
    assert "35 more minutes" in buyer.read_all()
    assert start("nothing").say(asked, "ask_how_to_pay") == ["utter_about_hold_time"]


def test_whose_fault_a_decline_is(shop: Container, start: Begin, stripe_wire: StripeWire) -> None:
    """Only the bank knows."""
    buyer = start("unpaid")
    order = orders_of(shop, buyer.buyer)[0]
    pay(shop, stripe_wire, order, card="4000000000000002")
    buyer.push()

    assert buyer.say("was that my bank or you?", "out_of_scope") == ["utter_about_declined"]


def test_what_is_none_of_it() -> None:
    """A new order, a card that is asked about, and a question about somebody."""
    assert not moves_own_seats("two in the parquet instead")
    assert not moves_own_seats("my friends like the parquet")
    assert not is_beside_own("do we sit next to each other?")
    assert not pays_for_other("can i pay with my card?")
    assert not pays_for_other("does my son pay the full price?")
    assert not tries_other_card("which cards do you take?")
    assert not asks_time_to_pay("how long is the show?")
    assert not blames("is parking or the tram better?")
