"""The catalog at the desk: what operators change of it, without writing in its owner's document.

A change is kept beside the document and laid over it whenever that is loaded. It is checked by the
same functions, in the transaction that stores it: one that can't be changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk import languages
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing.catalog import (
    FACT_KEYS,
    OWN,
    EntryInvalid,
    ask_for_document,
    has_show,
    load_document,
    seat_sold,
    source_name,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    catalog_changes,
    facts,
    orders,
    show_changes,
    shows,
)
from ticket_clerk.ticketing.domain.catalog_changes import CatalogChange, CatalogChangeKind
from ticket_clerk.ticketing.domain.errors import InvalidRequest, WrongState
from ticket_clerk.ticketing.domain.facts import SHOP, Place, Scope, Texts
from ticket_clerk.ticketing.domain.show_changes import CHANGEABLE_FOR, ShowState

# What is wrong is said at the field of this name.
_CATALOG = "the catalog"
_SAYING = (CatalogChangeKind.FACT, CatalogChangeKind.QUESTION)


@dataclass(frozen=True)
class CatalogState:
    """What is in the catalog's tables, and what of it was changed at the desk, the newest last.

    ``is_file`` says whether its owner writes a file; only then can shows be added here.
    """

    shows: tuple[ShowState, ...]
    venues: tuple[str, ...]
    changes: tuple[CatalogChange, ...]
    is_file: bool

    def is_changed(self, kind: str, place_id: str) -> bool:
        """Whether a show was added, or its sale closed, at the desk."""
        return any((c.kind.value, c.place.id) == (kind, place_id) for c in self.changes)


@dataclass(frozen=True)
class Fact:
    """A fact as buyers are told it; ``change`` is the desk's, None where it is the owner's."""

    key: str
    texts: Texts
    change: CatalogChange | None

    @property
    def own_question(self) -> str:
        """The id of the question that it answers, if that is one of the owner's own with an id."""
        id_ = self.key.removeprefix(OWN)
        return "" if id_ == self.key or id_.isdigit() else id_


@dataclass(frozen=True)
class PlaceFacts:
    """The facts of a place, what else could be said of it, and a show's sections by id."""

    place: Place
    facts: tuple[Fact, ...]
    keys: tuple[str, ...]
    topics: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]


def read_state(container: Container) -> CatalogState:
    """Read what may be changed."""
    since = container.now() - CHANGEABLE_FOR
    with container.database.read() as conn:
        return CatalogState(
            shows=tuple(show_changes.list_shows(conn, since=since)),
            venues=tuple(shows.list_venues(conn, since=since)),
            changes=tuple(catalog_changes.list_changes(conn)),
            is_file=is_file(container),
        )


def is_file(container: Container) -> bool:
    """Whether the catalog is a file: whoever answers for shows elsewhere adds them there."""
    return not getattr(container.catalog, "is_live", True)


def read_facts(container: Container, place: Place) -> PlaceFacts:
    """Read the facts of one place."""
    with container.database.read() as conn:
        texts = facts.list_of_place(conn, place)
        changes = catalog_changes.list_changes(conn)
        is_show = place.scope is Scope.SHOW
        sections = shows.list_sections(conn, place.id) if is_show else []
    of_desk = {c.key: c for c in changes if c.place == place and c.kind in _SAYING}
    return PlaceFacts(
        place=place,
        facts=tuple(Fact(key, texts[key], of_desk.get(key)) for key in sorted(texts)),
        keys=FACT_KEYS[place.scope],
        topics=tuple(sorted(topics(languages.FIRST))),
        sections=tuple(sections),
    )


def place_of(scope: str, place_id: str) -> Place:
    """Name a place as a form does; raises InvalidRequest for what is none."""
    if scope not in [one.value for one in Scope] or bool(place_id) is (scope == Scope.SHOP.value):
        raise InvalidRequest("There is no such place.", field="place")
    return Place(Scope(scope), place_id)


def put_fact(
    container: Container, operator: str, place: Place, key: str, texts: Mapping[str, str]
) -> None:
    """Say a fact from now on, by language; the empty one is for all.

    Safe to repeat. Raises EntryInvalid for what the catalog's document could not say either.
    """
    store_change(container, CatalogChangeKind.FACT, place, key, written(texts), operator)


def add_show(
    container: Container, operator: str, entry: Mapping[str, Any], *, replaced: str = ""
) -> None:
    """Sell a show from now on that the catalog's document doesn't have.

    ``replaced`` is its id where it was added before and is written anew: orders keep what they
    were sold for. Safe to repeat. Raises EntryInvalid as the document's checks, and for an id
    that another show has or had.
    """
    if not is_file(container):
        raise WrongState("Shows are added where this catalog is kept, not here.")
    show_id = str(entry.get("id", ""))

    def check(conn: Connection, document: Mapping[str, Any]) -> None:
        if replaced and show_id == replaced and _was_added(conn, show_id):
            return
        is_sold = orders.has_orders_of(conn, show_id)
        if has_show(document, show_id) or _was_added(conn, show_id) or is_sold:
            raise _wrong("id", "id must be one that no other show has or had.")

    place = Place(Scope.SHOW, show_id)
    store_change(container, CatalogChangeKind.SHOW, place, "", dict(entry), operator, check)


