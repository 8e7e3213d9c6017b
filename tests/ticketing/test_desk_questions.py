"""Questions of the owner's own at the desk: asked, answered, taken back, over the file's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ticketing.test_desk_catalog import FILE, HAMLET
from ticket_clerk.ticketing.catalog import EntryInvalid, load_shows
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import catalog
from ticket_clerk.ticketing.desk.catalog import OwnQuestion, find_question, put_question
from ticket_clerk.ticketing.domain.facts import SHOP, Place, Scope
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.topics import topic_index

WIFI = OwnQuestion({"en": ("is there wifi", "what is the wifi password")}, {"": "No wifi."})
OF_FILE = """
facts:
  - questions: [may I bring a chair]
    answer: No chairs.
  - {id: birthdays, questions: [can you sing for her], answer: We do not sing., show: hamlet}
"""


@pytest.fixture
def shop(container: Container, tmp_path: Path) -> Container:
    """A shop whose file has two questions of its own, one of them with an id."""
    file = tmp_path / "shows.yml"
    file.write_text(FILE.format(show="", rest=OF_FILE), encoding="utf-8")
    shop = replace(container, settings=replace(container.settings, shows_file=file))
    load_shows(shop.database, shop.catalog, now=shop.now())
    return shop


def _topics(shop: Container) -> list[str]:
    return [topic.id for topic in queries.catalog(shop).facts.topics]


def _answer(shop: Container, place: Place, key: str, language: str = "en") -> str | None:
    return queries.catalog(shop).facts.find(place, key, language)


@pytest.mark.takes_turns
@pytest.mark.parametrize(
    "place",
    [SHOP, HAMLET, Place.of_section("hamlet", "stalls"), Place(Scope.VENUE, "Alder Theatre")],
)
def test_a_question_of_the_desk_is_answered_until_it_is_taken_back(
    shop: Container, place: Place
) -> None:
    """Understood by its examples, also after the file is loaded again; in each language."""
    for _ in range(2):
        put_question(shop, "kim", place, "wifi", WIFI)
    load_shows(shop.database, shop.catalog, now=shop.now())

    assert _topics(shop) == ["own-1", "own-birthdays", "own-wifi"]
    assert _answer(shop, place, "own-wifi") == "No wifi."
    assert find_question(shop, place, "wifi") == WIFI
    found = topic_index(queries.catalog(shop).facts.topics).find(
        "what's the wifi password", language="en"
    )
    assert found is not None
    assert found.topic_id == "own-wifi"

    in_two = OwnQuestion({**WIFI.questions, "es": ("hay wifi",)}, {"en": "No.", "es": "No hay."})
    put_question(shop, "kim", place, "wifi", in_two)
    assert _answer(shop, place, "own-wifi", "es") == "No hay."
    catalog.take_back(shop, "question", place, "own-wifi")
    assert (_topics(shop), _answer(shop, place, "own-wifi")) == (["own-1", "own-birthdays"], None)


def test_the_files_own_question_is_answered_otherwise_and_comes_back(shop: Container) -> None:
    """The page's facts say from whom each is; one without an id is the file's alone."""
    put_question(shop, "kim", HAMLET, "birthdays", replace(WIFI, answer={"": "We sing."}))
    facts = {one.key: one for one in catalog.read_facts(shop, HAMLET).facts}

    assert (_topics(shop), facts["own-birthdays"].texts) == (
        ["own-1", "own-birthdays"],
        {"": "We sing."},
    )
    assert facts["own-birthdays"].change is not None
    assert facts["own-birthdays"].own_question == "birthdays"
    (of_shop,) = catalog.read_facts(shop, SHOP).facts
    assert (of_shop.key, of_shop.own_question, of_shop.change) == ("own-1", "", None)

    catalog.take_back(shop, "question", HAMLET, "own-birthdays")
    assert _answer(shop, HAMLET, "own-birthdays") == "We do not sing."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("place", "id_", "asked", "key"),
    [
        (SHOP, "birthdays", WIFI, "id"),
        (SHOP, "1", WIFI, "id"),
        (SHOP, "a b", WIFI, "id"),
        (SHOP, "", WIFI, "id"),
        (SHOP, "wifi", replace(WIFI, questions={}), "questions"),
        (SHOP, "wifi", replace(WIFI, answer={}), "answer"),
        (SHOP, "wifi", replace(WIFI, answer={"": "x" * 601}), "answer"),
        (Place(Scope.SHOW, "othello"), "wifi", WIFI, "show"),
    ],
)
def test_a_question_that_can_t_be_is_refused_with_its_sentence(
    shop: Container, place: Place, id_: str, asked: OwnQuestion, key: str
) -> None:
    """By the file's checks; the id of another place's question is that one's."""
    with pytest.raises(EntryInvalid) as refused:
        put_question(shop, "kim", place, id_, asked)

    assert refused.value.keys[-1] == key
    assert _topics(shop) == ["own-1", "own-birthdays"]
    assert _answer(shop, HAMLET, "own-birthdays") == "We do not sing."
