"""Selection among several unpaid orders, for each kind of request."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer with two unpaid orders: two Lakers seats for $400, and a cheaper ballet."""
    driver = FormDriver(container)
    start_checkout(container, driver.buyer, show_id="lakers-warriors", section_id="101", quantity=2)
    start_checkout(
        container, driver.buyer, show_id="swan-lake-matinee", section_id="stalls", quantity=1
    )
    return driver


def order_of(container: Container, sam: FormDriver, show_id: str) -> Order:
    """Sam's order for a show."""
    return next(one for one in queries.orders_of(container, sam.buyer) if one.show_id == show_id)


@pytest.mark.parametrize(
    ("answer", "intent", "show"),
    [
        ("the lakers one", "inform", "Lakers"),
        ("the ballet", "browse_events", "Swan Lake"),
        ("the second", "inform", "Lakers"),
        ("the cheaper one", "inform", "Swan Lake"),
        ("the more expensive one please", "ask_price", "Lakers"),
        ("the first one i ordered", "buy_tickets", "Lakers"),
        ("section 101", "inform", "Lakers"),
    ],
)
def test_a_change_is_kept_until_it_is_known_for_which_order(
    container: Container, sam: FormDriver, answer: str, intent: str, show: str
) -> None:
    """However the answer is put and whatever the NLU takes it for; the wish is not said twice."""
    assert sam.say("make it three") == ["utter_ask_which_to_change"]
    assert sam.say(answer, intent) == ["utter_ask_confirm_replacement"]
    assert f"3 × {show}" in sam.read_all()


def test_buttons_say_the_orders_numbers(container: Container, sam: FormDriver) -> None:
    """And pressing one is an answer like any other."""
    sam.say("can we be 4 instead", "inform")
    titles = [button["title"] for button in sam.answers[-1]["buttons"]]
    old = order_of(container, sam, "lakers-warriors")

    assert titles[1] == f"Change {old.id}"
    assert sam.say(titles[1], "payment_status") == ["utter_ask_confirm_replacement"]
    assert old.id in sam.read_all()


@pytest.mark.parametrize(
    ("wish", "intent", "asked"),
    [
        ("change my order", "cancel_order", "utter_ask_change"),
        ("i want a different section", "inform", "utter_ask_section"),
        ("can I get better seats?", "upgrade_seat", "utter_ask_section"),
    ],
)
def test_a_wish_without_a_what_is_asked_for_which_and_then_for_what(
    sam: FormDriver, wish: str, intent: str, asked: str
) -> None:
    """One question after the other."""
    assert sam.say(wish, intent) == ["utter_ask_which_to_change"]
    assert sam.say("lakers") == [asked]


def test_an_order_that_is_named_is_not_asked_for(sam: FormDriver) -> None:
    """Its words, or its price, are in the wish already."""
    assert sam.say("the cheaper one, make it 4", "inform") == ["utter_ask_confirm_replacement"]
    assert "4 × Swan Lake" in sam.read_all()
    sam.say("stop", "deny")
    assert sam.say("actually three for the lakers", "inform") == ["utter_ask_confirm_replacement"]
    assert "3 × Lakers" in sam.read_all()


def test_the_question_can_be_left_and_asked_something_in_between(sam: FormDriver) -> None:
    """A question is answered, words that nobody knows are said to be so, a no ends it."""
    sam.say("make it three")

    assert sam.say("where is it?", "ask_show")[-1] == "utter_ask_which_to_change"
    assert sam.say("flurb") == ["utter_not_understood_in_order", "utter_ask_which_to_change"]
    assert sam.say("no, leave it", "deny") == ["utter_nothing_ordered"]


def test_a_better_wish_takes_the_place_of_the_kept_one(sam: FormDriver) -> None:
    """ "Make it three", "no, make it four"."""
    sam.say("make it three")
    assert sam.say("actually make that four") == ["utter_ask_which_to_change"]
    sam.say("the ballet")

    assert "4 × Swan Lake" in sam.read_all()


@pytest.mark.parametrize(
    ("answer", "intent", "show"),
    [
        ("the cheaper one", "inform", "swan-lake-matinee"),
        ("the more expensive one", "nlu_fallback", "lakers-warriors"),
        ("the ballet", "browse_events", "swan-lake-matinee"),
        ("my latest order", "inform", "swan-lake-matinee"),
    ],
)
def test_the_same_words_say_which_to_cancel(
    container: Container, sam: FormDriver, answer: str, intent: str, show: str
) -> None:
    """And the other one stays."""
    assert sam.say("cancel my order", "cancel_order") == ["utter_ask_which_order"]
    assert sam.say(answer, intent) == ["utter_order_canceled_now"]

    left = [o for o in queries.orders_of(container, sam.buyer) if o.status is OrderStatus.OPEN]
    assert order_of(container, sam, show).status is OrderStatus.CANCELED
    assert len(left) == 1


def test_one_of_the_orders_that_were_shown_is_shown_again(sam: FormDriver) -> None:
    """ "The Swan Lake one" after both links is no wish for more tickets."""
    sam.say("send me the link", "payment_status")

    assert sam.say("the swan lake one") == ["utter_order_open"]
    assert "Swan Lake" in sam.read_all()


def test_both_orders_can_be_kept(container: Container, sam: FormDriver) -> None:
    """Who is asked about one instead of the other, and wants both, gets a plain summary."""
    sam.say("actually three for the lakers")

    assert sam.say("keep both orders") == ["utter_ask_confirm_order"]
    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    waiting = [o for o in queries.orders_of(container, sam.buyer) if o.status is OrderStatus.OPEN]
    assert len(waiting) == 3
