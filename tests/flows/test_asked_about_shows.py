"""Whoever asks about shows is answered, and buys nothing by it."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.understanding.answers import is_more, is_question, says_goodbye
from ticket_clerk.understanding.clauses import split_clauses
from ticket_clerk.understanding.orders import asks_bought
from ticket_clerk.understanding.vocabulary import unsold_kind

__all__ = ["shop"]


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody who has said nothing yet."""
    return FormDriver(shop)


def test_several_facts_that_are_asked_at_once_are_all_told(buyer: FormDriver) -> None:
    """What it is about, its interval and its doors, and no price list."""
    said = buyer.say(
        "swan lake then, what's it about & is there an interval, doors open when", "nlu_fallback"
    )

    told = buyer.read_all()
    assert "two intervals" in told
    assert "an hour before the start" in told
    assert not {"utter_prices", "utter_show_facts"} & set(said)


def test_one_question_with_a_comma_stays_one() -> None:
    """The control: what is surely about nothing alone is not torn off."""
    clauses = split_clauses("is it far, with a pram?", lambda clause: "far" in clause)

    assert clauses.questions == ("is it far, with a pram?",)


@pytest.mark.parametrize(
    "text", ["what's the difference between the two?", "diff between matinee and evening?"]
)
def test_two_shows_that_were_offered_are_compared(buyer: FormDriver, text: str) -> None:
    """Both are told, and neither is taken."""
    buyer.say("harbor lights", "buy_tickets")

    said = buyer.say(text, "nlu_fallback")

    assert said[:2] == ["utter_show_facts", "utter_show_facts"]
    assert buyer.slots["show"] is None


@pytest.mark.parametrize("text", ["i want go museum", "do you have a museum?", "any films on?"])
@pytest.mark.parametrize("guess", ["nlu_fallback", "out_of_scope", "browse_events"])
def test_a_kind_that_is_not_sold_is_said_with_those_that_are(
    buyer: FormDriver, text: str, guess: str
) -> None:
    """And nothing is listed that nobody asked for."""
    said = buyer.say(text, guess)

    assert said == ["utter_no_such_kind"]
    assert "ballet" in buyer.read_all()


def test_kinds_that_are_sold_are_not_among_the_others() -> None:
    """The control."""
    assert unsold_kind("two museums, please") == "museum"
    assert unsold_kind("the ballet or a concert") is None


def test_whoever_is_not_buying_yet_reads_what_is_on(buyer: FormDriver) -> None:
    """It leaves nothing, as nothing was begun."""
    said = buyer.say("not buying anything yet!! just wanna know what's on", "nlu_fallback")

    assert said == ["utter_shows"]
    assert not buyer.active_loop


@pytest.mark.parametrize("text", ["please show more all", "show me all the rest", "more of them"])
def test_more_is_the_rest(text: str) -> None:
    """However much of it is wanted."""
    assert is_more(text)
    assert not is_more(f"{text} for swan lake")


@pytest.mark.parametrize("text", ["ok bye thank you", "bye", "thanks, bye bye"])
def test_a_goodbye_to_what_was_opened_by_accident_is_one(buyer: FormDriver, text: str) -> None:
    """Nothing had been named yet."""
    buyer.say("tickets please", "buy_tickets")
    assert buyer.active_loop == {"name": BUY_FORM}

    assert buyer.say(text, "thank_you") == ["utter_goodbye"]
    assert not buyer.active_loop


def test_a_goodbye_with_a_wish_is_none() -> None:
    """The control."""
    assert not says_goodbye("bye bye birdie, two tickets")


@pytest.mark.parametrize(
    "text", ["thanks that's all, didn't buy owt did i", "did i order anything?"]
)
def test_whether_anything_was_bought_is_answered(
    shop: Container, buyer: FormDriver, text: str
) -> None:
    """From the orders that there are."""
    assert buyer.say(text, "nlu_fallback") == ["utter_no_orders"]

    start_checkout(shop, buyer.buyer, show_id="swan-lake", section_id="loge", quantity=1)
    assert buyer.say(text, "nlu_fallback") == ["utter_order_open"]


def test_a_tag_makes_a_question() -> None:
    """And only at the end."""
    assert is_question("i haven't paid, have i")
    assert not asks_bought("i did order two for the ballet")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("do you have celtics tickets?", "nlu_fallback"),
        ("hi, any coldplay tickets left?", "out_of_scope"),
        ("got Adele tix?", "ask_show"),
        ("hey do you sell taylor swift tickets?", "subscribe_season_tickets"),
    ],
)
def test_a_show_that_is_not_sold_is_said_to_be_none_of_ours(
    buyer: FormDriver, text: str, intent: str
) -> None:
    """They were told that this is no question for a ticket shop."""
    assert buyer.say(text, intent) == ["utter_no_such_show", "utter_shows"]


@pytest.mark.parametrize(
    "text", ["hiya, whats on?", "hiya, whats on in march?", "hiya, anything in march?"]
)
def test_who_greets_and_asks_is_answered(buyer: FormDriver, text: str) -> None:
    """The greeting took the turn."""
    assert buyer.say(text, "greet")[0] in {"utter_shows", "utter_shows_found"}


@pytest.mark.parametrize(
    "text",
    [
        "are there student tickets?",
        "do you have standing tickets?",
        "can I get paper tickets?",
        "do you sell ballet tickets?",
        "any lakers tickets left?",
        "do you have boston tickets?",
        "have you got four tickets?",
        "where are my tickets?",
    ],
)
def test_other_words_before_tickets_name_no_show(buyer: FormDriver, text: str) -> None:
    """The control."""
    assert "utter_no_such_show" not in buyer.say(text, "nlu_fallback")
