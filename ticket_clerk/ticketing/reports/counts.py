"""Counts without names: what buyers asked and no fact answered, and how far conversations came."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import facts as table
from ticket_clerk.ticketing.database.tables import figures
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


class TalkStage(str, Enum):
    """How far a conversation came on a day."""

    TALKED = "talked"
    LINKED = "linked"
    PAID = "paid"


def count_talk(container: Container, stages: Sequence[TalkStage]) -> None:
    """Count a conversation at these stages; a database that is busy loses the count only."""
    if not stages:
        return
    try:
        with container.database.begin() as conn:
            for stage in stages:
                figures.count_talk(conn, stage.value, container.now().date())
    except DatabaseUnavailable:
        log.warning("payments.talks.not_counted", stages=len(stages))
