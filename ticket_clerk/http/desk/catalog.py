"""The catalog: facts, a sale that is closed, a show that is added, and taking each back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sanic.response import HTTPResponse

from ticket_clerk import languages
from ticket_clerk.ticketing.catalog import EntryInvalid
from ticket_clerk.ticketing.desk import catalog
from ticket_clerk.ticketing.domain.facts import Place

from .access import Desk, Visit
from .rendering import describe_change

# Fields of the form for a show, which the catalog's document would say as they are.
_WORDS = ("id", "name", "category", "venue", "city", "starts_at", "refund_fee", "description")
_SECTION = ("id", "name", "price")
_EMPTY: Mapping[str, str] = dict.fromkeys(
    (*_WORDS, "aliases", "refundable_until_hours", "sections"), ""
)


def add_routes(desk: Desk) -> None:
    """Add the pages, and the acts."""
    _add_facts(desk)
    _add_shows(desk)
    container = desk.container

    @desk.page("/catalog")
    async def show_catalog(visit: Visit) -> HTTPResponse:
        state = await asyncio.to_thread(catalog.read_state, container)
        places = catalog.places_of(state)
        return desk.show(
            visit,
            "catalog.html",
            state=state,
            places=places,
            place_of=catalog.place_of,
            address=address_of,
            question_address=question_address,
        )

    @desk.form("/catalog/take-back")
    async def take_back(visit: Visit) -> HTTPResponse:
        form = visit.form
        kind, key = form.get("kind", ""), form.get("fact", "")
        place = catalog.place_of(form.get("scope", ""), form.get("place", ""))

        def do(_key: str) -> None:
            catalog.take_back(container, kind, place, key)

        detail = " ".join(part for part in (kind, place.scope.value, key) if part)
        subject = place.id or place.scope.value
        return await desk.carry_out(
            visit, "take_back_change", subject, do, detail=detail, then="/catalog"
        )


def _add_facts(desk: Desk) -> None:
    container = desk.container

    @desk.page("/catalog/facts")
    async def show_facts(visit: Visit) -> HTTPResponse:
        place = catalog.place_of(visit.argument("scope"), visit.argument("place"))
        return await _facts_page(desk, visit, place, key=visit.argument("key"))

    @desk.form("/catalog/facts")
    async def put_fact(visit: Visit) -> HTTPResponse:
        form = visit.form
        place = catalog.place_of(form.get("scope", ""), form.get("place", ""))
        key, texts = form.get("fact", ""), texts_of(form)

        def do(_key: str) -> None:
            catalog.put_fact(container, visit.session.operator.name, place, key, texts)

        before = await asyncio.to_thread(catalog.describe_fact, container, place, key)
        after = "; ".join(f"{code}: {text}" if code else text for code, text in texts.items())
        detail = f"{place.scope.value}, {key}: {before or 'nothing'} → {after}"
        subject = place.id or place.scope.value
        try:
            return await desk.carry_out(
                visit, "put_fact", subject, do, detail=detail, then=address_of(place)
            )
        except EntryInvalid as exc:
            return await _facts_page(desk, visit, place, key=key, texts=texts, error=exc)


async def _facts_page(
    desk: Desk,
    visit: Visit,
    place: Place,
    *,
    key: str,
    texts: Mapping[str, str] | None = None,
    error: EntryInvalid | None = None,
) -> HTTPResponse:
    found = await asyncio.to_thread(catalog.read_facts, desk.container, place)
    if texts is None:
        texts = next((fact.texts for fact in found.facts if fact.key == key), {})
    field = "" if error is None else "fact" if error.keys == ("key",) else "text"
    return desk.show(
        visit,
        "facts.html",
        question_address=question_address,
        status=200 if error is None else 400,
        found=found,
        address=address_of,
        sections=[
            (name, Place.of_section(place.id, section_id)) for section_id, name in found.sections
        ],
        fact=key,
        texts=texts,
        languages=["", *languages.codes()],
        problem=error.said if error else "",
        field=field,
    )


def _add_shows(desk: Desk) -> None:
    container = desk.container

    @desk.page("/catalog/show")
    async def show_form(visit: Visit) -> HTTPResponse:
        replaced = visit.argument("id")
        entry = await asyncio.to_thread(catalog.find_added_show, container, replaced)
        values = _EMPTY if entry is None else _values_of(entry)
        return _show_page(desk, visit, values, replaced=replaced if entry else "")

    @desk.form("/catalog/show")
    async def add_show(visit: Visit) -> HTTPResponse:
        values = {**_EMPTY, **{name: visit.form.get(name, "") for name in _EMPTY}}
        replaced, show_id = visit.form.get("replaced", ""), values["id"]
        by = visit.session.operator.name

        def do(_key: str) -> None:
            catalog.add_show(container, by, _entry_of(values), replaced=replaced)

        kind = "change_show" if replaced else "add_show"
        known = await asyncio.to_thread(catalog.find_added_show, container, replaced)
        detail = describe_change(_values_of(known) if known else {}, values)
        then = "/catalog"
        try:
            return await desk.carry_out(visit, kind, show_id, do, detail=detail, then=then)
        except EntryInvalid as exc:
            return _show_page(desk, visit, values, replaced=replaced, error=exc)

    @desk.form("/shows/<show_id:str>/close-sale")
    async def close_sale(visit: Visit, show_id: str) -> HTTPResponse:
        def do(_key: str) -> None:
            catalog.close_sale(container, visit.session.operator.name, show_id)

        return await desk.carry_out(visit, "close_sale", show_id, do, then="/catalog")


def _show_page(
    desk: Desk,
    visit: Visit,
    values: Mapping[str, str],
    *,
    replaced: str,
    error: EntryInvalid | None = None,
) -> HTTPResponse:
    is_file = catalog.is_file(desk.container)
    problems = {}
    if error is not None:
        # Under "shows", or of this page's own check.
        of_show = error.keys[1:] or error.keys
        where = error.where.rpartition(", ")[2] if len(of_show) > 1 else ""
        field = of_show[0] if of_show[0] in _EMPTY else "sections"
        problems[field] = f"{where}: {error.said}" if where else error.said
    return desk.show(
        visit,
        "add_show.html",
        status=400 if problems else 200,
        values=values,
        replaced=replaced,
        problems=problems,
        is_file=is_file,
    )


def texts_of(form: Mapping[str, str]) -> dict[str, str]:
    """Read a text by language; the empty one is for all."""
    found = {code: form.get(f"text_{code}", "") for code in ("", *languages.codes())}
    return {code: text for code, text in found.items() if text}


def question_address(place: Place, question_id: str = "") -> str:
    """Give the page of a question of the owner's own that is answered for a place."""
    asked = {"scope": place.scope.value, "place": place.id, "id": question_id}
    return "/catalog/question?" + urlencode({name: value for name, value in asked.items() if value})


