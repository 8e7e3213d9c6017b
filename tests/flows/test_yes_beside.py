"""A yes beside something else: it counts to what was asked, and the rest is done or answered."""

from __future__ import annotations

import pytest

from tests.flows.refunding import given_back
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import beside_yes

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    "text",
    [
        "ye do it n then upgrade the other 3",
        "yes, and then upgrade the other three to the parquet",
        "yes do it. then buy 2 for the magic flute",
    ],
)
@pytest.mark.parametrize("guess", ["affirm", "upgrade_seat", "request_refund", "nlu_fallback"])
def test_a_number_in_a_further_act_changes_no_refund(
    start: Begin, stripe_wire: StripeWire, text: str, guess: str
) -> None:
    """The one ticket that was shown goes back; the other wish is asked for again."""
    buyer = start("refund_summary")

    said = buyer.say(text, guess)

    assert given_back(stripe_wire) == [9800]
    assert "utter_one_after_the_other" in said


@pytest.mark.parametrize(
    "text", ["yes, and refund the other three too", "yes but only if it's the same card", "yes. 2"]
)
def test_a_yes_with_more_of_the_same_or_a_reserve_refunds_nothing_yet(
    start: Begin, stripe_wire: StripeWire, text: str
) -> None:
    """It is asked again."""
    start("refund_summary").say(text, "affirm")

    assert given_back(stripe_wire) == []


@pytest.mark.parametrize(
    "text",
    [
        "fine yes. is the link ok on my phone?",
        "i have turkish bank card visa, is ok? yes order",
        "go for it, and the receipt needs to say Brightwater Ltd on it not my name",
        "fine. send the link, ill look at it first. no promises",
        "Fine, yes. Do I need a printer?",
    ],
)
@pytest.mark.parametrize("guess", ["affirm", "ask_how_to_pay", "inform", "nlu_fallback"])
def test_a_yes_beside_a_question_or_a_remark_makes_the_link(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """Nothing is paid by it; the question is answered beside the link."""
    buyer = start("summary")

    said = buyer.say(text, guess)

    assert said[-1] == "utter_checkout_link" or "utter_checkout_link" in said
    assert len(orders_of(shop, buyer.buyer)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "yes but in the gallery",
        "yes, make it 3",
        "apple pay works? if so go 4 it",
        "is there parking? only then yes",
    ],
)
def test_a_yes_with_a_condition_or_a_change_makes_none(
    shop: Container, start: Begin, text: str
) -> None:
    """It is asked again."""
    buyer = start("summary")

    said = buyer.say(text, "affirm")

    assert orders_of(shop, buyer.buyer) == []
    assert said[-1].startswith("utter_ask_confirm_order")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("yes", ""),
        ("ye do it n then upgrade the other 3", "upgrade the other 3"),
        ("go for it, and the receipt needs my name", "the receipt needs my name"),
        ("yes but only two", ""),
        ("no, then yes", ""),
        ("two please", ""),
    ],
)
def test_what_stands_beside_a_yes(text: str, rest: str) -> None:
    """A reserve makes it none."""
    assert beside_yes(text) == rest


@pytest.mark.parametrize("guess", ["affirm", "browse_events", "ask_show", "nlu_fallback"])
@pytest.mark.parametrize(
    "text",
    ["yes. do you sell popcorn there?", "go ahead. when do the doors open?"],
)
def test_a_yes_to_a_refund_counts_beside_a_question_about_something_else(
    start: Begin, stripe_wire: StripeWire, text: str, guess: str
) -> None:
    """Nothing that is asked could change it."""
    buyer = start("refund_summary")

    said = buyer.say(text, guess)

    assert given_back(stripe_wire) == [9800]
    assert len(said) > 1


@pytest.mark.parametrize(
    "text",
    [
        "yes please. can I undo it later?",
        "yes. which seat is that?",
        "yes. how long does the money take?",
        "yes. is there a fee?",
        "yes, but is there food?",
    ],
)
@pytest.mark.parametrize("guess", ["affirm", "cancel_order", "request_refund", "nlu_fallback"])
def test_what_is_asked_of_a_refund_is_answered_before_it(
    start: Begin, stripe_wire: StripeWire, text: str, guess: str
) -> None:
    """A yes with a question about the very refund is asked again."""
    buyer = start("refund_summary")

    said = buyer.say(text, guess)

    assert given_back(stripe_wire) == []
    assert said[-1].startswith("utter_ask_confirm_refund")


def test_who_asks_for_the_rest_beside_a_yes_is_shown_it(
    start: Begin, stripe_wire: StripeWire
) -> None:
    """As it is after the refund."""
    buyer = start("refund_summary")

    said = buyer.say("yes. and how do I see that I still have the others", "payment_status")

    assert given_back(stripe_wire) == [9800]
    assert said[-1] == "utter_order_tickets_refunded"


@pytest.mark.parametrize("before", ["", "Oh, Margaret just texted, she's in too. "])
def test_another_number_beside_a_yes_is_summed_up_first(start: Begin, before: str) -> None:
    """Of one of two lines, after whatever else is said: it ordered what was summed up before."""
    buyer = start("nothing")
    buyer.say("harbor lights matinee, 2 in the mezzanine and 4 in the balcony", "inform")

    said = buyer.say(f"{before}So make that five in the balcony, then go ahead", "inform")

    assert said == ["utter_ask_confirm_lines"]
    assert "5 × Harbor Lights (matinee)" in buyer.read_all()


@pytest.mark.parametrize("beside", ["There are three of us, mum is 80.", "My son is 6."])
def test_a_number_that_counts_no_other_tickets_leaves_the_yes(start: Begin, beside: str) -> None:
    """The control: as many as are summed up, and ages."""
    buyer = start("nothing")
    buyer.say("swan lake, 3 in the loge", "inform")

    assert "utter_checkout_link" in buyer.say(f"{beside} Yes, go ahead", "affirm")
