"""Browsing: shows, prices and hints."""

from __future__ import annotations

import pytest
from rasa_sdk.events import FollowupAction, SlotSet

from actions.actions import ActionRespond
from tests.flows.conversation import Conversation
from ticket_clerk.ticketing.container import Container

FORM = FollowupAction("buy_tickets_form")


@pytest.fixture
def sam() -> Conversation:
    """A buyer's conversation."""
    return Conversation()


def test_all_shows_are_listed_without_the_past(container: Container, sam: Conversation) -> None:
    """With a button for each that is still on."""
    sam.receive("what's on", "browse_events").run(ActionRespond(container))

    assert sam.responses == ["utter_shows"]
    assert "Lakers vs Warriors" in sam.read()
    assert "Long Gone" not in sam.read()


@pytest.mark.parametrize("text", ["anything in chicago?", "any ballet", "shows on march 7"])
def test_a_city_a_kind_or_a_date_narrows_the_list(
    container: Container, sam: Conversation, text: str
) -> None:
    """And what is listed is remembered."""
    events = sam.receive(text, "browse_events").run(ActionRespond(container))

    assert sam.responses == ["utter_shows_found"]
    assert events == [SlotSet("offered_shows", ["swan-lake-matinee", "swan-lake-evening"])]


def test_nothing_that_fits_is_answered_with_what_is_on(
    container: Container, sam: Conversation
) -> None:
    """A no alone would end the talk."""
    sam.receive("anything on december 24?", "browse_events").run(ActionRespond(container))

    assert sam.responses == ["utter_no_show_fits"]
    assert "Lakers vs Warriors" in sam.read()


@pytest.mark.parametrize(
    "text",
    [
        "what's on in chicago on december 24?",
        "any basketball in chicago?",
        "ballet in boston on a monday",
    ],
)
def test_of_several_wishes_those_that_can_be_met_are(
    container: Container, sam: Conversation, text: str
) -> None:
    """First another day, then another kind in the same place, then the kind elsewhere."""
    expected = ["last-seat"] if "boston" in text else ["swan-lake-matinee", "swan-lake-evening"]

    events = sam.receive(text, "browse_events").run(ActionRespond(container))

    assert sam.responses == ["utter_closest_shows"]
    assert events == [SlotSet("offered_shows", expected)]


def test_a_few_words_pick_one_of_what_was_listed(container: Container, sam: Conversation) -> None:
    """ "The evening" is then a choice."""
    sam.slots["offered_shows"] = ["swan-lake-matinee", "swan-lake-evening"]

    assert sam.receive("the evening").run(ActionRespond(container)) == [FORM]


@pytest.mark.parametrize(
    ("text", "is_of_one"), [("i'd rather sit in the $200 seats", False), ("section 101 then", True)]
)
def test_a_section_of_the_one_show_that_was_told_starts_its_purchase(
    container: Container, sam: Conversation, text: str, is_of_one: bool
) -> None:
    """Whoever reads prices answers with seats; of several shows a section's name says whose."""
    sam.slots["offered_shows"] = ["lakers-warriors"]
    assert sam.receive(text, "nlu_fallback").run(ActionRespond(container)) == [FORM]

    sam.slots["offered_shows"] = ["lakers-warriors", "swan-lake-matinee"]
    started = sam.receive(text, "nlu_fallback").run(ActionRespond(container)) == [FORM]
    assert started == is_of_one


def test_what_is_no_business_of_the_clerk_is_said_to_be(
    container: Container, sam: Conversation
) -> None:
    """A show in it does not make it one; seats of a show do, whatever the classifier thought."""
    for text in ("tell me a joke", "the lakers are great"):
        sam.receive(text, "out_of_scope").run(ActionRespond(container))
        assert sam.responses[0] == "utter_out_of_scope", text

    said = "in section 201 if there's any of it, the lakers game"
    assert sam.receive(said, "out_of_scope").run(ActionRespond(container)) == [FORM]


@pytest.mark.parametrize("text", ["lakers", "3 please", "swan lake"])
def test_a_name_or_a_number_starts_the_purchase(
    container: Container, sam: Conversation, text: str
) -> None:
    """Nobody has to say "buy"."""
    assert sam.receive(text).run(ActionRespond(container)) == [FORM]
    assert sam.said == []


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("in chicago", "utter_shows_found"),
        ("ord_1234567890123456", "utter_error_order_not_found"),
        ("flurb", "utter_not_understood"),
    ],
)
def test_a_hint_is_answered_where_its_words_point(
    container: Container, sam: Conversation, text: str, response: str
) -> None:
    """A place with a list, an order number with the order, nonsense with what one can say."""
    sam.receive(text).run(ActionRespond(container))

    assert sam.responses == [response]


