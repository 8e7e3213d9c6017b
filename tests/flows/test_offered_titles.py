"""Titles offered last are matched before anything else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.catalog import CATALOG, EVENING, GAME, MATINEE, NOW, SHOP_WINDOW, make_show
from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.flows.purchase.state import Purchase
from ticket_clerk.flows.purchase.step import take_step
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.utterance import Utterance, match_title

__all__ = ["shop"]

STAND_UP = make_show(
    "An Evening of Laughs", show_id="laughs", aliases=("stand-up",), category="comedy"
)
SOCCER = make_show(
    "Inter Miami vs LA Galaxy",
    show_id="soccer",
    category="soccer",
    sections=(("north", "North stand", 4800, 9), ("mid", "Midfield", 11500, 9)),
)
SHOWS = (SOCCER, STAND_UP, GAME, EVENING, MATINEE)
TITLES = [(show, section.name) for show in SHOP_WINDOW.shows for section in show.sections]


@pytest.mark.parametrize("text", ["North stand", "north stand", "North Stand!", "North"])
def test_a_sections_title_or_its_beginning_is_that_section(text: str) -> None:
    """Whatever intent the NLU takes it for."""
    catalog = Catalog(SHOWS, (), "usd", 8)
    before = Purchase(show_id="soccer", asked="section")
    title = match_title(text, ["North stand", "Midfield"])

    for intent in ("inform", "buy_tickets", "browse_events", "human_handoff", "nlu_fallback"):
        step = take_step(before, Utterance(text, intent, selected=title), catalog, NOW)
        assert (step.request.show_id, step.request.section_id) == ("soccer", "north")
        assert step.replies == ()


@pytest.mark.parametrize(
    "text",
    [
        "how many seats are left in North stand",
        "two in the north stand please",
        "is North Stand far away?",
    ],
)
def test_the_name_of_a_section_in_a_sentence_names_no_show(text: str) -> None:
    """ "Stand" is half of a section's name there, and no kind of show."""
    parsed = parse_shows(text, SHOWS, NOW)

    assert (parsed.shows, parsed.has_name, parsed.has_hint) == ((), False, False)


@pytest.mark.parametrize(("show", "title"), TITLES)
def test_no_title_of_the_catalog_means_another_show(show: Any, title: str) -> None:
    """Every button that the default catalog can offer."""
    shows = tuple(_with_seats(one) for one in SHOP_WINDOW.shows)
    catalog = Catalog(shows, (), "usd", 8)
    wanted = next(one for one in shows if one.id == show.id)
    utterance = Utterance(title, "inform", selected=title)

    step = take_step(Purchase(show_id=show.id, asked="section"), utterance, catalog, NOW)

    assert step.request.show_id == show.id
    assert step.request.section_id in {one.id for one in wanted.sections if one.name == title}
    assert all(one.id == show.id for one in parse_shows(title, shows, NOW).shows)


@pytest.mark.parametrize("text", ["Swan Lake (matinee)", "swan lake (matinee)"])
def test_a_shows_title_is_that_show(text: str) -> None:
    """Also where another show shares most of it."""
    before = Purchase(asked="show", offered=("evening", "matinee"))

    step = take_step(before, Utterance(text, "nlu_fallback"), CATALOG, NOW)

    assert step.request.show_id == "matinee"


def test_a_beginning_of_two_titles_is_none_of_them() -> None:
    """Only a clear beginning counts, and not one of three letters."""
    titles = ["Section 101", "Section 201", "Box"]

    assert match_title("section", titles) is None
    assert match_title("sec", titles) is None
    assert match_title("box", titles) == "Box"
    assert match_title("", titles) is None


def test_a_button_of_the_last_message_is_matched_in_the_conversation(container: Container) -> None:
    """The titles are those that the tracker has of the message before."""
    with container.database.begin() as conn:
        load_catalog(conn, SHOP_WINDOW, now=container.now())
    sam = FormDriver(container)
    sam.say("tickets for inter miami", "buy_tickets")

    assert sam.say("North stand", "browse_events") == ["utter_ask_quantity"]
    assert "North stand" in sam.read_all()


def test_seats_left_in_a_section_is_about_the_show_that_is_spoken_of(container: Container) -> None:
    """The question stays with the soccer match."""
    with container.database.begin() as conn:
        load_catalog(conn, SHOP_WINDOW, now=container.now())
    sam = FormDriver(container)
    sam.say("how much is inter miami?", "ask_price")

    assert sam.say("how many seats are left in North stand", "ask_show") == ["utter_show_facts"]
    assert "Inter Miami" in sam.read_all()


def _with_seats(listed: Any) -> Show:
    sections = tuple((one.id, one.name, 5000, 20) for one in listed.sections)
    return make_show(
        listed.name,
        show_id=listed.id,
        aliases=tuple(listed.aliases),
        category=listed.category,
        city=listed.city,
        venue=listed.venue,
        sections=sections,
    )


@pytest.mark.parametrize(
    "text",
    ["evening, two please", "evening. two please", "Evening! 2 tickets", "matinee, two please"],
)
@pytest.mark.parametrize("guess", ["inform", "greet", "buy_tickets", "nlu_fallback"])
def test_what_was_offered_is_an_answer_and_no_greeting(
    shop: Container, text: str, guess: str
) -> None:
    """ "Matinee or evening?" was asked: number and show are both taken."""
    sam = FormDriver(shop)
    assert sam.say("harbor lights please", "inform") == ["utter_ask_which_show"]

    assert sam.say(text, guess) == ["utter_ask_section"]

    chosen = "matinee" if text.startswith("matinee") else "evening"
    assert sam.slots["show"] == f"harbor-lights-{chosen}"
    assert sam.slots["quantity"] == 2


def test_a_greeting_is_none_where_another_show_is_named(shop: Container) -> None:
    """ "Evening" is what it was offered for, and no show that is named is another."""
    sam = FormDriver(shop)
    sam.say("harbor lights please", "inform")

    sam.say("Evening, two for Swan Lake please", "inform")

    assert sam.slots["show"] == "swan-lake"


def test_a_greeting_chooses_nothing_where_nothing_was_offered(shop: Container) -> None:
    """It is one."""
    sam = FormDriver(shop)

    sam.say("Evening, two for harbor lights please", "buy_tickets")

    assert sam.slots.get("show") is None
