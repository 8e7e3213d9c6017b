"""The catalog: facts, a sale that is closed, a show that is added, and taking each back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from sanic.response import HTTPResponse

from ticket_clerk import languages
from ticket_clerk.ticketing.catalog import EntryInvalid
from ticket_clerk.ticketing.desk import catalog
from ticket_clerk.ticketing.domain.facts import Place

from .access import Desk, Visit
from .show_form import EMPTY, entry_of, values_of
from .wording import describe_change


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
        values = EMPTY if entry is None else values_of(entry)
        return _show_page(desk, visit, values, replaced=replaced if entry else "")

    @desk.form("/catalog/show")
    async def add_show(visit: Visit) -> HTTPResponse:
        values = {**EMPTY, **{name: visit.form.get(name, "") for name in EMPTY}}
        replaced, show_id = visit.form.get("replaced", ""), values["id"]
        by = visit.session.operator.name

        def do(_key: str) -> None:
            catalog.add_show(container, by, entry_of(values), replaced=replaced)

        kind = "change_show" if replaced else "add_show"
        known = await asyncio.to_thread(catalog.find_added_show, container, replaced)
        detail = describe_change(values_of(known) if known else {}, values)
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
        field = of_show[0] if of_show[0] in EMPTY else "sections"
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
