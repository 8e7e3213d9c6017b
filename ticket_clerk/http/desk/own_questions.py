"""Questions of the catalog's owner: a page with how they are asked and what is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sanic.response import HTTPResponse

from ticket_clerk import languages
from ticket_clerk.ticketing.catalog import EntryInvalid
from ticket_clerk.ticketing.desk import catalog
from ticket_clerk.ticketing.desk.catalog import OwnQuestion, place_of
from ticket_clerk.ticketing.domain.facts import Place

from .access import Desk, Visit
from .catalog import address_of, texts_of
from .rendering import describe_change

# What is wrong is said by the document's key, and shown at the form's field.
_FIELDS = {"id": "id", "questions": "questions", "answer": "text"}


def add_routes(desk: Desk) -> None:
    """Add the page and what its form is sent to."""
    container = desk.container

    @desk.page("/catalog/question")
    async def show_question(visit: Visit) -> HTTPResponse:
        place = place_of(visit.argument("scope"), visit.argument("place"))
        id_ = visit.argument("id")
        known = await asyncio.to_thread(catalog.find_question, container, place, id_)
        return _page(desk, visit, place, id_, known or OwnQuestion({}, {}), is_known=bool(known))

    @desk.form("/catalog/question")
    async def put_question(visit: Visit) -> HTTPResponse:
        form = visit.form
        place = place_of(form.get("scope", ""), form.get("place", ""))
        id_, asked = form.get("id", ""), OwnQuestion(_questions(form), texts_of(form))

        def do(_key: str) -> None:
            by = visit.session.operator.name
            catalog.put_question(container, by, place, id_, asked)

        known = await asyncio.to_thread(catalog.find_question, container, place, id_)
        change = describe_change(_values(known) if known else {}, _values(asked))
        detail = f"{place.scope.value}, {id_}: {change}"
        subject, then = place.id or place.scope.value, address_of(place)
        try:
            return await desk.carry_out(
                visit, "put_question", subject, do, detail=detail, then=then
            )
        except EntryInvalid as exc:
            return _page(desk, visit, place, id_, asked, is_known=bool(known), error=exc)


def _page(
    desk: Desk,
    visit: Visit,
    place: Place,
    id_: str,
    asked: OwnQuestion,
    *,
    is_known: bool,
    error: EntryInvalid | None = None,
) -> HTTPResponse:
    return desk.show(
        visit,
        "question.html",
        status=200 if error is None else 400,
        place=place,
        id=id_,
        is_known=is_known,
        asked=asked,
        languages=list(languages.codes()),
        facts_at=address_of(place),
        problem=error.said if error else "",
        field=_FIELDS.get(error.keys[-1], "text") if error else "",
    )


def _questions(form: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Read question examples by language, one a line."""
    found = {code: form.get(f"questions_{code}", "").splitlines() for code in languages.codes()}
    return {
        code: tuple(line.strip() for line in lines if line.strip()) for code, lines in found.items()
    }


def _values(asked: OwnQuestion) -> dict[str, str]:
    """Write a question's parts for the act that says what changed of them."""
    asks = {f"asked in {code}": "\n".join(texts) for code, texts in asked.questions.items()}
    answers = {f"answer {code}".strip(): text for code, text in asked.answer.items()}
    codes = languages.codes()
    names = [*(f"asked in {code}" for code in codes), "answer", *(f"answer {c}" for c in codes)]
    return {name: {**asks, **answers}.get(name, "") for name in names}
