"""Questions about shows, their houses and their kinds, each answered once and for its subject."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.flows.catalog import NOW, SHOP_WINDOW
from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.flows.handoff import without_noise
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.clauses import split_clauses
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import names_stranger
from ticket_clerk.understanding.times.ages import least_age, parse_ages
from ticket_clerk.understanding.times.durations import parse_duration

__all__ = ["shop"]
OPERA_HOUSE = "+1 312 555 0120"
OURS = "help@tickets.example"
UNKNOWN = ("utter_fact_unknown", "utter_perhaps", "utter_out_of_scope")


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody who has said nothing yet."""
    return FormDriver(shop)


def test_a_tag_behind_an_answer_is_not_told_back_as_unknown(buyer: FormDriver) -> None:
    """What the show is was just told."""
    said = buyer.say("Tell me what Swan Lake is about please, so that's a dance?", "ask_show")

    assert "utter_fact_of_place" in said
    assert not [one for one in said if one.startswith(UNKNOWN)]


def test_a_question_of_its_own_behind_an_answer_is_told_back(buyer: FormDriver) -> None:
    """The control: it leans on nothing, and nobody knows."""
    said = buyer.say(
        "What is Swan Lake about? And how old is the chandelier in the foyer?", "ask_show"
    )

    assert [one for one in said if one.startswith(UNKNOWN)]


@pytest.mark.parametrize(
    "text", ["what's the phone number of the opera house?", "which number do I ring to reach them?"]
)
def test_the_house_that_is_spoken_of_is_reached_there(buyer: FormDriver, text: str) -> None:
    """And not at our address."""
    buyer.say("tell me about Swan Lake", "ask_show")

    buyer.say(text, "human_handoff")

    assert OPERA_HOUSE in buyer.read_all()
    assert OURS not in buyer.read_all()


def test_a_house_that_is_named_needs_no_show(buyer: FormDriver) -> None:
    """Both shows there are reached at one number."""
    buyer.say("Can I phone the Alder Theatre?", "human_handoff")

    assert "+1 212 555 0143" in buyer.read_all()


def test_whoever_asks_for_us_reads_how_we_are_reached(buyer: FormDriver) -> None:
    """The control, with the same show spoken of."""
    buyer.say("tell me about Swan Lake", "ask_show")

    buyer.say("do you have a phone number?", "human_handoff")

    assert OURS in buyer.read_all()
    assert OPERA_HOUSE not in buyer.read_all()


def test_places_for_wheelchairs_come_with_how_they_are_booked(buyer: FormDriver) -> None:
    """They are not sold here."""
    buyer.say("Swan Lake: do you have spaces for wheelchairs?", "ask_show")

    told = buyer.read_all()
    assert "eight places" in told
    assert "booked at the opera house" in told


@pytest.mark.parametrize("text", ["is that the only date?", "so only the one city then?"])
def test_other_dates_are_told_of_the_show_that_is_spoken_of(buyer: FormDriver, text: str) -> None:
    """Once and nowhere else; no list of other shows."""
    buyer.say("tell me about Swan Lake", "ask_show")

    said = buyer.say(text, "ask_show")

    assert said == ["utter_only_date"]
    assert "Lakefront Opera House, Chicago" in buyer.read_all()


def test_a_show_with_two_performances_is_told_with_both(buyer: FormDriver) -> None:
    """The control: the same title at another time."""
    said = buyer.say("any other dates for Harbor Lights?", "ask_show")

    assert said == ["utter_all_dates"]
    assert "2:00 PM" in buyer.read_all()
    assert "7:30 PM" in buyer.read_all()


def test_the_end_is_told_where_it_can_be_reckoned(buyer: FormDriver) -> None:
    """Seven and 2 h 50 min."""
    buyer.say("how long does Swan Lake last?", "ask_show")

    assert "9:50 PM" in buyer.read_all()


@pytest.mark.parametrize(
    ("fact", "minutes"),
    [("2 h 50 min with two intervals", 170), ("75 minutes", 75), ("about 3 hours, nine", 180)],
)
def test_a_running_time_is_read_from_its_fact(fact: str, minutes: int) -> None:
    """The first duration is the show's."""
    assert parse_duration(fact) == timedelta(minutes=minutes)
    assert parse_duration("four quarters") is None