def test_a_show_with_a_number_is_an_order_whatever_the_classifier_thought(
    container: Container, sam: Conversation
) -> None:
    """Unless it is a question."""
    sam.receive("give me five for the lakers", "ask_price")
    assert sam.run(ActionRespond(container)) == [FORM]

    sam.receive("how much is it for five lakers tickets?", "ask_price")
    assert sam.run(ActionRespond(container)) != [FORM]


def test_prices_are_told_by_section(container: Container, sam: Conversation) -> None:
    """Cheapest first, with the seats that are left."""
    sam.receive("how much is the lakers game", "ask_price").run(ActionRespond(container))

    assert sam.read().index("$200.00, 40 left") < sam.read().index("$350.00, 10 left")


def test_a_question_without_a_name_is_about_the_show_being_bought(
    container: Container, sam: Conversation
) -> None:
    """Nobody repeats the name in the middle of the form."""
    sam.slots["show"] = "last-seat"

    sam.receive("where is it?", "ask_show").run(ActionRespond(container))

    assert sam.responses == ["utter_about_address"]
    assert "Small Stage, Boston" in sam.read()


def test_the_price_of_an_unknown_show_is_answered_with_a_no(
    container: Container, sam: Conversation
) -> None:
    """Then with what is on; a list alone would leave the question open."""
    sam.receive("how much is hamilton?", "ask_price").run(ActionRespond(container))

    assert sam.responses == ["utter_no_such_show", "utter_shows"]


@pytest.mark.parametrize("text", ["how much is parking?", "when do the doors open?"])
def test_a_question_that_names_no_show_gets_no_refusal(
    container: Container, sam: Conversation, text: str
) -> None:
    """Not every unknown word is the name of a show; what isn't known is said to be so."""
    sam.receive(text, "ask_price").run(ActionRespond(container))

    assert sam.responses[0].startswith("utter_fact_unknown")


@pytest.mark.parametrize("text", ["cheapest show?", "what's the cheapest ticket"])
def test_the_cheapest_shows_come_by_price(
    container: Container, sam: Conversation, text: str
) -> None:
    """Whatever intent was parsed."""
    sam.receive(text).run(ActionRespond(container))

    assert sam.responses == ["utter_cheapest_shows"]
    names = ["The Last Seat", "Swan Lake (matinee)", "Swan Lake (evening)", "Lakers"]
    places = [sam.read().index(name) for name in names]
    assert places == sorted(places)


def test_the_price_of_it_is_that_of_the_show_just_spoken_of(
    container: Container, sam: Conversation
) -> None:
    """Nobody repeats the name in the next sentence."""
    sam.receive("when is the lakers game?", "ask_show").run(ActionRespond(container))

    sam.receive("and how much is it?", "ask_price").run(ActionRespond(container))

    assert sam.responses == ["utter_prices"]
    assert "Lakers" in sam.read()


def test_more_than_everything_is_answered_in_a_sentence(
    container: Container, sam: Conversation
) -> None:
    """Once all is said, "more" was understood all the same."""
    sam.receive("what's on", "browse_events").run(ActionRespond(container))

    sam.receive("more").run(ActionRespond(container))

    assert sam.responses == ["utter_no_more_shows"]


@pytest.mark.parametrize("text", ["yes", "ok"])
def test_a_yes_to_the_one_show_spoken_of_starts_its_purchase(
    container: Container, sam: Conversation, text: str
) -> None:
    """Without one, a yes is to nothing."""
    assert sam.receive(text, "affirm").run(ActionRespond(container)) == []
    assert sam.responses == ["utter_affirm"]

    sam.receive("when is the lakers game?", "ask_show").run(ActionRespond(container))

    assert sam.receive(text, "affirm").run(ActionRespond(container)) == [FORM]


def test_buy_starts_a_purchase_whatever_the_classifier_thought(
    container: Container, sam: Conversation
) -> None:
    """The shortest order there is."""
    assert sam.receive("buy", "affirm").run(ActionRespond(container)) == [FORM]
