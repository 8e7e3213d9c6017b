"""The table of open questions: topics that were asked and that no fact answered.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_or_update
from ticket_clerk.ticketing.domain.facts import OpenQuestion, Place, Scope

_QUESTIONS = schema.open_questions


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
