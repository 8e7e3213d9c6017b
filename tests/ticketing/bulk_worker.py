"""The worker as a process that a test kills: ``python -m tests.ticketing.bulk_worker [MUTANT]``.

A mutant has one protection taken out. Each pauses between batches, so that a test that gets no core
for a moment still kills it half way.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from ticket_clerk.ticketing import show_changes as changes
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.database.tables import show_changes
from ticket_clerk.ticketing.worker import Worker

PAUSE_S = 0.2


def marked_before_it_is_done() -> None:
    """Commit that orders were dealt with, then deal with them."""
    apply_batch, mark = changes._apply_batch, show_changes.mark

    def mark_first(container: Container) -> int:
        with container.database.begin() as conn:
            behind = show_changes.list_behind(conn, limit=changes.BATCH)
            mark(conn, behind, 1)
        show_changes.list_behind = lambda _conn, limit: behind
        show_changes.mark = lambda *_arguments: None
        try:
            return apply_batch(container)
        finally:
            show_changes.list_behind, show_changes.mark = list_behind, mark

    def apply_all(conn: Any, container: Container, order_id: str) -> None:
        root = changes.orders.get_order(conn, order_id)
        show = show_changes.find_show(conn, root.show_id)
        if show is not None and show.change is not None:
            changes._call_off_order(conn, container, root, [], show.change)

    list_behind = show_changes.list_behind
    changes._apply_batch, changes._apply = mark_first, apply_all


def unhurried(batch: Callable[[Container], int]) -> Callable[[Container], int]:
    """The same with a pause behind it."""

    def apply_and_pause(container: Container) -> int:
        done = batch(container)
        time.sleep(PAUSE_S)
        return done

    return apply_and_pause


MUTANTS = {"marked_before_it_is_done": marked_before_it_is_done}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        MUTANTS[name]()
    changes._apply_batch = unhurried(changes._apply_batch)
    Worker(get_container()).run_forever()
