"""A sentence as a whole: what has an answer by itself, and what of it must not be passed over."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import REFUND_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.clauses import is_fragment

__all__ = ["shop", "start"]
NOBODYS = "ord_0000000000000000"


@pytest.fixture
def ana(shop: Container) -> FormDriver:
    """A buyer who has said nothing yet."""
    return FormDriver(shop, sender_id="ana")


def bought(
    shop: Container, wire: StripeWire, buyer: FormDriver, show_id: str, section_id: str
) -> Order:
    """Let a buyer pay for two seats, and read that they have."""
    order = start_checkout(shop, buyer.buyer, show_id=show_id, section_id=section_id, quantity=2)
    order = pay(shop, wire, order)
    buyer.push()
    return order


@pytest.mark.parametrize(
    ("text", "is_part"),
    [
        ("until when?", True),
        ("and for two?", True),
        ("how long does it take?", True),
        ("Which row are we in?", False),
        ("where do we leave the car near Fenway Park", False),
    ],
)
def test_a_question_is_whole_where_nothing_points_back(text: str, is_part: bool) -> None:
    """Only a fragment needs the question before it."""
    assert is_fragment(text) is is_part


@pytest.mark.parametrize("before", ["and now?", "is there a lift?", "can I get my money back?"])
def test_a_whole_question_is_about_itself(start: Begin, before: str) -> None:
    """Whatever was said before it, an unclear word among it."""
    sam = start("paid")
    sam.say(before, "nlu_fallback")

    assert "utter_about_seating_given" in sam.say("Which row are we in?", "out_of_scope")
    assert "Loge, row" in sam.read_all()


def test_the_same_words_are_joined_where_they_are_a_fragment(ana: FormDriver) -> None:
    """The control: with "that" the question leans on the one before."""
    ana.say("can I get my money back?", "nlu_fallback")

    assert ana.say("how long does that take?", "nlu_fallback")[0] == "utter_about_refund_time"


def test_what_a_buyer_asks_of_two_orders_is_told_of_both(
    shop: Container, stripe_wire: StripeWire, ana: FormDriver
) -> None:
    """Each with its own seats and no other's."""
    bought(shop, stripe_wire, ana, "lakers-warriors", "204")
    bought(shop, stripe_wire, ana, "swan-lake", "loge")

    assert ana.say("Which row are we in?", "out_of_scope") == ["utter_about_seating_given"] * 2
    assert ana.read_all().count("Your seats for") == 2


