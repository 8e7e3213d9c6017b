"""Questions about facts: answered from the most particular one, or said to be unknown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from tests.flows.conversation import DOMAIN
from tests.flows.training import ROOT
from ticket_clerk.flows.facts import answer_topic
from ticket_clerk.flows.turn import Turn
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.facts import SHOP, Place, Scope
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.reports.counts import list_open_questions
from ticket_clerk.understanding.topics import TopicMatch, topic_index

CATALOG = """
currency: usd
refund_fee: "{fee}"
shows:
  - id: hamlet
    name: Hamlet
    venue: Alder Theatre
    city: New York
    starts_at: 2031-01-15T19:30:00-05:00
    age: from 12
    seating: numbered
    image: https://tickets.example/hamlet.jpg
    image_text: a prince with a skull
    description: {{en: A prince hesitates., es: Un príncipe duda.}}
    sections:
      - {{id: stalls, name: Stalls, price: "50.00", seats: 10, description: on the ground floor}}
      - {{id: balcony, name: Balcony, price: "20.00", seats: 10}}
  - id: gala
    name: The Gala
    age: from 18
    venue: Town Hall
    city: Boston
    starts_at: 2031-02-15T19:30:00-05:00
    sections: [{{id: hall, name: Hall, price: "50.00", seats: 10}}]
venues:
  Alder Theatre: {{access: There is a lift., access_booking: Call us., contact: +1 212 555 0143}}