def close_sale(container: Container, operator: str, show_id: str) -> None:
    """Sell nothing more of a show, until that is taken back; orders that were made stay.

    Safe to repeat. Raises EntryInvalid for a show that isn't in the catalog.
    """
    place = Place(Scope.SHOW, show_id)
    store_change(container, CatalogChangeKind.SALE, place, "", None, operator)


def take_back(container: Container, kind: str, place: Place, key: str) -> None:
    """Undo a change: what the catalog's owner wrote counts again.

    Raises WrongState where there is none of the kind any more, as after a repetition.
    """
    if kind not in [one.value for one in CatalogChangeKind]:
        raise InvalidRequest("There is no such change.", field="kind")
    document = ask_for_document(container.catalog)
    with container.database.begin() as conn:
        shows.lock_catalog(conn)
        if not catalog_changes.delete_change(conn, CatalogChangeKind(kind), place, key):
            raise WrongState("It was taken back already.")
        load_document(conn, document, source_name(container.catalog), now=container.now())
    seat_sold(container.database, container.now())


def describe_fact(container: Container, place: Place, key: str) -> str:
    """Say what is told under a key now; empty where nothing is."""
    with container.database.read() as conn:
        texts = facts.list_of_place(conn, place).get(key, {})
    return "; ".join(f"{code}: {text}" if code else text for code, text in sorted(texts.items()))


def find_added_show(container: Container, show_id: str) -> Mapping[str, Any] | None:
    """Find the entry of a show that was added here."""
    with container.database.read() as conn:
        for change in catalog_changes.list_changes(conn):
            if change.kind is CatalogChangeKind.SHOW and change.place.id == show_id:
                found: Mapping[str, Any] = change.content
                return found
    return None


def written(texts: Texts) -> Any:
    """Write a text as the document does: by language only where it has one."""
    kept = {code: text for code, text in texts.items() if text}
    return kept if set(kept) - {""} else kept.get("", "")


def store_change(
    container: Container,
    kind: CatalogChangeKind,
    place: Place,
    key: str,
    content: Any,
    operator: str,
    check: Callable[[Connection, Mapping[str, Any]], None] | None = None,
) -> None:
    """Store a change and load the catalog with it; ``check`` gets the document before.

    Safe to repeat. Raises EntryInvalid where the document can't be so, and then changes nothing.
    """
    document = ask_for_document(container.catalog)
    change = CatalogChange(kind, place, key, content, operator, container.now())
    with container.database.begin() as conn:
        shows.lock_catalog(conn)
        if check is not None:
            check(conn, document)
        catalog_changes.put_change(conn, change)
        where = source_name(container.catalog)
        loaded = load_document(conn, document, where, now=container.now())
        for refused, error in loaded.refused:
            if refused.subject == change.subject:
                raise error
    # The document may have given rows to sections since it was loaded last.
    seat_sold(container.database, container.now())


def _was_added(conn: Connection, show_id: str) -> bool:
    changes = catalog_changes.list_changes(conn)
    added = [change for change in changes if change.kind is CatalogChangeKind.SHOW]
    return any(change.place.id == show_id for change in added)


def _wrong(key: str, said: str) -> EntryInvalid:
    return EntryInvalid(_CATALOG, said, (key,))


def places_of(state: CatalogState) -> list[Place]:
    """List the shop, then the venues: places that have no page of their own."""
    return [SHOP, *(Place(Scope.VENUE, name) for name in state.venues)]


@dataclass(frozen=True)
class OwnQuestion:
    """A question of the owner's own: how it is asked and answered, by language; empty for all."""

    questions: Mapping[str, tuple[str, ...]]
    answer: Texts


def find_question(container: Container, place: Place, question_id: str) -> OwnQuestion | None:
    """Find an own question that is answered for a place, whoever wrote it."""
    topic_id = OWN + question_id
    with container.database.read() as conn:
        topic = facts.find_topic(conn, topic_id)
        answer = facts.list_of_place(conn, place).get(topic_id)
    return None if topic is None or answer is None else OwnQuestion(topic.questions, answer)


def put_question(
    container: Container, operator: str, place: Place, question_id: str, asked: OwnQuestion
) -> None:
    """Answer a question of one's own from now on, also one that the document has under this id.

    Safe to repeat. Raises EntryInvalid for what the catalog's document could not say either.
    """
    questions = {code: list(texts) for code, texts in asked.questions.items() if texts}
    content = {"questions": questions, "answer": written(asked.answer)}
    key = OWN + question_id
    store_change(container, CatalogChangeKind.QUESTION, place, key, content, operator)
