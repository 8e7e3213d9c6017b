"""Whoever was misunderstood at a summary: back to what stood, or on to what they had named."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import protests
from ticket_clerk.understanding.corrections import rejected_part

__all__ = ["shop", "start"]

PROTESTS = [
    "that's not what I said",
    "no! that is wrong",
    "I never asked for that",
    "no, I only asked",
    "this isn't what I wanted",
    "wrong! leave it as it was",
]


@pytest.mark.parametrize("text", PROTESTS)
@pytest.mark.parametrize(
    ("change", "slot"), [("make it 3", "quantity"), ("the gallery instead", "section")]
)
@pytest.mark.parametrize("guess", ["deny", "inform", "nlu_fallback"])
def test_a_protest_takes_back_what_the_message_before_has_changed(
    shop: Container, start: Begin, text: str, change: str, slot: str, guess: str
) -> None:
    """What stood before is summed up again, and nothing is ordered."""
    buyer = start("summary")
    agreed = buyer.slots[slot]
    buyer.say(change, "inform")
    assert buyer.slots[slot] != agreed

    assert buyer.say(text, guess)[-1] == "utter_ask_confirm_order"

    assert buyer.slots[slot] == agreed
    assert orders_of(shop, buyer.buyer) == []


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("no no, I hadn't said gallery! I said parquet", "section", "parquet"),
        ("I never asked for the loge, I asked for the parquet", "section", "parquet"),
        ("no, I said two!", "quantity", 2),
        ("that's wrong, it should be five", "quantity", 5),
    ],
)
def test_what_a_protest_names_is_taken(start: Begin, text: str, slot: str, value: object) -> None:
    """As a correction like any other, with a new summary."""
    buyer = start("summary")
    buyer.say("the gallery instead", "inform")

    assert buyer.say(text, "deny")[-1] == "utter_ask_confirm_order"

    assert buyer.slots[slot] == value


@pytest.mark.parametrize(
    "text", ["I only asked whether the parquet is nearer?", "no! I only asked if there is parking"]
)
def test_a_protest_within_a_question_takes_nothing_that_it_names(start: Begin, text: str) -> None:
    """It is answered, and what was summed up before is so again."""
    buyer = start("summary")
    buyer.say("the gallery instead", "inform")

    said = buyer.say(text, "ask_show")

    assert buyer.slots["section"] == "loge"
    assert said[-1] == "utter_ask_confirm_order"
    assert len(said) > 1


def test_the_other_section_of_the_message_before_is_proposed(start: Begin) -> None:
    """Where nothing had stood before it."""
    buyer = start("section_asked")
    buyer.slots["quantity"] = 2
    buyer.say("Parquet I guess? Or is the gallery good enough, hmm.", "inform")
    taken = buyer.slots["section"]

    buyer.say("that's not what I meant", "deny")

    assert (taken, buyer.slots["section"]) == ("gallery", "parquet")


def test_a_protest_at_nothing_that_changed_is_asked_what_to_change(start: Begin) -> None:
    """There is nothing to go back to."""
    buyer = start("summary")
    buyer.say("do you take amex?", "ask_how_to_pay")

    buyer.say("that's wrong", "deny")

    assert buyer.slots["is_changing_order"] is True
    assert buyer.slots["quantity"] == 4


def test_who_stays_with_what_is_summed_up_changes_nothing(start: Begin) -> None:
    """The control: "I only asked" beside what stands."""
    said = start("summary").say("No! Stay with the four, I only asked.", "deny")

    assert said == ["utter_ask_confirm_order_again"]


def test_a_number_that_is_turned_down_alone_is_asked_for(start: Begin) -> None:
    """ "Not four" says that it is wrong, and not what is right."""
    buyer = start("summary")

    assert buyer.say("no, not four", "deny") == ["utter_ask_quantity"]
    assert buyer.slots["section"] == "loge"


@pytest.mark.parametrize("text", ["I didn't know that", "what I said stands", "is that right?"])
def test_other_sentences_are_no_protests(text: str) -> None:
    """The control."""
    assert not protests(text)


def test_what_was_never_said_is_turned_down() -> None:
    """In each tense; what was never seen is not."""
    assert "gallery" in rejected_part("I hadn't said gallery")
    assert "gallery" in rejected_part("we never asked for the gallery")
    assert not rejected_part("we never saw the gallery")
