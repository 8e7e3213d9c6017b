"""Doubts at a summary, answers that were none, and conditions nobody can promise."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from tests.flows.training import ROOT
from ticket_clerk.flows.turn import BUY_FORM, REFUND_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.asking.kinds import was_misread

__all__ = ["ROOT", "shop", "start"]
AGAIN = "utter_ask_confirm_order_again"


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody who has said nothing yet."""
    return FormDriver(shop)


@pytest.mark.parametrize(
    "text", ["is this really your cheapest?", "and there's no cheaper, right? the cheapest?"]
)
@pytest.mark.parametrize("guess", ["nlu_fallback", "ask_price", "affirm"])
def test_whether_it_is_the_cheapest_is_answered(start: Begin, text: str, guess: str) -> None:
    """No, and which one is; then what is summed up in one line."""
    said = start("summary").say(text, guess)

    assert said == ["utter_is_not_cheapest", AGAIN]


def test_the_cheapest_is_told_to_be_it(buyer: FormDriver) -> None:
    """The other way round; the same show on another date counts, too."""
    buyer.say("2 swan lake, gallery", "buy_tickets")
    assert buyer.say("certain that's the cheapest you have?", "ask_price")[0] == "utter_is_cheapest"

    evening = FormDriver(buyer.container, sender_id="eve")
    evening.say("2 harbor lights evening, balcony", "buy_tickets")
    assert evening.say("is it really the cheapest?", "ask_price")[0] == "utter_is_not_cheapest"
    assert "matinee" in evening.read_all()


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("have i got the correct day there?", "utter_summed_up_day"),
        ("it's on saturday, isn't it?", "utter_summed_up_day_as_said"),
        ("this is the one in boston, right?", "utter_summed_up_day_otherwise"),
        ("that's with a student discount already, correct?", "utter_no_code_in_it"),
    ],
)
@pytest.mark.parametrize("guess", ["nlu_fallback", "ask_show", "affirm"])
def test_a_doubt_is_answered_and_agrees_to_nothing(
    start: Begin, text: str, response: str, guess: str
) -> None:
    """From what is summed up."""
    said = start("summary").say(text, guess)

    assert said == [response, AGAIN]


@pytest.mark.parametrize(
    "text", ["no, that isn't what i wanted to know!", "you're not answering my question"]
)
@pytest.mark.parametrize("guess", ["deny", "nlu_fallback", "out_of_scope"])
def test_who_was_answered_something_else_reads_what_was_understood(
    buyer: FormDriver, text: str, guess: str
) -> None:
    """With other readings as buttons, and whom to ask; never the same again."""
    buyer.say("do they search you at the door?", "nlu_fallback")

    said = buyer.say(text, guess)

    assert said == ["utter_misread"]
    assert "do they search you at the door" in buyer.read_all()
    assert "help@tickets.example" in buyer.read_all()
    (told,) = buyer.answers
    assert len(told["buttons"]) == 2

    assert buyer.say("still not what i asked", guess) == ["utter_misread_again"]


@pytest.mark.parametrize("guess", ["deny", "nlu_fallback"])
def test_a_complaint_at_a_summary_changes_nothing(start: Begin, guess: str) -> None:
    """What is summed up is asked again."""
    buyer = start("summary")
    buyer.say("do they search you at the door?", "nlu_fallback")

    said = buyer.say("that's not what I asked you", guess)

    assert said == ["utter_misread", AGAIN]
    assert buyer.slots["quantity"] == 4


def test_a_complaint_with_the_question_in_it_is_answered(buyer: FormDriver) -> None:
    """The control: what is asked anew is asked."""
    buyer.say("swan lake", "ask_show")

    buyer.say("not what i asked! is there parking?", "nlu_fallback")

    assert "garage" in buyer.read_all()
    assert not was_misread("i asked my wife, two please")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2 for swan lake, gallery, side by side please", "side by side"),
        ("two loge seats for swan lake but with nothing blocking our view", "sees from Loge"),
        ("swan lake, 2 parquet, beside my cousin's seats", "beside somebody else's"),
    ],
)
def test_a_condition_in_an_order_is_not_passed_over(
    buyer: FormDriver, text: str, known: str
) -> None:
    """What is known of it or can't be promised is said, and the order is summed up."""
    said = buyer.say(text, "buy_tickets")

    assert said[-1] == "utter_ask_confirm_order"
    assert known in buyer.read_all()