@pytest.mark.parametrize(
    "text",
    [
        "give ticket of {id} to Mallory",
        "refund {id}",
        "can I have my money back for {id}?",
        "change {id} to 3 tickets",
        "cancel {id}",
        "upgrade {id} to the parquet",
        "2 tickets for swan lake, the same as {id}",
    ],
)
@pytest.mark.parametrize("guess", ["buy_tickets", "request_refund", "nlu_fallback"])
def test_an_order_that_is_not_the_buyers_decides_the_turn(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """Nothing begins, whether it is somebody else's or was never made; the words are the same."""
    sam = start("paid")
    others = start_checkout(
        shop, FormDriver(shop, "kim").buyer, show_id="magic-flute", section_id="balcony", quantity=1
    )
    for number in (others.id, NOBODYS):
        assert sam.say(text.format(id=number), guess) == ["utter_error_order_not_found"]
        assert not sam.active_loop


def test_an_order_that_is_not_the_buyers_leaves_a_purchase_as_it_was(
    shop: Container, start: Begin
) -> None:
    """A yes beside it agrees to nothing, and the summary still waits."""
    sam = start("summary")

    said = sam.say(f"yes, and change {NOBODYS} to the parquet", "affirm")

    assert said == ["utter_error_order_not_found", "utter_ask_confirm_order_again"]
    assert (sam.slots["section"], sam.slots["quantity"]) == ("loge", 4)
    assert not orders_of(shop, sam.buyer)


def test_the_number_of_an_own_order_begins_what_is_asked(shop: Container, start: Begin) -> None:
    """The control."""
    sam = start("paid")

    sam.say(f"refund one of {orders_of(shop, sam.buyer)[0].id}", "request_refund")

    assert sam.active_loop == {"name": REFUND_FORM}


@pytest.mark.parametrize(
    ("context", "text", "number"),
    [
        ("section_asked", "2 in the loge and a parking pass, please", 2),
        ("section_asked", "two in the loge with popcorn", 2),
        ("number_asked", "4, plus a programme", 4),
        ("number_asked", "4 plus 2 programmes", 4),
        ("number_asked", "make it 3 and a hotel room", 3),
        ("summary", "and a parking pass", 4),
    ],
)
def test_what_is_not_sold_here_is_said_beside_the_purchase(
    start: Begin, context: str, text: str, number: int
) -> None:
    """It counts no tickets, and the purchase goes on to its summary."""
    sam = start(context)

    said = sam.say(text, "nlu_fallback")

    assert said[0] == "utter_not_sold_here"
    assert said[-1].startswith("utter_ask_confirm_order")
    assert sam.slots["quantity"] == number


def test_where_the_thing_can_be_had_is_told(ana: FormDriver) -> None:
    """By the fact of the show's venue, where there is one; else nothing more is said."""
    ana.say("2 for swan lake in the loge and a parking pass", "buy_tickets")

    assert "garage under the house" in ana.read_all()


def test_a_yes_beside_what_is_not_sold_agrees_to_nothing(shop: Container, start: Begin) -> None:
    """They may have meant both or nothing; the next yes counts."""
    sam = start("summary")

    sam.say("yes, and a parking pass please", "affirm")
    assert not orders_of(shop, sam.buyer)
    sam.say("yes", "affirm")

    assert len(orders_of(shop, sam.buyer)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "3 in the loge, me and two kids",
        "3 in the loge with my wife and my daughter",
        "three, and in the loge",
    ],
)
def test_who_and_where_are_no_things(start: Begin, text: str) -> None:
    """The control: people, places and manners are passed on to the purchase."""
    sam = start("section_asked")

    assert "utter_not_sold_here" not in sam.say(text, "inform")
    assert (sam.slots["section"], sam.slots["quantity"]) == ("loge", 3)


@pytest.mark.parametrize(
    "text", ["anything new?", "any news", "and now?", "hello again, any update?"]
)
@pytest.mark.parametrize("guess", ["browse_events", "greet", "nlu_fallback"])
def test_news_are_how_the_orders_stand(start: Begin, text: str, guess: str) -> None:
    """Paid ones and those that wait for their payment, whatever Rasa takes the words for."""
    assert start("paid").say(text, guess) == ["utter_order_paid"]
    assert start("unpaid").say(text, guess) == ["utter_order_open"]


def test_without_an_order_what_is_on_next_is_new(ana: FormDriver) -> None:
    """Three shows and no more."""
    assert ana.say("anything new?", "browse_events") == ["utter_next_shows"]


def test_news_in_the_middle_of_a_purchase_are_its_question(start: Begin) -> None:
    """No list and no prices that nobody asked for."""
    assert start("summary").say("and now?", "nlu_fallback") == ["utter_ask_confirm_order_again"]


def test_who_asks_for_new_shows_reads_shows(start: Begin) -> None:
    """The control: orders are not what they asked for."""
    assert start("paid").say("any new shows?", "browse_events") == ["utter_next_shows"]


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("number_asked", "we are 6 and two more are coming"),
        ("summary", "we are 6 and two more are coming"),
        ("number_asked", "we're 6, and there'll be two tickets more"),
    ],
)
def test_which_of_two_numbers_is_asked_without_an_apology(
    start: Begin, context: str, text: str
) -> None:
    """It was understood, whether a number was asked for or summed up."""
    sam = start(context)

    assert sam.say(text, "inform") == ["utter_ask_which_quantity"]
    assert [button["title"] for button in sam.answers[-1]["buttons"]] == ["6", "8"]


@pytest.mark.parametrize(
    "text",
    ["my sister is coming too, so one more", "one ticket more, my sister comes", "one seat more"],
)
def test_who_comes_too_is_one_more(start: Begin, text: str) -> None:
    """And never one in all."""
    sam = start("summary")
    sam.say(text, "inform")

    assert sam.slots["quantity"] == 5
