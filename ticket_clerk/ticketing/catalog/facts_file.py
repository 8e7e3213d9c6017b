"""Reads the facts of ``shows.yml``, and the topics that its owner adds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ticket_clerk import languages
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing.domain.facts import (
    ANY_LANGUAGE,
    SHOP,
    Facts,
    FreeTopic,
    Place,
    Scope,
    Texts,
)

from .entry import Entry

SECTION_KEYS = ("description", "seats_together")
SHOW_KEYS = (
    *("description", "age", "running_time", "doors_open", "seating", "language"),
    *("image", "image_text", "notes"),
)
VENUE_KEYS = (
    *("plan", "plan_text", "address", "parking", "bags", "food", "transport"),
    *("access", "access_booking"),
    "contact",
)
SHOP_KEYS = (
    *("name", "contact", "fees", "discounts", "group_bookings", "payment_methods"),
    *("delivery", "invoices", "transfer"),
)
FREE_KEYS = ("id", "topic", "questions", "answer", "show", "section", "venue")
# Topics of the owner's own; the others are those of every language.
OWN = "own-"
SEATING = ("numbered", "unnumbered", "standing")
PICTURES = ("image", "plan")
LONGEST_TEXT = 600
_URL = re.compile(r"https?://[^\s<>\"']+")

_Row = tuple[Place, str, Texts]


def read_facts(top: Entry) -> Facts:
    """Read all facts of the file; raises ConfigError, whose sentence names the entry and key."""
    shows = top.entries("shows", required=False)
    rows = [row for show in shows for row in _of_show(show)]
    venues = top.named_entries("venues")
    known = {show.text("venue") for show in shows}
    for name, venue in venues.items():
        top.check(name in known, f"venues, {name}", "the venue of a show, spelled as there")
        venue.allow(VENUE_KEYS, hint="; for anything else write an entry under facts")
        rows += _texts_of(venue, VENUE_KEYS, Place(Scope.VENUE, name))
    if "shop" in top:
        shop = Entry(top.value("shop"), f"{top.where}, shop", ("shop",))
        shop.allow(SHOP_KEYS, hint="; for anything else write an entry under facts")
        rows += _texts_of(shop, SHOP_KEYS, SHOP)
    free, own_topics = _free(top, shows)
    texts = {(place, key): texts for place, key, texts in [*rows, *free]}
    return Facts.of(texts, own_topics)


def _of_show(show: Entry) -> Iterator[_Row]:
    seating = show.value("seating")
    show.check(seating in (None, *SEATING), "seating", "one of " + ", ".join(SEATING))
    of_show = Place(Scope.SHOW, show.identifier())
    yield from _texts_of(show, SHOW_KEYS, of_show)
    sections = show.entries("sections")
    if seating is None and any("rows" in section for section in sections):
        yield of_show, "seating", {ANY_LANGUAGE: "numbered"}
    for section in sections:
        show.check(
            "rows" not in section or seating in (None, "numbered"),
            "seating",
            "numbered, or left out, where a section has rows",
        )
        place = Place.of_section(show.identifier(), section.identifier())
        yield from _texts_of(section, SECTION_KEYS, place)
    for extra in show.entries("extras", required=False):
        if "description" in extra:
            place, key = Place.of_extra(show.identifier(), extra.identifier())
            yield place, key, _texts(extra, "description")


def _texts_of(entry: Entry, keys: tuple[str, ...], place: Place) -> Iterator[_Row]:
    for key in PICTURES:
        if key in keys and key in entry:
            address = entry.text(key)
            entry.check(bool(_URL.fullmatch(address)), key, "the address of a picture, https://…")
            entry.check(
                f"{key}_text" in entry, f"{key}_text", "a text for those who can't see the picture"
            )
    for key in keys:
        if key in entry:
            yield place, key, _texts(entry, key)


def _free(top: Entry, shows: list[Entry]) -> tuple[list[_Row], tuple[FreeTopic, ...]]:
    rows: list[_Row] = []
    own: list[FreeTopic] = []
    for number, entry in enumerate(top.entries("facts", required=False), start=1):
        entry.allow(FREE_KEYS)
        entry.check(
            ("topic" in entry) != ("questions" in entry),
            "topic or questions",
            "there, and one of them only",
        )
        if "topic" in entry:
            id_ = entry.text("topic")
            entry.check(id_ in topics(languages.FIRST), "topic", "one of docs/language.md, Topics")
        else:
            id_ = f"{OWN}{entry.identifier() if 'id' in entry else number}"
            own.append(FreeTopic(id_, _questions(entry)))
        rows.append((_place(entry, shows), id_, _texts(entry, "answer")))
    return rows, tuple(own)


def _place(entry: Entry, shows: list[Entry]) -> Place:
    by_id = {show.identifier(): show for show in shows}
    if "show" in entry:
        show_id = entry.text("show")
        entry.check(show_id in by_id, "show", "the id of a show")
        if "section" not in entry:
            return Place(Scope.SHOW, show_id)
        section_id = entry.text("section")
        known = [section.identifier() for section in by_id[show_id].entries("sections")]
        entry.check(section_id in known, "section", "the id of a section of that show")
        return Place.of_section(show_id, section_id)
    if "venue" in entry:
        venue = entry.text("venue")
        is_known = venue in {show.text("venue") for show in shows}
        entry.check(is_known, "venue", "the venue of a show, spelled as there")
        return Place(Scope.VENUE, venue)
    return SHOP


def _questions(entry: Entry) -> dict[str, tuple[str, ...]]:
    value = entry.value("questions")
    by_language = value if isinstance(value, Mapping) else {languages.FIRST: value}
    _check_languages(entry, "questions", by_language)
    for questions in by_language.values():
        is_list = isinstance(questions, list) and bool(questions)
        is_good = is_list and all(isinstance(text, str) and text.strip() for text in questions)
        entry.check(is_good, "questions", "a list of texts as buyers would ask")
    return {code: tuple(text.strip() for text in texts) for code, texts in by_language.items()}


def _texts(entry: Entry, key: str) -> Texts:
    value = entry.value(key)
    by_language = value if isinstance(value, Mapping) else {ANY_LANGUAGE: value}
    _check_languages(entry, key, by_language)
    return {code: _one_text(entry, key, text) for code, text in by_language.items()}


def _check_languages(entry: Entry, key: str, by_language: Mapping[Any, Any]) -> None:
    known = [ANY_LANGUAGE, *languages.codes()]
    entry.check(
        bool(by_language) and all(code in known for code in by_language),
        key,
        f"a text, or one for each language ({', '.join(languages.codes())})",
    )


def _one_text(entry: Entry, key: str, value: Any) -> str:
    """Read a text, a number or a list of them, on one line: blank lines would split a message."""
    parts = value if isinstance(value, list) else [value]
    is_text = all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts)
    text = ", ".join(" ".join(str(part).split()) for part in parts)
    wanted = f"a text of at most {LONGEST_TEXT} characters"
    entry.check(is_text and 0 < len(text) <= LONGEST_TEXT, key, wanted)
    return text
