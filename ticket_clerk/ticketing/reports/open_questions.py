"""Open questions: what buyers asked and no fact answered, so that an owner sees what to add."""

from __future__ import annotations

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import open_questions as table
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.domain.facts import OpenQuestion, Place

log = get_logger(__name__)


def count_open_question(container: Container, topic: str, place: Place) -> None:
    """Count a topic that was asked in vain; a database that is busy loses the count only."""
    try:
        with container.database.begin() as conn:
            table.count_question(conn, topic, place, container.now().date())
    except DatabaseUnavailable:
        log.warning("payments.questions.not_counted", topic=topic)


def list_open_questions(container: Container) -> list[OpenQuestion]:
    """List what was asked in vain, the most frequent first."""
    with container.database.read() as conn:
        return table.list_questions(conn)
