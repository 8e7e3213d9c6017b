"""Scheduler: runs due tasks in the order of their due times."""

from __future__ import annotations

from collections.abc import Callable

from stripe_standin.billing import collection
from stripe_standin.checkout import sessions
from stripe_standin.http.messages import Json
from stripe_standin.payments import bank_debits, disputes, refunds
from stripe_standin.storage import schedule
from stripe_standin.storage.unit_of_work import Work

_TASKS: dict[str, tuple[str, Callable[[Work, Json], object]]] = {
    "expire": ("checkout.session", sessions.close),
    "arrive": ("refund", refunds.settle),
    "lapse": (disputes.KIND, disputes.expire),
    "give_up": ("subscription", collection.expire_incomplete),
    "renew": ("subscription", collection.renew),
    "settle": ("payment_intent", bank_debits.settle),
    "try_again": ("invoice", collection.retry),
}


def catch_up(work: Work) -> None:
    """Runs every task that is due by `work.now`. Safe to repeat.

    Each task sees the time at which it fell due, so periods have no gaps after a jump of the clock;
    its events are told now.
    """
    now = work.now
    try:
        while True:
            due = _first_due(work, now)
            if due is None:
                return
            work.now, object_id, task = due
            schedule.forget(work.store, object_id, task)
            kind, do = _TASKS[task]
            do(work, work.load(kind, object_id))
    finally:
        work.now = now


def _first_due(work: Work, by: int) -> tuple[int, str, str] | None:
    session = sessions.first_overdue(work, by)
    task = schedule.first_due(work.store, by)
    if session and (task is None or session["expires_at"] <= task[0]):
        return session["expires_at"], session["id"], "expire"
    return task