def test_a_remark_beside_a_question_lists_nothing(buyer: FormDriver) -> None:
    """It says what the show of before is; the question is about another one."""
    buyer.say("What is Harbor Lights about?", "ask_show")

    said = buyer.say("oh so that's a musical. and what about The Magic Flute?", "browse_events")

    assert "utter_shows_found" not in said
    assert "The Magic Flute" in buyer.read_all()


def test_a_day_that_nothing_was_said_of_is_listed(buyer: FormDriver) -> None:
    """The control: other shows are asked for."""
    buyer.say("What is Harbor Lights about?", "ask_show")

    said = buyer.say("I'd rather see a ballet. Is there parking?", "browse_events")

    assert "utter_shows_found" in said


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I like classical music", {"ballet", "opera"}),
        ("we love rock music", {"concert", "festival"}),
        ("which concerts are there", {"concert"}),
        ("a musical or a ballet", {"musical", "ballet"}),
    ],
)
def test_what_is_liked_leads_to_the_kinds_that_are_like_it(text: str, kinds: set[str]) -> None:
    """And to no others."""
    assert parse_hints(text, SHOP_WINDOW.shows, NOW).categories == kinds


def test_a_doubt_without_its_answer_is_left_out() -> None:
    """The list behind it is said once, and was said before it."""
    doubt, shows = {"response": "utter_perhaps"}, {"response": "utter_shows_found", "shows": "one"}

    assert without_noise([shows, doubt, shows]) == [shows]
    assert without_noise([doubt, shows]) == [doubt, shows]
    sorry = {"response": "utter_out_of_scope"}
    assert without_noise([doubt, sorry]) == [sorry]
    assert without_noise([doubt, {"response": "utter_thank_you"}, shows]) == [doubt, shows]


def test_what_is_sold_is_told_by_kinds(buyer: FormDriver) -> None:
    """Each with a show."""
    said = buyer.say("what sort of things do you sell?", "out_of_scope")

    assert said == ["utter_kinds"]
    assert "ballet (Swan Lake)" in buyer.read_all()


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("my 4-year-old", [4]),
        ("mine are 3 and 9", [3, 9]),
        ("our daughter is six", [6]),
        ("she's 12", [12]),
        ("three tickets for my children", []),
        ("she's bringing 2 friends at 7", []),
        ("he is 2 minutes away", []),
    ],
)
def test_ages_are_told_from_other_numbers(text: str, ages: list[int]) -> None:
    """Only what is somebody's age."""
    assert parse_ages(text) == ages


def test_the_age_from_which_one_is_let_in_is_read() -> None:
    """As facts say it."""
    assert least_age("from 16, younger ones with an adult") == 16
    assert least_age("all ages") is None


@pytest.mark.parametrize(("age", "is_told"), [(4, True), (7, False)])
def test_an_age_that_speaks_against_it_is_told_before_the_summary(
    buyer: FormDriver, age: int, is_told: bool
) -> None:
    """Once, and not to who is old enough."""
    buyer.say(f"my daughter is {age}, two for Swan Lake in the loge", "buy_tickets")

    assert ("from 5" in buyer.read_all()) is is_told


@pytest.mark.parametrize(
    "text",
    [
        "when do doors open n is there food",
        "when do doors open & is there food",
        "when do doors open is there food",
        "when do doors open, is there food",
    ],
)
def test_two_questions_in_one_clause_are_both_asked(text: str) -> None:
    """Joined by whatever, or by nothing."""
    clauses = split_clauses(text, lambda clause: "doors" in clause or "food" in clause)

    assert clauses.questions == ("when do doors open", "is there food")


def test_each_of_two_things_is_asked_for_by_itself() -> None:
    """Where both are topics; what is one thing stays one question."""
    known = ("garage", "bus")

    both = split_clauses("is there a garage or a bus?", lambda one: any(w in one for w in known))
    one = split_clauses("is there a garage or a shed?", lambda clause: "garage" in clause)

    assert both.questions == ("is there a garage", "is there a bus?")
    assert one.questions == ("is there a garage or a shed?",)


def test_a_question_about_nothing_by_itself_is_not_torn_apart() -> None:
    """The control."""
    clauses = split_clauses("do you know when is it", lambda clause: "when" in clause)

    assert clauses.questions == ("do you know when is it",)


def test_a_word_of_an_example_may_still_be_a_name(buyer: FormDriver) -> None:
    """Somebody's name stands in an example, and no show of ours is called so."""
    said = buyer.say("got any Hamilton tickets?", "buy_tickets")

    assert "utter_no_such_show" in said
    assert not names_stranger("do you sell paper tickets", frozenset({"paper"}))
