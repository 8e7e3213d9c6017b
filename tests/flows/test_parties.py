"""A party that is described by its persons is a number, and no age for which all is listed."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.times.ages import looks_for_child, parse_ages

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("for a mum of 80 and her two daughters", 3),
        ("something for me, my wife and the twins", 4),
        ("for my mum, who is 80, and her 2 sisters", 3),
        ("a dad and his three kids", 4),
        ("my two sons and I", 3),
        ("my mum aged 80 and me", 2),
        ("me, my wife and our three kids", 5),
        ("2 tickets for a mum of 80", 2),
    ],
)
def test_a_party_is_counted_by_its_persons(text: str, number: int) -> None:
    """How old somebody is counts nobody, and twins are two."""
    assert parse_quantity(text, asked=False) == number


@pytest.mark.parametrize(
    "text", ["a mum of 80", "my wife and my son", "are they twins?", "her daughters are ill"]
)
def test_relatives_alone_are_no_number(text: str) -> None:
    """The control: whoever asks may come with them or not."""
    assert parse_quantity(text, asked=False) is None


@pytest.mark.parametrize(
    ("text", "is_for_child", "ages"),
    [
        ("anything for an 80-year-old and her daughters?", False, []),
        ("what would you suggest for a mum of 80 and her two daughters", False, []),
        ("anything for a girl of 6?", True, [6]),
        ("something for a girl of 6 and her mum, a 40-year-old", True, [6]),
    ],
)
def test_only_the_young_are_asked_for_by_their_age(
    text: str, is_for_child: bool, ages: list[int]
) -> None:
    """Nobody of eighty is refused, so an age like that looks for no show."""
    assert looks_for_child(text) is is_for_child
    assert parse_ages(text) == ages


def test_a_suggestion_for_a_party_is_a_few_shows_and_keeps_the_number(shop: Container) -> None:
    """Three are three when a show has been chosen; they are not asked again."""
    buyer = FormDriver(shop, sender_id="mum")
    text = "what would you suggest for a mum of 80 and her two daughters"

    assert buyer.say(text, "out_of_scope") == ["utter_recommendation"]
    assert len(buyer.answers[-1]["buttons"]) <= 5
    buyer.say("swan lake in the parquet please", "buy_tickets")
    assert buyer.slots["quantity"] == 3


@pytest.mark.parametrize("guess", ["out_of_scope", "nlu_fallback", "affirm"])
def test_a_party_that_asks_for_anything_reads_what_has_seats_for_it(
    shop: Container, guess: str
) -> None:
    """It read that the answer isn't known, or only how many an order may have."""
    buyer = FormDriver(shop)

    said = buyer.say("14 of us, what could we do?", guess)

    assert said[0] == "utter_error_too_many_tickets"
    assert "Swan Lake" in buyer.read_all()
    assert buyer.active_loop == {}


def test_pieces_are_tickets_and_a_game_is_none() -> None:
    """The control is a game alone: who wants one goes to one."""
    assert parse_quantity("only 1 game, north stand, 7 pieces", asked=False) == 7
    assert parse_quantity("just one game", asked=True) == 1
