"""How many conversations there were a day, and how far they came: numbers, and nothing of whom."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import figures
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable

log = get_logger(__name__)


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