@pytest.mark.parametrize("text", ["not next to the toilets please", "not too far from a lift"])
@pytest.mark.parametrize("guess", ["nlu_fallback", "inform"])
def test_a_condition_at_a_summary_is_no_no(start: Begin, text: str, guess: str) -> None:
    """Nothing is to be changed by it."""
    assert "utter_ask_change" not in start("summary").say(text, guess)


@pytest.mark.parametrize("text", ["hmm then 3", "hm, so three", "ok just 3 then"])
def test_a_number_alone_at_a_summary_is_how_many(start: Begin, text: str) -> None:
    """With whatever says nothing beside it."""
    buyer = start("summary")

    assert buyer.say(text, "inform") == ["utter_ask_confirm_order"]
    assert buyer.slots["quantity"] == 3


def test_an_order_is_taken_beside_what_is_asked_without_a_question(buyer: FormDriver) -> None:
    """Both are done."""
    buyer.say("swan lake", "ask_show")

    said = buyer.say(
        "three tickets, best seats, and the receipt has to show our vat number", "buy_tickets"
    )

    assert "utter_company_not_on_receipt" in said
    assert said[-1] == "utter_ask_confirm_order"


def test_a_section_is_told_and_not_its_show(start: Begin) -> None:
    """What it is like, and what it costs instead."""
    buyer = start("summary")
    buyer.say("on which level is the loge?", "ask_show")
    assert "first level" in buyer.read_all()

    said = buyer.say("what's the difference to the gallery?", "ask_show")
    assert "utter_prices" in said
    assert "$42.00" in buyer.read_all()


def test_what_was_just_listed_is_what_is_recommended(buyer: FormDriver) -> None:
    """And nothing else."""
    buyer.say("any music?", "browse_events")

    buyer.say("which one would you recommend?", "nlu_fallback")

    assert "The Night Owls" in buyer.read_all()
    assert "Lakers" not in buyer.read_all()


@pytest.mark.parametrize(
    "text", ["do you hold back anything when they go back to you?", "any fee if i return them?"]
)
def test_fees_are_those_of_refunds_where_these_are_spoken_of(start: Begin, text: str) -> None:
    """And not those of buying."""
    buyer = start("refund_summary")

    buyer.say(text, "nlu_fallback")

    assert "nothing is added" not in buyer.read_all()
    assert buyer.active_loop.get("name") == REFUND_FORM


def test_a_refund_is_left_where_the_talk_goes_on_elsewhere(start: Begin) -> None:
    """Two messages about something else, and nothing is refunded; one leaves nothing."""
    buyer = start("refund_summary")
    buyer.say("is there a cloakroom?", "nlu_fallback")
    assert buyer.active_loop.get("name") == REFUND_FORM

    said = buyer.say("what else is on in boston?", "browse_events")

    assert "utter_nothing_refunded" in said
    assert not buyer.active_loop


def test_a_refund_that_is_asked_about_is_not_left(start: Begin) -> None:
    """The control."""
    buyer = start("refund_summary")
    buyer.say("when would the money be back?", "nlu_fallback")

    buyer.say("and is it the full price?", "nlu_fallback")

    assert buyer.active_loop.get("name") == REFUND_FORM


def test_a_purchase_stays_whatever_is_asked(start: Begin) -> None:
    """What was chosen would be lost."""
    buyer = start("summary")
    for text in ("is there a cloakroom?", "and a bar?", "where is it?"):
        buyer.say(text, "nlu_fallback")

    assert buyer.active_loop.get("name") == BUY_FORM


@pytest.mark.parametrize(
    "text", ["i need our firm's vat id on the receipt", "receipt for my company please"]
)
def test_what_a_company_needs_is_not_promised(buyer: FormDriver, text: str) -> None:
    """What is on Stripe's receipt, and whom to ask."""
    said = buyer.say(text, "nlu_fallback")

    assert said[-1] == "utter_company_not_on_receipt"
    assert "help@tickets.example" in buyer.read_all()
