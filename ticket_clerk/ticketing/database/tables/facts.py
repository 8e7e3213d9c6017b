"""The tables of facts, of topics that the catalog's owner added, and of those that no fact answers.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_or_update
from ticket_clerk.ticketing.domain.facts import Facts, FreeTopic, OpenQuestion, Place, Scope

_FACTS, _TOPICS = schema.facts, schema.free_topics
# The facts that were read last: a turn asks for the digest only.
_read: dict[str, Facts] = {}
_QUESTIONS = schema.open_questions


def put_facts(conn: Connection, facts: Facts) -> None:
    """Replace all facts and topics. Safe to repeat."""
    conn.execute(sa.delete(_FACTS))
    conn.execute(sa.delete(_TOPICS))
    rows = [
        {"scope": place.scope.value, "place": place.id, "key": key, "language": code, "text": text}
        for (place, key), texts in facts.texts.items()
        for code, text in texts.items()
    ]
    topics = [
        {"id": topic.id, "position": position, "questions": json.dumps(dict(topic.questions))}
        for position, topic in enumerate(facts.topics)
    ]
    if rows:
        conn.execute(sa.insert(_FACTS), rows)
    if topics:
        conn.execute(sa.insert(_TOPICS), topics)


def get_facts(conn: Connection, digest: str) -> Facts:
    """Return the facts with this digest, from memory where they were read before."""
    facts = _read.get(digest)
    if facts is None:
        facts = _read_facts(conn) if digest else Facts()
        _read.clear()
        _read[facts.digest] = facts
    return facts


def list_of_place(conn: Connection, place: Place) -> dict[str, dict[str, str]]:
    """List the facts of one place by key, each by language."""
    is_of_place = (_FACTS.c.scope == place.scope.value) & (_FACTS.c.place == place.id)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(sa.select(_FACTS).where(is_of_place)):
        found[row.key][row.language] = row.text
    return dict(found)


def find_topic(conn: Connection, topic_id: str) -> FreeTopic | None:
    """Find a topic of the owner's own."""
    row = conn.execute(sa.select(_TOPICS).where(_TOPICS.c.id == topic_id)).first()
    return None if row is None else FreeTopic(row.id, _questions(row.questions))


def _read_facts(conn: Connection) -> Facts:
    texts: dict[tuple[Place, str], dict[str, str]] = defaultdict(dict)
    for row in conn.execute(sa.select(_FACTS)):
        texts[Place(Scope(row.scope), row.place), row.key][row.language] = row.text
    topics = conn.execute(sa.select(_TOPICS).order_by(_TOPICS.c.position))
    return Facts.of(
        dict(texts), tuple(FreeTopic(row.id, _questions(row.questions)) for row in topics)
    )


def _questions(text: str) -> dict[str, tuple[str, ...]]:
    return {code: tuple(questions) for code, questions in json.loads(text).items()}


def count_question(conn: Connection, topic: str, place: Place, day: date) -> None:
    """Count one more, in one statement: of two at once both count."""
    values = {"topic": topic, "scope": place.scope.value, "place": place.id}
    changes = {"times_asked": _QUESTIONS.c.times_asked + 1, "last_asked_on": day}
    insert_or_update(conn, _QUESTIONS, {**values, "times_asked": 1, "last_asked_on": day}, changes)


def list_questions(conn: Connection) -> list[OpenQuestion]:
    """List what was asked in vain, the most frequent first."""
    table = _QUESTIONS
    rows = conn.execute(
        sa.select(table).order_by(
            table.c.times_asked.desc(), table.c.topic, table.c.scope, table.c.place
        )
    )
    return [
        OpenQuestion(
            row.topic, Place(Scope(row.scope), row.place), row.times_asked, row.last_asked_on
        )
        for row in rows
    ]
