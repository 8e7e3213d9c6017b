"""The talk moves on to another show, two choices stand open, or a name isn't sold."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.understanding.quantities import number_readings, parse_quantity
from ticket_clerk.understanding.shows import asks_for_name

__all__ = ["shop", "start"]


def _offered(buyer: FormDriver) -> list[str]:
    return [str(button["title"]) for button in buyer.answers[-1]["buttons"]]


@pytest.mark.parametrize("before", ["section_asked", "number_asked"])
@pytest.mark.parametrize("text", ["2 please", "for the two of us then", "three"])
def test_a_number_after_another_show_was_told_is_for_either(
    start: Begin, before: str, text: str
) -> None:
    """Both are offered; what was chosen of the first one is kept with it."""
    buyer = start(before)
    section = buyer.slots["section"]
    buyer.say("hm, what does the magic flute cost?", "ask_price")

    said = buyer.say(text, "inform")

    assert said == ["utter_ask_which_show"]
    assert _offered(buyer) == ["Swan Lake", "The Magic Flute"]
    buyer.say("swan lake", "inform")
    assert buyer.slots["show"] == "swan-lake"
    assert buyer.slots["section"] == section
    assert buyer.slots["quantity"] == (3 if text == "three" else 2)


def test_a_number_after_other_questions_about_it_is_for_what_is_bought(start: Begin) -> None:
    """The control: the same show was spoken of all the time."""
    buyer = start("number_asked")
    buyer.say("is there parking?", "ask_show")
    buyer.say("and is there a bar?", "ask_show")

    assert buyer.say("two please", "inform") == ["utter_ask_confirm_order"]
    assert (buyer.slots["show"], buyer.slots["quantity"]) == ("swan-lake", 2)


def test_news_of_an_order_leads_the_talk_nowhere(
    start: Begin, shop: Container, stripe_wire: StripeWire
) -> None:
    """A payment for another show is confirmed in between, and the form's question still stands."""
    buyer = start("number_asked")
    wanted = {"show_id": "magic-flute", "section_id": "dress-circle", "quantity": 2}
    pay(shop, stripe_wire, start_checkout(shop, buyer.buyer, **wanted))

    assert "utter_payment_confirmed" in buyer.push()
    assert buyer.say("3", "inform") == ["utter_ask_confirm_order"]
    assert (buyer.slots["show"], buyer.slots["quantity"]) == ("swan-lake", 3)


@pytest.mark.parametrize(
    ("text", "show", "section", "number"),
    [
        ("2 floor standing", "night-owls", "floor", 2),
        ("upper circle for three of us", "night-owls", "upper", 3),
        ("the loge, 3 please", "swan-lake", "loge", 3),
    ],
)
def test_a_section_that_only_one_of_them_has_decides(
    start: Begin, text: str, show: str, section: str, number: int
) -> None:
    """Be it of the show that was told, or of the one being bought."""
    buyer = start("section_asked")
    buyer.say("and is there anything in austin?", "browse_events")
    buyer.say("what would the night owls cost?", "ask_price")

    assert buyer.say(text, "inform") == ["utter_ask_confirm_order"]
    chosen = (buyer.slots["show"], buyer.slots["section"], buyer.slots["quantity"])
    assert chosen == (show, section, number)


def test_it_is_the_show_that_was_told_last(start: Begin) -> None:
    """Also while another one is bought; and the form does not ask again and again."""
    buyer = start("number_asked")
    buyer.say("what does the magic flute cost?", "ask_price")

    said = buyer.say("and where is it played?", "ask_show")

    assert "War Memorial Opera House" in buyer.read_all()
    assert "utter_ask_quantity_again" not in said
    assert buyer.active_loop == {"name": BUY_FORM}
    assert buyer.slots["show"] == "swan-lake"


def test_what_was_not_understood_is_asked_again_each_time(start: Begin) -> None:
    """The control: only under an answer a question may be left out."""
    buyer = start("number_asked")
    buyer.say("blurb", "nlu_fallback")

    assert buyer.say("blorb", "nlu_fallback")[-1] == "utter_ask_quantity_again"


