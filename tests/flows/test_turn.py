"""One turn of the purchase, without Rasa and without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.catalog import CATALOG, NOW
from tests.flows.conversation import Conversation
from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.purchase.state import Purchase, drop_stale, next_question
from ticket_clerk.flows.purchase.step import take_step
from ticket_clerk.flows.step import Step
from ticket_clerk.flows.turn import RasaEvents, Turn
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.understanding.utterance import Utterance

AT_SHOW = Purchase(asked="show")
AT_SECTION = Purchase(show_id="game", asked="section")
AT_QUANTITY = Purchase(show_id="game", section_id="101", asked="quantity")
AT_SUMMARY = Purchase(show_id="game", section_id="101", quantity=2, asked="confirm_order")


def take(
    before: Purchase, text: str, intent: str = "inform", named: bool = False
) -> Step[Purchase]:
    """Take a turn in the difficult catalog."""
    return take_step(before, Utterance(text, intent, named), CATALOG, NOW)


def said(turn: Step[Purchase]) -> list[str]:
    """Names of the responses."""
    return [said.response for said in turn.replies]


def test_one_sentence_fills_show_and_number() -> None:
    """The sentence of the seed document."""
    turn = take(Purchase(), "I'd like to buy 2 tickets for the Lakers game", "buy_tickets")

    assert (turn.request.show_id, turn.request.quantity) == ("game", 2)
    assert next_question(turn.request) == "section"


def test_one_sentence_may_fill_everything() -> None:
    """Who knows what they want is asked for a yes only."""
    for text in (
        "3 tickets for the lakers in section 318 please",
        "Lakers. Three. Section 318.",
        "lakers 318, 3 please",
    ):
        assert next_question(take(Purchase(), text, "buy_tickets").request) == "confirm_order"


def test_a_show_with_one_section_does_not_ask_for_it() -> None:
    """There is one answer only."""
    turn = take(Purchase(), "swan lake matinee", "buy_tickets")

    assert turn.request.section_id == "a"
    assert next_question(turn.request) == "quantity"


def test_the_last_seat_asks_for_no_number() -> None:
    """There is one answer only, which the summary says."""
    turn = take(Purchase(), "the last seat", "buy_tickets")

    assert next_question(turn.request) == "confirm_order"
    assert turn.request.quantity == 1


def test_two_candidates_are_offered() -> None:
    """Neither is chosen for the buyer; then the time of day chooses."""
    turn = take(Purchase(), "swan lake for two", "buy_tickets")
    assert turn.request.offered == ("matinee", "evening")
    assert next_question(turn.request) == "show"

    later = take(Purchase(**{**vars(turn.request), "asked": "show"}), "the later one")

    assert later.request.show_id == "evening"
    assert later.request.quantity == 2


def test_an_unknown_show_is_refused_in_a_sentence() -> None:
    """What is on follows with the question."""
    turn = take(Purchase(), "2 tickets for the knicks game", "buy_tickets", named=True)

    assert said(turn) == ["utter_no_such_show"]
    assert turn.request.show_id is None
    assert turn.request.quantity == 2


def test_a_sold_out_show_becomes_a_place_on_its_waiting_list() -> None:
    """What is missing for that is asked; seats there are none to choose."""
    turn = take(AT_SHOW, "gone already")

    assert said(turn) == ["utter_show_sold_out"]
    assert (turn.request.show_id, turn.request.is_waiting) == ("gone", True)
    assert next_question(turn.request) == "quantity"


@pytest.mark.parametrize(
    ("text", "section_id"),
    [("101", "101"), ("2", "2"), ("section 318", "318"), ("any", "318"), ("the best ones", "2")],
)
def test_while_the_section_is_asked_a_number_is_the_section(text: str, section_id: str) -> None:
    """Also where it could be a number of tickets."""
    turn = take(AT_SECTION, text)

    assert turn.request.section_id == section_id
    assert turn.request.quantity is None


def test_any_section_is_the_cheapest_with_enough_seats() -> None:
    """Three are left in the cheapest, and four are wanted."""
    turn = take(Purchase(show_id="game", quantity=4, asked="section"), "the cheapest")

    assert turn.request.section_id == "101"


@pytest.mark.parametrize("text", ["2", "two", "a couple", "me and my wife"])
def test_while_the_number_is_asked_a_number_is_the_number(text: str) -> None:
    """Also where a section is called like it."""
    turn = take(AT_QUANTITY, text)

    assert turn.request.quantity == 2
    assert turn.request.section_id == "101"


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("0", "utter_quantity_too_small"),
        ("-1", "utter_quantity_too_small"),
        ("2.5", "utter_quantity_not_whole"),
        ("a million", "utter_error_too_many_tickets"),
        ("nine", "utter_error_too_many_tickets"),
        ("101", "utter_error_too_many_tickets"),
        ("blue", "utter_not_understood_in_order"),
    ],
)
def test_a_number_that_cannot_be_gets_one_sentence(text: str, response: str) -> None:
    """The form goes on with the same question."""
    turn = take(AT_QUANTITY, text)

    assert said(turn) == [response]
    assert next_question(turn.request) == "quantity"


def test_more_than_are_left_names_how_many_are() -> None:
    """Not the limit of an order: that is another refusal."""
    turn = take(Purchase(show_id="game", section_id="318", asked="quantity"), "5")

    assert said(turn) == ["utter_seats_left"]
    assert turn.replies[0].values["left"] == 3
    assert turn.request.quantity is None


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("make that three", {"quantity": 3}),
        ("no, 3", {"quantity": 3}),
        ("no i meant 3", {"quantity": 3}),
        ("no, section 2", {"section_id": "2"}),
        ("yes, but the cheapest", {"section_id": "318"}),
        ("swan lake matinee instead", {"show_id": "matinee", "section_id": "a"}),
    ],
)
def test_the_summary_can_be_corrected(text: str, changed: dict[str, object]) -> None:
    """A correction is never a yes: it is summed up again."""
    turn = take(AT_SUMMARY, text)

    assert turn.request == Purchase(**{**vars(AT_SUMMARY), **changed})
    assert next_question(turn.request) == "confirm_order"


@pytest.mark.parametrize("text", ["yes", "Yes please", "ok", "sure, go ahead", "y", "sounds good"])
def test_a_yes_to_the_summary_orders(text: str) -> None:
    """Whatever the classifier thought of it."""
    assert take(AT_SUMMARY, text, "nlu_fallback").request.confirmed is True


def test_asking_for_the_link_of_the_summary_is_a_yes_to_it() -> None:
    """It is what the summary offers; "again" is about one that there is."""
    assert take(AT_SUMMARY, "ok, send me the link", "payment_status").request.confirmed is True
    assert not take(AT_SUMMARY, "send me the link again", "payment_status").is_answered


@pytest.mark.parametrize("text", ["2", "the lakers game", "two tickets", "section 101 please"])
def test_saying_what_is_summed_up_already_is_no_mistake(text: str) -> None:
    """It is summed up again without a word of blame, and not taken for a yes."""
    turn = take(AT_SUMMARY, text)

    assert turn.replies == ()
    assert turn.request == AT_SUMMARY


def test_a_no_asks_what_to_change_and_a_second_no_leaves() -> None:
    """A correction in between is taken."""
    first = take(AT_SUMMARY, "no", "deny")
    assert first.request.is_changing
    changing = Purchase(**{**vars(first.request), "asked": "confirm_order"})

    assert take(changing, "no", "deny").is_over
    assert next_question(take(changing, "the section").request) == "section"
    assert next_question(take(changing, "The number of tickets").request) == "quantity"
    assert take(changing, "4").request.quantity == 4


@pytest.mark.parametrize("before", [AT_SHOW, AT_SECTION, AT_QUANTITY, AT_SUMMARY])
@pytest.mark.parametrize("text", ["stop", "cancel", "forget it", "never mind", "i changed my mind"])
def test_stopping_leaves_at_every_question(before: Purchase, text: str) -> None:
    """Nothing is ordered."""
    turn = take(before, text, "cancel_order")

    assert turn.is_over
    assert turn.request.confirmed is None


@pytest.mark.parametrize("before", [AT_SHOW, AT_SECTION, AT_QUANTITY, AT_SUMMARY])
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how much is section 2?", "ask_price"),
        ("how many seats are left?", "ask_show"),
        ("did my payment go through?", "payment_status"),
        ("ord_1234567890123456", "payment_status"),
        ("thanks", "thank_you"),
    ],
)
def test_other_talk_is_left_to_its_rule(before: Purchase, text: str, intent: str) -> None:
    """The form is not touched by it."""
    assert take(before, text, intent).is_answered is False


@pytest.mark.parametrize(
    "slots",
    [
        Purchase(show_id="long-gone", section_id="x", quantity=99),
        Purchase(show_id="'; drop table", quantity=0),
        Purchase(show_id="game", section_id="stalls", quantity=-3),
    ],
)
def test_slots_are_not_believed(slots: Purchase) -> None:
    """What the catalog does not have is dropped, whoever wrote it there."""
    kept = drop_stale(slots, CATALOG)

    assert kept.section_id is None
    assert kept.quantity is None
    assert kept.show_id in {None, "game"}


@given(
    st.sampled_from([Purchase(), AT_SHOW, AT_SECTION, AT_QUANTITY, AT_SUMMARY]),
    st.text(max_size=60)
    | st.from_regex(r"(no|yes|make it)?,? ?-?\d{1,3}( tickets)?", fullmatch=True),
    st.sampled_from(["inform", "affirm", "deny", "buy_tickets", "nlu_fallback", "ask_price"]),
)
def test_no_sentence_brings_a_purchase_that_cannot_be(
    before: Purchase, text: str, intent: str
) -> None:
    """Whatever is said, show, section and number stay those of the catalog, and fit."""
    after = take(before, text, intent).request

    assert drop_stale(after, CATALOG) == after
    if after.confirmed:
        assert before.asked == "confirm_order"
        assert (after.show_id, after.section_id, after.quantity) == ("game", "101", 2)


def test_a_small_number_that_is_no_section_is_how_many() -> None:
    """Who was just told the limit answers with a number, whatever the question says."""
    turn = take(AT_SECTION, "8", "inform")

    assert turn.request.quantity == 8
    assert said(turn) == []
    assert next_question(turn.request) == "section"


def test_a_number_beside_a_known_one_is_a_section_that_is_not_there() -> None:
    """How many is known; the question was about the section."""
    turn = take(Purchase(show_id="game", quantity=2, asked="section"), "999")

    assert said(turn) == ["utter_no_such_section"]
    assert turn.request.quantity == 2


def test_a_sender_that_is_a_number_is_a_text_to_us(container: Container) -> None:
    """As on a channel of a host's own; PostgreSQL compares no number with a text."""
    sam = Conversation(sender_id=5550123, channel="telegram")  # type: ignore[arg-type]
    seen: list[Buyer] = []

    def look(turn: Turn) -> RasaEvents:
        seen.append(turn.buyer)
        return []

    class Look(ClerkAction, answers=look):
        """Looks who speaks."""

    sam.run(Look(container))

    assert seen == [Buyer("telegram", "5550123")]