shop: {{contact: help@tickets.example, fees: Nothing is added.}}
"""


class Clerk:
    """Answers topics about the shows of the catalog above, and reads the replies."""

    def __init__(self, container: Container, folder: Path) -> None:
        """Load the catalog."""
        self.container = container
        self._file = folder / "shows.yml"
        self.load(fee="0")

    def load(self, fee: str) -> None:
        """Load the catalog with a refund fee."""
        self._file.write_text(CATALOG.format(fee=fee), encoding="utf-8")
        load_shows(self.container.database, ShowsFile(self._file), now=self.container.now())

    def answer(self, topic: str, show: str | None = None, section: str | None = None) -> str:
        """Answer a topic, and return the reply."""
        self.dispatcher = CollectingDispatcher()
        tracker = Tracker("sam", {}, {"text": "?"}, [], False, None, {}, None)
        turn = Turn(self.container, self.dispatcher, tracker, DOMAIN)
        shows = {one.id: one for one in turn.catalog.shows}
        spoken_of = shows.get(show or "")
        sections = {one.id: one for one in spoken_of.sections} if spoken_of else {}
        of = [spoken_of] if spoken_of else []
        match = TopicMatch(topic, 1.0)
        events = answer_topic(turn, match, of, sections.get(section or ""))
        assert [event["value"] for event in events] == [[show.id] for show in of]
        (self.reply,) = self.dispatcher.messages
        return _read(self.reply)

    def answer_for_both(self, topic: str) -> list[str]:
        """Answer a topic of which both shows may be meant, and return the replies."""
        dispatcher = CollectingDispatcher()
        tracker = Tracker("sam", {}, {"text": "?"}, [], False, None, {}, None)
        turn = Turn(self.container, dispatcher, tracker, DOMAIN)
        answer_topic(turn, TopicMatch(topic, 1.0), turn.catalog.shows)
        return [_read(reply) for reply in dispatcher.messages]


def _read(reply: dict[str, Any]) -> str:
    text = str(DOMAIN["responses"][reply["response"]][0]["text"])
    return text.format_map({k: v for k, v in reply.items() if k != "text"})


@pytest.fixture
def clerk(container: Container, tmp_path: Path) -> Clerk:
    """A clerk who knows two shows."""
    return Clerk(container, tmp_path)


def test_the_most_particular_fact_answers(clerk: Clerk) -> None:
    """A section's before the show's, the venue's and the shop's."""
    assert clerk.answer("section_where", "hamlet", "stalls") == "Stalls: on the ground floor"
    assert clerk.answer("age", "hamlet", "stalls") == "Hamlet: from 12"
    assert clerk.answer("stairs", "hamlet") == "Alder Theatre: There is a lift."
    assert clerk.answer("fees", "hamlet") == "Nothing is added."


def test_where_two_shows_may_be_meant_each_says_its_own(clerk: Clerk) -> None:
    """And what both have is said once."""
    assert clerk.answer_for_both("age") == ["Hamlet: from 12", "The Gala: from 18"]
    assert clerk.answer_for_both("fees") == ["Nothing is added."]


def test_what_is_not_known_is_named_with_the_place_and_who_knows(clerk: Clerk) -> None:
    """The venue where it left an address, else the shop."""
    assert clerk.answer("parking", "hamlet") == (
        "I don't know where to park at Alder Theatre. Alder Theatre can tell you: +1 212 555 0143"
    )
    assert clerk.answer("parking", "gala") == (
        "I don't know where to park at Town Hall. Please ask us: help@tickets.example"
    )


def test_what_is_not_known_is_counted_by_topic_and_place(clerk: Clerk) -> None:
    """An owner sees which fact to add; who asked and in which words is kept nowhere."""
    for _ in range(3):
        clerk.answer("parking", "hamlet")
    clerk.answer("group_price")

    asked = list_open_questions(clerk.container)
    assert [(one.topic, one.place, one.count) for one in asked] == [
        ("parking", Place(Scope.VENUE, "Alder Theatre"), 3),
        ("group_price", SHOP, 1),
    ]
    assert asked[0].last_asked_on == clerk.container.now().date()


def test_whose_page_a_link_opens_depends_on_whether_money_is_real(clerk: Clerk) -> None:
    """Who tries the shop reads that no card is charged, and a buyer what the address must be."""
    assert "no card is charged" in clerk.answer("link_address")

    live = replace(clerk.container.settings, stripe_secret_key="sk_live_of_a_test")
    clerk.container = replace(clerk.container, settings=live)
    assert "checkout.stripe.com" in clerk.answer("link_address")


def test_how_a_place_for_a_wheelchair_is_booked_is_said_by_the_venue(clerk: Clerk) -> None:
    """And else that no such place is sold here: what it is like inside is another question."""
    assert "can't book a place for a wheelchair" in clerk.answer("wheelchair_booking", "gala")
    assert clerk.answer("wheelchair_booking", "hamlet") == "Alder Theatre: Call us."


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("are the tickets authentic", "genuine"),
        ("is the seller approved by the theatre", "genuine"),
        ("the link shows an ip address, is that right", "link_address"),
        ("is the shop only a test or will my card be billed", "link_address"),
        ("where can i order a wheelchair spot", "wheelchair_booking"),
        ("do i have to pay something if i ignore the link", "hold_time"),
    ],
)
def test_what_strangers_were_told_wrongly_finds_its_topic(asked: str, topic: str) -> None:
    """In words that are no example."""
    match = topic_index(()).find(asked, language="en")

    assert match is not None
    assert match.topic_id == topic


def test_a_broad_fact_answers_only_what_it_mentions(clerk: Clerk) -> None:
    """That there is a lift says nothing of a hearing loop."""
    assert clerk.answer("hearing", "hamlet").startswith("I don't know")
    assert clerk.answer("lost_property").startswith("I don't know")


def test_without_a_show_what_differs_is_asked_for(clerk: Clerk) -> None:
    """One sentence; what no show has an answer to is not known."""
    assert clerk.answer("age") == "That depends on the show. Which one do you mean?"
    assert clerk.answer("running_time").startswith("I don't know how long the show lasts.")
    assert list_open_questions(clerk.container)[0].topic == "running_time"


def test_what_the_program_itself_knows_needs_no_fact(clerk: Clerk) -> None:
    """Deadlines and limits come from the settings, the refund policy from the catalog."""
    assert "35 minutes" in clerk.answer("hold_time")
    assert "8 tickets" in clerk.answer("order_limit")
    assert "until 24 hours before the show" in clerk.answer("refund_policy", "hamlet")
    assert "until 24 hours before the show" in clerk.answer("refund_policy")
    clerk.load(fee="10%")
    assert "Of each, 10% is kept" in clerk.answer("refund_policy")


def test_numbered_seats_are_said_in_words(clerk: Clerk) -> None:
    """The catalog has one word for it."""
    assert clerk.answer("seat_numbers", "hamlet").startswith("Hamlet has numbered seats.")


def test_a_picture_goes_with_the_words_for_those_who_cannot_see_it(clerk: Clerk) -> None:
    """A channel that shows no pictures leaves out nothing that was said."""
    assert clerk.answer("plot", "hamlet") == "Hamlet: A prince hesitates."
    assert clerk.reply["image"] == "https://tickets.example/hamlet.jpg"
    assert clerk.reply["image_text"] == "a prince with a skull"


def test_the_default_catalog_has_numbered_unnumbered_and_standing_shows(
    container: Container, tmp_path: Path
) -> None:
    """And says so; where the clerk gives the numbers, it says how."""
    clerk = Clerk(container, tmp_path)
    load_shows(container.database, ShowsFile(ROOT / "shows.yml"), now=container.now())

    assert "row and number are given when you pay" in clerk.answer("seat_numbers", "swan-lake")
    assert "where there is room" in clerk.answer("seats_together", "swan-lake")
    assert "without numbers" in clerk.answer("seat_numbers", "priya-nair")
    assert "is standing" in clerk.answer("seat_numbers", "desert-bloom")
    assert clerk.answer("seats_together", "night-owls").startswith("I don't know")


def test_the_default_catalog_answers_many_topics_and_leaves_some_open(
    container: Container, tmp_path: Path
) -> None:
    """At least 30 for some show, venue or the shop; what is open can be seen, too."""
    clerk = Clerk(container, tmp_path)
    load_shows(container.database, ShowsFile(ROOT / "shows.yml"), now=container.now())
    shows = [show.id for show in queries.catalog(container).shows]

    answered = {
        topic
        for topic in topics("en")
        if not all(clerk.answer(topic, show).startswith("I don't know") for show in shows)
    }
    assert len(answered) >= 30
    assert {"parking", "stairs", "age", "fees", "hearing"} <= answered
    assert {"companion", "lost_property"}.isdisjoint(answered)
