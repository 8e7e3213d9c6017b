"""Lays what operators changed at the desk over the document that the catalog's owner wrote.

What was changed at the desk counts until it is taken back, whatever the document says by then. A
change that the document can no longer take is passed over: nobody who writes the document shall be
stopped by what somebody else did at the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ticket_clerk import languages
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing.domain.catalog_changes import CatalogChange, CatalogChangeKind
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.facts import Place, Scope
from ticket_clerk.ticketing.domain.models import Catalog

from .document import read_document
from .entry import EntryInvalid
from .facts_file import OWN, SECTION_KEYS, SHOP_KEYS, SHOW_KEYS, VENUE_KEYS
from .source import Document

FACT_KEYS: Mapping[Scope, tuple[str, ...]] = {
    Scope.SECTION: SECTION_KEYS,
    Scope.SHOW: SHOW_KEYS,
    Scope.VENUE: VENUE_KEYS,
    Scope.SHOP: SHOP_KEYS,
}
DESK = "the desk"

_Node = dict[str, Any]


@dataclass(frozen=True)
class ChangedCatalog:
    """A catalog with what was changed at the desk.

    ``applied`` are the changes that are in it, ``refused`` the others, each with its error.
    """

    catalog: Catalog
    applied: tuple[CatalogChange, ...]
    refused: tuple[tuple[CatalogChange, ConfigError], ...]

    @property
    def closed(self) -> tuple[str, ...]:
        """Ids of the shows whose sale was closed."""
        return tuple(c.place.id for c in self.applied if c.kind is CatalogChangeKind.SALE)


def with_changes(
    document: Document, changes: Sequence[CatalogChange], where: str
) -> ChangedCatalog:
    """Read a document with changes laid over it, the oldest first.

    Raises ConfigError, as :func:`read_document`, for what is wrong without them.
    """
    catalog = read_document(document, where)
    applied: list[CatalogChange] = []
    refused: list[tuple[CatalogChange, ConfigError]] = []
    for change in changes:
        try:
            changed = _APPLY[change.kind](document, change)
            # Each alone: a change that can't be must not take the others with it.
            catalog, document = read_document(changed, where), changed
            applied.append(change)
        except ConfigError as exc:
            refused.append((change, exc))
    return ChangedCatalog(catalog, tuple(applied), tuple(refused))


def has_show(document: Document, show_id: str) -> bool:
    """Whether a document that was read before has a show."""
    return any(_id(show) == show_id for show in document.get("shows") or ())


def _add_show(document: Document, change: CatalogChange) -> Document:
    others = [show for show in document.get("shows") or () if _id(show) != change.place.id]
    return {**document, "shows": [*others, change.content]}


def _close_sale(document: Document, change: CatalogChange) -> Document:
    _check(has_show(document, change.place.id), "show", "the id of a show of the catalog")
    return document


def _put_fact(document: Document, change: CatalogChange) -> Document:
    place, key = change.place, change.key
    if key in FACT_KEYS[place.scope]:
        return _AT[place.scope](document, place.id, {key: change.content})
    known = ", ".join(FACT_KEYS[place.scope])
    _check(key in topics(languages.FIRST), "key", f"one of {known}, or a topic's id")
    entry = {"topic": key, "answer": change.content, **_names(place)}
    # The last of two about the same counts.
    return {**document, "facts": [*(document.get("facts") or ()), entry]}


def _put_question(document: Document, change: CatalogChange) -> Document:
    id_ = change.key.removeprefix(OWN)
    # Those without an id are numbered by where they stand.
    _check(not id_.isdigit(), "id", "a name, with a letter in it")
    names = _names(change.place)
    entry = {"id": id_, **change.content, **names}
    entries = list(document.get("facts") or ())
    for number, other in enumerate(entries):
        if other.get("id") is not None and _id(other) == id_ and "questions" in other:
            at = {key: str(other[key]).strip() for key in _PLACE_KEYS if other.get(key) is not None}
            _check(at == names, "id", "one that no other question has")
            entries[number] = entry
            return {**document, "facts": entries}
    return {**document, "facts": [*entries, entry]}


def _names(place: Place) -> dict[str, str]:
    """Name a place as entries under ``facts`` do."""
    if place.scope is Scope.SECTION:
        show_id, _, section_id = place.id.partition("/")
        return {"show": show_id, "section": section_id}
    return {} if place.scope is Scope.SHOP else {place.scope.value: place.id}


def _at_shop(document: Document, _id: str, values: _Node) -> Document:
    return {**document, "shop": {**(document.get("shop") or {}), **values}}


def _at_venue(document: Document, name: str, values: _Node) -> Document:
    # Keys of YAML may be numbers and have spaces around them.
    venues = {str(key).strip(): value for key, value in (document.get("venues") or {}).items()}
    return {**document, "venues": {**venues, name: {**venues.get(name, {}), **values}}}


def _at_show(document: Document, show_id: str, values: _Node) -> Document:
    shows = list(document.get("shows") or ())
    return {**document, "shows": _changed(shows, show_id, values, "show")}


def _at_section(document: Document, place: str, values: _Node) -> Document:
    show_id, _, section_id = place.partition("/")
    for show in document.get("shows") or ():
        if _id(show) == show_id:
            sections = _changed(list(show["sections"]), section_id, values, "section")
            return _at_show(document, show_id, {"sections": sections})
    raise EntryInvalid(DESK, "show must be the id of a show of the catalog.", ("show",))


def _changed(entries: list[_Node], id_: str, values: _Node, kind: str) -> list[_Node]:
    wanted = f"the id of a {kind} of the catalog"
    _check(any(_id(entry) == id_ for entry in entries), kind, wanted)
    return [{**entry, **values} if _id(entry) == id_ else entry for entry in entries]


def _id(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id")).strip()


def _check(condition: bool, key: str, wanted: str) -> None:
    if not condition:
        raise EntryInvalid(DESK, f"{key} must be {wanted}.", (key,))


_APPLY: Mapping[CatalogChangeKind, Callable[[Document, CatalogChange], Document]] = {
    CatalogChangeKind.SHOW: _add_show,
    CatalogChangeKind.SALE: _close_sale,
    CatalogChangeKind.FACT: _put_fact,
    CatalogChangeKind.QUESTION: _put_question,
}
_PLACE_KEYS = ("show", "section", "venue")
_AT: Mapping[Scope, Callable[[Document, str, _Node], Document]] = {
    Scope.SHOP: _at_shop,
    Scope.VENUE: _at_venue,
    Scope.SHOW: _at_show,
    Scope.SECTION: _at_section,
}
