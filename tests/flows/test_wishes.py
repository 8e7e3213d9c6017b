"""Wishes about what one has: carried out whatever their form, and not taken for their opposite."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.flows.turn import REFUND_FORM, TRANSFER_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders.queries import orders_of

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    "text",
    [
        "He does not finish work until six. Would you be so kind as to keep the seat until then?",
        "please don't cancel it, hold the seats for me until six",
    ],
)
@pytest.mark.parametrize("guess", ["cancel_order", "buy_tickets", "nlu_fallback"])
def test_whoever_wants_seats_kept_is_not_asked_to_cancel_them(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """The order stays as it is."""
    buyer = start("unpaid")

    said = buyer.say(text, guess)

    assert not {"utter_ask_cancel_order", "utter_ask_which_order"}.intersection(said)
    assert [order.status for order in orders_of(shop, buyer.buyer)] == [OrderStatus.OPEN]


def test_an_order_is_still_canceled_beside_one_that_is_kept(start: Begin) -> None:
    """The control: what is to go is said."""
    said = start("unpaid").say("cancel the magic flute order and keep my money", "cancel_order")

    assert "utter_ask_cancel_order" in said


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("could my name be put upon the ticket? Harold Pemberton.", "Harold Pemberton"),
        ("name Emine Kaya put on two ticket please. not on my", "Emine Kaya"),
        ("name on ticket: Emine Kaya", "Emine Kaya"),
        ("no buy. put Emine Kaya on my second ticket", "Emine Kaya"),
    ],
)
@pytest.mark.parametrize("guess", ["buy_tickets", "deny", "inform", "nlu_fallback"])
def test_a_name_is_put_on_a_ticket_in_whatever_words(
    start: Begin, text: str, holder: str, guess: str
) -> None:
    """Which ticket is asked where it isn't said, and then for a yes."""
    buyer = start("paid")

    buyer.say(text, guess)

    assert buyer.active_loop == {"name": TRANSFER_FORM}
    assert (buyer.slots["transfer_gives"], buyer.slots["transfer_holder"]) == (False, [holder])


def test_a_name_leaves_a_purchase_that_was_begun_by_mistake(start: Begin) -> None:
    """What is wanted is done, and nothing is bought."""
    buyer = start("paid")
    buyer.say("i'd like tickets", "buy_tickets")

    buyer.say("no buy. put Emine Kaya on my second ticket", "deny")

    assert buyer.active_loop == {"name": TRANSFER_FORM}


@pytest.mark.parametrize(
    "text",
    [
        "actually my 13yo now says she wont come, can i give just hers back and how much do i get",
        "k give back tariqs one first then. 1 ticket",
        "They've marked me down for a wheelchair place, so my own ticket isn't needed, only my"
        " carer's. Please take back one of the two.",
    ],
)
@pytest.mark.parametrize("guess", ["ask_price", "inform", "nlu_fallback"])
def test_one_ticket_is_given_back_with_its_sum(start: Begin, text: str, guess: str) -> None:
    """And no price of anything else is told."""
    buyer = start("paid")

    assert buyer.say(text, guess) == ["utter_ask_confirm_refund"]
    assert buyer.active_loop == {"name": REFUND_FORM}
    assert buyer.slots["refund_quote"]["amount"] == "$98.00"


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("nothing", "can i get my money back if one of them is sick"),
        ("summary", "how long is it and can i get my money back if one of them is sick"),
    ],
)
def test_a_refund_on_a_condition_is_about_the_rules(start: Begin, context: str, text: str) -> None:
    """Nothing is begun."""
    said = start(context).say(text, "request_refund")

    assert "utter_about_refund_policy" in said
    assert "utter_refund_nothing" not in said


def test_what_was_spent_is_told_from_the_orders(start: Begin) -> None:
    """And not from the prices of tickets for sale."""
    assert start("paid").say("what have I spent in total, for my boss", "ask_price") == [
        "utter_order_paid"
    ]
