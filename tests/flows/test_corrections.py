"""Self-corrections: the last value counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flows.catalog import CATALOG, NOW
from tests.flows.test_turn import AT_QUANTITY, AT_SECTION, AT_SUMMARY, said, take
from ticket_clerk.flows.purchase.state import Purchase
from ticket_clerk.flows.purchase.step import take_step
from ticket_clerk.ticketing.domain.models import Section
from ticket_clerk.understanding.utterance import Utterance


@pytest.mark.parametrize(
    "text",
    [
        "section 2, no, 318",
        "101... sorry, section 318",
        "2, i mean 318",
        "not 101, 318 please",
        "318 instead of section 101",
    ],
)
def test_the_section_that_is_said_last_counts(text: str) -> None:
    """What stands before "no", "sorry" or "I mean", or after "not", is taken back."""
    assert take(AT_SECTION, text).request.section_id == "318"


@pytest.mark.parametrize("text", ["no preference", "i do not care", "not bothered, any"])
def test_a_no_that_takes_nothing_back_leaves_the_sentence_whole(text: str) -> None:
    """These are wishes, too."""
    assert take(AT_SECTION, text).request.section_id == "318"


def test_thanks_all_the_same_is_no_wish_for_any_section() -> None:
    """It is a no."""
    assert take(AT_SECTION, "no need, thanks all the same", "deny").is_over


def test_who_begins_with_no_tickets_is_not_told_how_many_are_the_least() -> None:
    """After prices that were too high, say; asked how many, they are."""
    assert said(take(Purchase(), "too much, so no tickets for the lakers", "buy_tickets")) == []


def test_the_show_that_is_said_last_counts() -> None:
    """It is taken, and not asked which of the two it is."""
    turn = take(Purchase(), "2 for the swan lake matinee, no sorry, the lakers game", "buy_tickets")

    assert (turn.request.show_id, turn.request.quantity) == ("game", 2)
    assert said(turn) == []


@pytest.mark.parametrize(
    "text", ["eight then", "so that's eight altogether", "ok, 8 then", "eight"]
)
def test_a_number_among_fillers_is_how_many_while_the_section_is_asked(text: str) -> None:
    """Whoever was just told the limit answers with a number, in digits or words."""
    turn = take(AT_SECTION, text)

    assert turn.request.quantity == 8
    assert said(turn) == []


@pytest.mark.parametrize("text", ["there'll be 3 of us", "we'd be three", "three will do"])
def test_a_number_in_a_small_sentence_is_how_many(text: str) -> None:
    """It was asked for."""
    assert take(AT_QUANTITY, text).request.quantity == 3


@pytest.mark.parametrize("text", ["good evening, 2 tickets please", "Evening! Two tickets please"])
def test_a_greeting_says_nothing_of_when(text: str) -> None:
    """Otherwise the only show in the evening would be taken."""
    turn = take(Purchase(), text, "buy_tickets")

    assert turn.request.show_id is None
    assert turn.request.quantity == 2


@pytest.mark.parametrize("before", [AT_QUANTITY, AT_SUMMARY])
def test_seats_may_be_called_by_their_price_at_every_question(before: Purchase) -> None:
    """A sum beside the word; a sum alone may be anything."""
    price = f"${_section('318').unit_amount / 100:.0f}"

    assert take(before, f"i'd rather sit in the {price} seats").request.section_id == "318"
    assert take(before, f"that's {price}").request.section_id == "101"


def _section(section_id: str) -> Section:
    sections = next(show.sections for show in CATALOG.shows if show.id == "game")
    return next(section for section in sections if section.id == section_id)


def test_a_show_that_is_over_is_said_to_be() -> None:
    """Whatever else the sentence says; nothing else is sold for it."""
    catalog = replace(CATALOG, gone=("Long Gone",))
    words = Utterance("evening show of long gone, 2 tickets please", "buy_tickets")

    turn = take_step(Purchase(asked="show"), words, catalog, NOW)

    assert said(turn)[0] == "utter_show_not_on_sale"
    assert turn.request.show_id is None


@pytest.mark.parametrize("intent", ["inform", "upgrade_seat"])
def test_a_place_that_the_show_lacks_is_said_to_be_lacking(intent: str) -> None:
    """Also where the classifier thinks of an upgrade: nothing is bought yet."""
    turn = take(AT_SECTION, "the royal box for us", intent)

    assert said(turn) == ["utter_no_such_section"]


def test_a_no_is_no_city() -> None:
    """It is how New Orleans is written in short, and answers the summary far more often."""
    city = replace(CATALOG.shows[0], id="bayou", name="Bayou Brass", city="New Orleans")
    catalog = replace(CATALOG, shows=(*CATALOG.shows, city))

    turn = take_step(AT_SUMMARY, Utterance("No", "deny"), catalog, NOW)

    assert turn.request.is_changing
    assert turn.request.show_id == AT_SUMMARY.show_id


def test_who_forgets_one_show_for_another_goes_on() -> None:
    """And who forgets it for nothing, or names the one that they leave, does not."""
    other = take(AT_SUMMARY, "forget that one, the swan lake matinee please", "deny")
    assert (other.request.show_id, other.is_over) == ("matinee", False)

    for text in ("forget that one", "forget that one, i don't want the lakers game"):
        assert take(AT_SUMMARY, text, "deny").is_over


@pytest.mark.parametrize("text", ["ok then not", "i'll look elsewhere", "oh no, bye then"])
def test_who_says_goodbye_is_asked_nothing_more(text: str) -> None:
    """A question after it would be a hand on the sleeve."""
    assert take(AT_QUANTITY, text, "goodbye").is_over


@pytest.mark.parametrize(
    "text", ["eight, and one of us is a child", "my brother just called, it's 8 now"]
)
def test_other_talk_around_a_number_changes_nothing_about_it(text: str) -> None:
    """Whatever the classifier makes of it."""
    for before in (AT_SECTION, AT_QUANTITY):
        assert take(before, text, "payment_status").request.quantity == 8
