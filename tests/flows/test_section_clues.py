"""A section's name is a clue to the show that has it, whatever show is spoken of."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container

__all__ = ["shop", "start"]


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody who was told of the Lakers' game and has chosen nothing."""
    buyer = FormDriver(shop, sender_id="clue")
    buyer.say("tell me about the lakers game", "ask_show")
    return buyer


@pytest.fixture
def of_game(shop: Container) -> FormDriver:
    """Somebody who orders two tickets for the Lakers and is asked for the section."""
    buyer = FormDriver(shop, sender_id="game")
    assert buyer.say("2 tickets for the lakers", "buy_tickets") == ["utter_ask_section"]
    return buyer


def _offered(buyer: FormDriver) -> list[str]:
    return [str(button["title"]) for button in buyer.answers[-1]["buttons"]]


def test_two_sections_are_those_of_the_show_that_has_them(buyer: FormDriver) -> None:
    """The game has neither a loge nor a parquet, and one other show has both."""
    assert buyer.say("loge or parquet?", "inform") == ["utter_prices"]
    assert "Swan Lake" in buyer.read()
    assert buyer.say("two loge then", "inform") == ["utter_ask_confirm_order"]
    assert (buyer.slots["show"], buyer.slots["section"]) == ("swan-lake", "loge")


def test_a_section_of_one_show_begins_an_order_of_it(buyer: FormDriver) -> None:
    """It was an order of the game, without a section."""
    assert buyer.say("the gallery please", "inform") == ["utter_ask_quantity"]
    assert (buyer.slots["show"], buyer.slots["section"]) == ("swan-lake", "gallery")


@pytest.mark.parametrize("is_told", [True, False])
def test_a_section_of_several_shows_is_asked_about_and_kept(
    shop: Container, buyer: FormDriver, *, is_told: bool
) -> None:
    """Those that have it are the options; section and number wait for the choice."""
    buyer = buyer if is_told else FormDriver(shop, sender_id="new")
    assert buyer.say("2 in the balcony", "inform") == ["utter_ask_which_show"]
    assert _offered(buyer) == [
        "Harbor Lights (matinee)",
        "Harbor Lights (evening)",
        "The Magic Flute",
    ]
    assert buyer.say("The Magic Flute", "inform") == ["utter_ask_confirm_order"]
    assert (buyer.slots["section"], buyer.slots["quantity"]) == ("balcony", 2)


def test_a_question_about_a_section_of_several_shows_lists_these(buyer: FormDriver) -> None:
    """And neither the whole catalog nor the game's prices."""
    assert buyer.say("how much is the balcony?", "ask_price") == ["utter_shows_found"]
    assert len(_offered(buyer)) == 3
    assert buyer.active_loop.get("name") is None


def test_in_a_form_of_another_show_it_is_asked_which_is_meant(of_game: FormDriver) -> None:
    """Nothing is switched without a word, and nothing that was said is lost."""
    assert of_game.say("the gallery", "inform") == ["utter_no_such_section", "utter_ask_which_show"]
    assert _offered(of_game) == ["Lakers vs Warriors", "Swan Lake"]
    assert of_game.say("Swan Lake", "inform") == ["utter_ask_confirm_order"]
    assert (of_game.slots["section"], of_game.slots["quantity"]) == ("gallery", 2)


def test_whoever_stays_with_the_show_goes_on_where_it_stood(of_game: FormDriver) -> None:
    """The section that was summed up comes back with the show."""
    of_game.say("section 318", "inform")
    assert of_game.say("make it the gallery", "inform")[-1] == "utter_ask_which_show"
    assert of_game.say("Lakers vs Warriors", "inform") == ["utter_ask_confirm_order"]
    assert (of_game.slots["section"], of_game.slots["quantity"]) == ("318", 2)


def test_a_section_of_the_show_itself_is_no_clue_to_others(start: Begin) -> None:
    """The control: the buyer is in a form of the ballet, which has a gallery."""
    buyer = start("section_asked")
    said = buyer.say("the gallery", "inform")
    assert "utter_ask_which_show" not in said
    assert (buyer.slots["show"], buyer.slots["section"]) == ("swan-lake", "gallery")


@pytest.mark.parametrize("text", ["in the third row", "the tombola", "front row please"])
def test_a_section_that_no_show_has_is_still_none(of_game: FormDriver, text: str) -> None:
    """The control: no show is offered for it."""
    assert "utter_ask_which_show" not in of_game.say(text, "inform")
    assert of_game.active_loop.get("name") == BUY_FORM
    assert of_game.slots["show"] == "lakers-warriors"


def test_an_orchestra_that_plays_leads_to_no_other_show(start: Begin) -> None:
    """The control: the word is a section's elsewhere, and the question is about the ballet."""
    buyer = start("section_asked")
    buyer.say("is there a live orchestra?", "ask_show")
    assert buyer.slots["show"] == "swan-lake"
    assert "Magic Flute" not in buyer.read()
