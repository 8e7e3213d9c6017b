"""Questions of the owner's own at the desk: how buyers ask, and what they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ticket_clerk.ticketing.catalog import OWN
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import facts
from ticket_clerk.ticketing.domain.catalog_changes import CatalogChangeKind
from ticket_clerk.ticketing.domain.facts import Place, Texts

from .catalog import store_change, written


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
