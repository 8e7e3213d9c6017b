"""Facts in shows.yml: what may be written, what is wrong in clear words, and how it is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.moving_clock import MovableClock
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile, read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.facts import SHOP, Place, Scope
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.reports.counts import count_open_question, list_open_questions

DEFAULT = Path(__file__).parents[2] / "shows.yml"
HAMLET = """
currency: usd
shows:
  - id: hamlet
    name: Hamlet
    venue: Alder Theatre
    city: New York
    starts_at: 2031-01-15T19:30:00-05:00
    {show}
    sections:
      - {{id: stalls, name: Stalls, price: "50.00", seats: 10, {section}}}
{rest}
"""
ALDER = Place(Scope.VENUE, "Alder Theatre")


def _file(folder: Path, *, show: str = "", section: str = "", rest: str = "") -> Path:
    file = folder / "shows.yml"
    file.write_text(HAMLET.format(show=show, section=section, rest=rest), encoding="utf-8")
    return file


def test_facts_of_every_kind_come_back_from_the_database(
    container: Container, tmp_path: Path
) -> None:
    """As they were written: by place, in any language, a list as one text."""
    file = _file(
        tmp_path,
        show="description: {en: A prince., es: Un príncipe.}",
        section="seats_together: in pairs",
        rest="venues: {Alder Theatre: {access: a lift}}\n"
        "shop: {payment_methods: [Visa, Mastercard]}\n"
        "facts:\n"
        "  - {topic: guide_dog, venue: Alder Theatre, answer: Dogs are welcome.}\n"
        "  - {id: wifi, questions: [is there wifi], answer: No.}\n",
    )
    load_shows(container.database, ShowsFile(file), now=container.now())

    facts = queries.catalog(container).facts
    assert facts.find(Place(Scope.SHOW, "hamlet"), "description", "es") == "Un príncipe."
    assert facts.find(Place(Scope.SHOW, "hamlet"), "description", "en") == "A prince."
    assert facts.find(Place.of_section("hamlet", "stalls"), "seats_together", "en") == "in pairs"
    assert facts.find(ALDER, "access", "es") == "a lift"
    assert facts.find(ALDER, "guide_dog", "en") == "Dogs are welcome."
    assert facts.find(SHOP, "payment_methods", "en") == "Visa, Mastercard"
    assert facts.find(SHOP, "own-wifi", "en") == "No."
    assert [(topic.id, topic.questions) for topic in facts.topics] == [
        ("own-wifi", {"en": ("is there wifi",)})
    ]
    assert facts == read_shows_file(file).facts


def test_a_show_with_rows_has_numbered_seats_without_saying_so(tmp_path: Path) -> None:
    """One without them has no seating that is known."""
    file = _file(tmp_path)
    hamlet = Place(Scope.SHOW, "hamlet")
    assert read_shows_file(file).facts.find(hamlet, "seating", "en") is None

    file.write_text(file.read_text().replace("seats: 10", "rows: {A: 4, B: 6}"))
    assert read_shows_file(file).facts.find(hamlet, "seating", "en") == "numbered"


def test_facts_follow_the_file_when_it_is_loaded_again(
    container: Container, tmp_path: Path
) -> None:
    """What is no longer written is no longer known."""
    load_shows(container.database, ShowsFile(_file(tmp_path, show="age: 12")), now=container.now())
    before = queries.catalog(container).facts
    load_shows(container.database, ShowsFile(_file(tmp_path)), now=container.now())

    assert before.find(Place(Scope.SHOW, "hamlet"), "age", "en") == "12"
    assert queries.catalog(container).facts.find(Place(Scope.SHOW, "hamlet"), "age", "en") is None


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"show": "seating: on the floor"}, "seating must be one of numbered, unnumbered"),
        ({"show": "age: [[1]]"}, "hamlet: age must be a text of at most 600 characters"),
        ({"show": "description: {fr: Un prince.}"}, "a text, or one for each language (en, es)"),
        ({"show": "image: javascript:alert(1)\n    image_text: a skull"}, "image must be"),
        ({"show": "image: https://x.example/a.jpg"}, "image_text must be a text for those who"),
        ({"rest": "venues: {Elder Theatre: {access: a lift}}"}, "must be the venue of a show"),
        ({"rest": "venues: {Alder Theatre: {lifts: 2}}"}, "lifts is no key that is known here"),
        ({"rest": "shop: {wifi: yes}"}, "wifi is no key that is known here"),
        ({"rest": "facts: [{topic: wifi, answer: No.}]"}, "topic must be one of"),
        ({"rest": "facts: [{answer: No.}]"}, "topic or questions must be there"),
        ({"rest": "facts: [{questions: [], answer: No.}]"}, "questions must be a list of texts"),
        ({"rest": "facts: [{topic: age, show: macbeth, answer: No.}]"}, "the id of a show"),
        ({"rest": "facts: [{topic: age, show: hamlet, section: box, answer: No.}]"}, "a section"),
        ({"rest": "facts: [{topic: age}]"}, "answer must be"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, parts: dict[str, str], sentence: str
) -> None:
    """It names the entry and the key; nothing is loaded."""
    with pytest.raises(ConfigError) as refusal:
        read_shows_file(_file(tmp_path, **parts))

    assert sentence in str(refusal.value)


def test_a_turn_reads_facts_once_and_then_only_their_digest(
    container: Container, tmp_path: Path
) -> None:
    """The same object: a thousand facts cost a turn nothing."""
    load_shows(container.database, ShowsFile(_file(tmp_path, show="age: 12")), now=container.now())

    first = queries.catalog(container).facts
    with container.database.begin() as conn:
        conn.execute(schema.facts.delete())

    assert queries.catalog(container).facts is first


def test_questions_asked_at_once_are_all_counted(container: Container) -> None:
    """One statement a question, which adds to what is there."""
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            pool.submit(count_open_question, container, "parking", ALDER)

    (question,) = list_open_questions(container)
    assert (question.topic, question.place, question.count) == ("parking", ALDER, 20)


def test_open_questions_are_listed_by_how_often_and_say_when_last(
    container: Container, clock: MovableClock
) -> None:
    """What is asked most comes first."""
    first: date = container.now().date()
    count_open_question(container, "parking", ALDER)
    count_open_question(container, "age", Place(Scope.SHOW, "hamlet"))
    clock.move(days=3)
    count_open_question(container, "age", Place(Scope.SHOW, "hamlet"))

    asked = list_open_questions(container)
    assert [(one.topic, one.count) for one in asked] == [("age", 2), ("parking", 1)]
    assert [one.last_asked_on for one in asked] == [first + timedelta(days=3), first]


def test_the_default_catalog_fills_some_facts_and_leaves_others_open() -> None:
    """So that both can be seen."""
    facts = read_shows_file(DEFAULT).facts

    assert facts.find(Place(Scope.VENUE, "Lakefront Opera House"), "parking", "en")
    assert facts.find(ALDER, "parking", "en") is None