def address_of(place: Place, key: str = "") -> str:
    """Give the page of a place's facts, with one of them in its form."""
    asked = {"scope": place.scope.value, "place": place.id, "key": key}
    return "/catalog/facts?" + urlencode({name: value for name, value in asked.items() if value})


def _entry_of(values: Mapping[str, str]) -> dict[str, Any]:
    """Write a form's show as the catalog's document would; what can't be is refused there."""
    entry: dict[str, Any] = {name: values[name] for name in _WORDS if values[name]}
    if values["refundable_until_hours"]:
        entry["refundable_until_hours"] = _number(values["refundable_until_hours"])
    entry["aliases"] = [part.strip() for part in values["aliases"].split(",") if part.strip()]
    lines = [line for line in values["sections"].splitlines() if line.strip()]
    entry["sections"] = [_section(line) for line in lines]
    return entry


def _values_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Write a show's entry as the form has it."""
    words = {name: str(entry.get(name, "")) for name in _EMPTY}
    lines = "\n".join(_line(section) for section in entry["sections"])
    return {**words, "aliases": ", ".join(entry["aliases"]), "sections": lines}


def _section(line: str) -> dict[str, Any]:
    """Read ``id; name; price; seats``, or ``id; name; price; A: 10, B: 12`` with its rows."""
    parts = [part.strip() for part in line.split(";", len(_SECTION))]
    section: dict[str, Any] = dict(zip(_SECTION, parts, strict=False))
    if len(parts) > len(_SECTION):
        seats = parts[-1]
        section |= {"rows": _rows(seats)} if ":" in seats else {"seats": _number(seats)}
    return section


def _rows(text: str) -> dict[str, int | str] | str:
    """Read rows by name; a name that is there twice makes no rows."""
    pairs = [part.partition(":") for part in text.split(",") if part.strip()]
    rows = {name.strip(): _number(count.strip()) for name, _, count in pairs}
    return rows if len(rows) == len(pairs) else text


def _line(section: Mapping[str, Any]) -> str:
    rows = section.get("rows")
    seats = ", ".join(f"{name}: {count}" for name, count in rows.items()) if rows else ""
    return "; ".join([*(str(section[name]) for name in _SECTION), seats or str(section["seats"])])


def _number(text: str) -> int | str:
    """Read a number; what is none is refused where the entry is checked."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