@pytest.mark.parametrize(
    ("before", "text", "titles", "slot"),
    [
        ("section_asked", "parquet or loge", ["Parquet", "Loge"], "section"),
        (
            "section_asked",
            "either the gallery or the parquet, 2 tickets",
            ["Gallery", "Parquet"],
            "section",
        ),
        ("number_asked", "two or three of us", ["2", "3"], "quantity"),
        ("number_asked", "maybe 4 or even 5", ["4", "5"], "quantity"),
    ],
)
def test_two_sections_or_numbers_are_a_choice_that_stands_open(
    start: Begin, before: str, text: str, titles: list[str], slot: str
) -> None:
    """Both are buttons, and none is summed up."""
    buyer = start(before)

    buyer.say(text, "inform")

    assert buyer.slots[slot] is None
    assert _offered(buyer) == titles


def test_two_sections_with_numbers_are_two_lines(start: Begin) -> None:
    """The control."""
    buyer = start("section_asked")

    assert buyer.say("2 loge and 1 gallery", "inform") == ["utter_ask_confirm_lines"]


@pytest.mark.parametrize("text", ["at 7 or 8 pm", "for $20 or 30", "2 in row 5 or so"])
def test_other_pairs_of_numbers_are_no_choice(text: str) -> None:
    """The control."""
    assert number_readings(text) == ()


@pytest.mark.parametrize("text", ["1 normal ticket for my mum", "two regular seats, please"])
def test_a_word_between_number_and_ticket_changes_nothing(text: str) -> None:
    """ "One normal ticket" is one."""
    assert parse_quantity(text, asked=False) in {1, 2}


@pytest.fixture
def both(shop: Container) -> FormDriver:
    """Somebody to whom two shows were summed up as one order."""
    buyer = FormDriver(shop)
    text = "2 floor standing for The Night Owls and 3 section 318 for Lakers vs Warriors. got it?"
    assert buyer.say(text, "buy_tickets") == ["utter_ask_confirm_lines"]
    return buyer


@pytest.mark.parametrize(
    "text",
    [
        "No. ok one thing at a time: just 2 floor standing for The Night Owls",
        "only the night owls, 2 floor standing",
    ],
)
def test_just_one_of_two_shows_leaves_the_other_out(both: FormDriver, text: str) -> None:
    """Where nothing of it is new; no show is doubled."""
    assert both.say(text, "inform") == ["utter_ask_confirm_order"]
    assert (both.slots["show"], both.slots["quantity"]) == ("night-owls", 2)
    assert both.slots["order_lines"] is None


def test_just_another_number_is_a_correction(both: FormDriver) -> None:
    """The control."""
    assert both.say("only 2 for the lakers", "inform") == ["utter_ask_confirm_lines"]
    assert (both.slots["show"], both.slots["quantity"]) == ("lakers-warriors", 2)
    assert [line["quantity"] for line in both.slots["order_lines"]] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "do you have taylor swift?",
        "what about adele?",
        "got anything with rihanna",
        "and coldplay tickets?",
    ],
)
@pytest.mark.parametrize("guess", ["out_of_scope", "browse_events", "nlu_fallback"])
def test_a_name_behind_a_list_that_isnt_sold_is_said_to_be_none(
    shop: Container, text: str, guess: str
) -> None:
    """Nobody is asked which of the others it is."""
    buyer = FormDriver(shop)
    buyer.say("any shows in new york?", "browse_events")

    said = buyer.say(text, guess)

    assert said[0] == "utter_no_such_show"
    assert "utter_ask_which_show" not in said


def test_so_it_is_where_a_show_is_asked_for(shop: Container) -> None:
    """And the next name is taken."""
    buyer = FormDriver(shop)
    buyer.say("tickets for harbor lights", "buy_tickets")

    assert "utter_no_such_show" in buyer.say("what about hamilton?", "out_of_scope")
    assert buyer.say("ok, the evening one", "inform") == ["utter_ask_section"]


@pytest.mark.parametrize(
    "text",
    ["what about the balcony?", "do you have parking?", "what about tomorrow?", "is it any good?"],
)
def test_what_is_no_name_is_none(shop: Container, text: str) -> None:
    """The control: sections, facts, days."""
    buyer = FormDriver(shop)
    buyer.say("any shows in new york?", "browse_events")

    assert "utter_no_such_show" not in buyer.say(text, "nlu_fallback")


def test_only_unknown_words_are_a_name() -> None:
    """A word of a topic makes it a question about that."""
    assert asks_for_name("do you have coldplay?", frozenset({"parking"}))
    assert not asks_for_name("do you have vip parking?", frozenset({"parking"}))
