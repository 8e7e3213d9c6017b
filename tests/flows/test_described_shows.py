"""A show is told by what it is about, where nothing names it (docs/language.md)."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.shows import with_described

__all__ = ["shop"]

TOLD = [
    ("Beacon (matinee)", "A musical about a lighthouse keeper's daughter."),
    ("Beacon (evening)", "A musical about a lighthouse keeper's daughter."),
    ("Leviathan", "The hunt for a white whale, told by a sailor."),
    ("Faros", "La historia de una ballena en el tercer acto."),
]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("two for the lighthouse one", "two for Beacon"),
        ("do you have the one about the whale hunt", "do you have Leviathan"),
        ("something with whales, please", "Leviathan, please"),
        ("la de la ballena", "Faros"),
        ("the one about a sailor and a lighthouse", "Beacon or Leviathan"),
        ("the cheap one", "the cheap one"),
        ("the white one", "the white one"),
        ("my daughter loves the lighthouse", "my daughter loves the lighthouse"),
        ("something about a daughter", "something about a daughter"),
    ],
)
def test_words_of_a_description_stand_for_the_show(text: str, written: str) -> None:
    """Only where they say which one is meant; words of questions and common ones are no clue."""
    assert with_described(text, TOLD, {"daughter", "white"}) == written


@pytest.mark.parametrize("guess", ["inform", "out_of_scope", "browse_events"])
def test_what_several_shows_are_about_is_offered_as_buttons(shop: Container, guess: str) -> None:
    """It was a list of everything."""
    buyer = FormDriver(shop)

    buyer.say("the lighthouse one please", guess)

    titles = [button["title"] for one in buyer.answers for button in one.get("buttons") or []]
    assert titles == ["Harbor Lights (matinee)", "Harbor Lights (evening)"]


def test_a_show_is_taken_by_what_it_is_about(shop: Container) -> None:
    """Rasa's "out of scope" of words that it doesn't know says nothing."""
    buyer = FormDriver(shop)

    buyer.say("something with a birdcatcher, two please", "out_of_scope")

    assert (buyer.slots["show"], buyer.slots["quantity"]) == ("magic-flute", 2)


def test_a_name_goes_before_what_another_show_is_about(shop: Container) -> None:
    """The control."""
    buyer = FormDriver(shop)

    buyer.say("2 for swan lake, not the lighthouse one", "inform")

    assert buyer.slots["show"] == "swan-lake"


def test_music_is_a_musical_s_kind_too(shop: Container) -> None:
    """ "Any music for kids?" left them out."""
    buyer = FormDriver(shop)

    buyer.say("any music?", "browse_events")

    assert "Harbor Lights (matinee)" in buyer.read_all()
    assert "Red Sox" not in buyer.read_all()
