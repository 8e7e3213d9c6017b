"""What is said at a summary in passing: a pause, a number that follows, the same again, a party."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.quantities import states_number

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    "text",
    [
        "hang on, do they have a cloakroom?",
        "hold up is there a cloakroom for coats",
        "ok the loge. actually wait is there somewhere to leave coats, and can we take bags in",
    ],
)
@pytest.mark.parametrize("guess", ["nlu_fallback", "ask_show", "deny"])
def test_a_pause_in_front_of_a_question_is_only_its_beginning(
    start: Begin, text: str, guess: str
) -> None:
    """The question is answered, and nobody is told to take their time."""
    buyer = start("summary")

    said = buyer.say(text, guess)

    assert "utter_proposal_waits" not in said
    assert "cloakroom" in buyer.read_all()


@pytest.mark.parametrize("text", ["hang on", "wait please", "hmm, one moment"])
def test_a_pause_alone_is_one(start: Begin, text: str) -> None:
    """The control."""
    assert start("summary").say(text, "nlu_fallback")[0] == "utter_proposal_waits"


@pytest.mark.parametrize("text", ["yes, book the 4 loge", "ok order those four in the loge"])
@pytest.mark.parametrize("guess", ["affirm", "inform", "nlu_fallback", "buy_tickets"])
def test_a_yes_that_says_the_same_again_orders(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """What it names is what is summed up."""
    buyer = start("summary")

    assert "utter_checkout_link" in buyer.say(text, guess)
    assert [order.quantity for order in orders_of(shop, buyer.buyer)] == [4]


@pytest.mark.parametrize(
    "text",
    [
        "yes, book the 4 gallery",
        "ok order five in the loge",
        "yes the 4 loge but not behind a pillar",
        "yes the four loge with a bottle of wine",
    ],
)
@pytest.mark.parametrize("guess", ["inform", "nlu_fallback", "buy_tickets"])
def test_a_yes_with_anything_else_in_it_orders_nothing_yet(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """The control: another section or number, a reserve, or words that name something else."""
    buyer = start("summary")

    buyer.say(text, guess)

    assert not orders_of(shop, buyer.buyer)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("my aunt is joining us after all, so five. Is there a bar?", 5),
        ("he must not go alone, his mother comes along, that makes 6. any bags allowed?", 6),
        ("nope, she can't. back to 2, fine", 2),
    ],
)
@pytest.mark.parametrize("guess", ["out_of_scope", "nlu_fallback", "inform"])
def test_a_number_that_follows_from_what_is_said_is_how_many(
    start: Begin, text: str, number: int, guess: str
) -> None:
    """Also beside a question."""
    buyer = start("summary")

    buyer.say(text, guess)

    assert buyer.slots["quantity"] == number


@pytest.mark.parametrize(
    "text", ["my train takes 5 hours. Is there a bar?", "so 7 hills and 7 bridges, I love Rome"]
)
def test_a_number_of_something_else_changes_none(start: Begin, text: str) -> None:
    """The control."""
    buyer = start("summary")

    buyer.say(text, "out_of_scope")

    assert buyer.slots["quantity"] == 4
    assert not states_number(text)


@pytest.mark.parametrize(
    "text",
    ["please don't order anything for now, we'll think about it", "no, do not book these, sorry"],
)
@pytest.mark.parametrize("guess", ["deny", "buy_tickets", "nlu_fallback"])
def test_whoever_wants_nothing_ordered_has_left(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """Nobody is asked what to change."""
    buyer = start("summary")

    assert buyer.say(text, guess)[0] == "utter_nothing_ordered"
    assert not orders_of(shop, buyer.buyer)


def test_not_yet_leaves_nothing(start: Begin) -> None:
    """The control."""
    assert start("summary").say("don't book it just yet", "deny")[0] == "utter_proposal_waits"


def test_a_section_that_is_turned_down_without_a_verb_is_not_the_choice(start: Begin) -> None:
    """ "No loge" turns it down as "not the loge" does."""
    buyer = start("summary")

    buyer.say("steps, then no loge. The gallery, please, 4 of us", "ask_show")

    assert buyer.slots["section"] == "gallery"


def test_seats_that_somebody_prefers_are_taken_beside_a_question(start: Begin) -> None:
    """The question is about them, and the summary names them; a yes to the old one is none."""
    buyer = start("summary")

    said = buyer.say("my friend says the gallery does it, but is there a lift?", "ask_show")

    assert buyer.slots["section"] == "gallery"
    assert said[-1] == "utter_ask_confirm_order"


def test_a_question_about_other_seats_takes_none(start: Begin) -> None:
    """The control."""
    buyer = start("summary")

    buyer.say("is the gallery higher up, and is there a lift?", "ask_show")

    assert buyer.slots["section"] == "loge"


@pytest.mark.parametrize(
    "text",
    [
        "two in the loge and one wheelchair place",
        "My father in a wheelchair space. Two in the loge for us.",
    ],
)
def test_a_place_for_a_wheelchair_is_no_seat_of_the_order(start: Begin, text: str) -> None:
    """What the house has is said, and the others are summed up."""
    buyer = start("section_asked")

    buyer.say(text, "buy_tickets")

    assert "wheelchair" in buyer.read_all()
    assert (buyer.slots["section"], buyer.slots["quantity"]) == ("loge", 2)


def test_do_people_stand_there_looks_for_no_comedian(start: Begin) -> None:
    """A part of "stand-up" names no show."""
    assert "utter_one_show_at_a_time" not in start("summary").say(
        "do people stand there or is one seated", "ask_show"
    )


def test_so_many_as_were_spoken_of_are_summed_up(shop: Container) -> None:
    """Who asked where three sit best is not asked how many."""
    buyer = FormDriver(shop)
    buyer.say("swan lake, please", "buy_tickets")
    buyer.say("where would the three of us sit best?", "ask_show")

    said = buyer.say("the loge then", "inform")

    assert said == ["utter_ask_confirm_order"]
    assert buyer.slots["quantity"] == 3


def test_what_an_earlier_order_was_for_is_not_remembered(shop: Container) -> None:
    """The control: a link ends it."""
    buyer = FormDriver(shop)
    buyer.say("swan lake, loge, for the three of us", "buy_tickets")
    assert "utter_checkout_link" in buyer.say("yes", "affirm")
    buyer.say("cancel it", "cancel_order")
    buyer.say("yes, cancel it", "affirm")

    assert buyer.say("the magic flute, balcony", "buy_tickets") == ["utter_ask_quantity"]


@pytest.mark.parametrize("text", ["what if we are only two?", "and if it's the six of us?"])
def test_a_supposed_number_is_told_with_its_price(start: Begin, text: str) -> None:
    """And changes nothing."""
    buyer = start("summary")

    said = buyer.say(text, "nlu_fallback")

    assert said[0] == "utter_prices"
    assert buyer.slots["quantity"] == 4


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("me my wife and the 2 girls", 4),
        ("only the one, thanks", 1),
        ("that's only 4?? we are 5, three adults and two kids", 5),
    ],
)
def test_a_party_is_counted_as_people_say_it(start: Begin, text: str, number: int) -> None:
    """Without a comma, and where it is doubted."""
    buyer = start("number_asked")

    buyer.say(text, "inform")

    assert buyer.slots["quantity"] == number


@pytest.mark.parametrize("guess", ["affirm", "buy_tickets", "nlu_fallback"])
def test_what_somebody_else_should_not_have_leaves_nothing(
    shop: Container, start: Begin, guess: str
) -> None:
    """Neither an order nor an end: the question is answered, and the summary stays."""
    buyer = start("summary")

    said = buyer.say("yes but are they together? I don't want the kids on their own", guess)

    assert "utter_nothing_ordered" not in said
    assert said[-1].startswith("utter_ask_confirm_order")
    assert not orders_of(shop, buyer.buyer)


def test_who_takes_their_leave_after_a_yes_has_said_yes(shop: Container, start: Begin) -> None:
    """And who only leaves has left."""
    buyer = start("summary")
    assert "utter_checkout_link" in buyer.say("yes please, thank you, good bye", "affirm")

    other = FormDriver(shop, sender_id="other")
    other.say("swan lake, loge, 2", "buy_tickets")
    assert other.say("no thanks, good bye", "goodbye")[0] != "utter_checkout_link"
    assert not orders_of(shop, other.buyer)
