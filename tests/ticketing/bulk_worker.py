"""The worker as a process that a test kills: ``python -m tests.ticketing.bulk_worker [MUTANT]``.

A mutant has one protection taken out.
"""

from __future__ import annotations

import sys
from typing import Any

from ticket_clerk.ticketing import show_changes as changes
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.database.tables import show_changes
from ticket_clerk.ticketing.worker import Worker


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


MUTANTS = {"marked_before_it_is_done": marked_before_it_is_done}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        MUTANTS[name]()
    Worker(get_container()).run_forever()
