"""What is done to a deployment while people buy, in the order in which it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.drill.deployment import (
    ACTION_SERVERS,
    PAYMENTS_SERVERS,
    SERVERS,
    SUCCESSORS,
    WORKERS,
    Deployment,
)

AWAY_S = 8.0
REDIS_AWAY_S = 2.0


@dataclass(frozen=True)
class Act:
    """One thing that is done, with the words of the table."""

    name: str
    do: Callable[[Deployment], None]


def _kill(name: str) -> Callable[[Deployment], None]:
    def do(clerk: Deployment) -> None:
        clerk.kill(name)
        clerk.revive(name)

    return do


def _freeze(name: str) -> Callable[[Deployment], None]:
    def do(clerk: Deployment) -> None:
        clerk.freeze(name)
        time.sleep(AWAY_S)
        clerk.thaw(name)

    return do


def _cut_off(name: str) -> Callable[[Deployment], None]:
    def do(clerk: Deployment) -> None:
        clerk.machines[name].pull()
        time.sleep(AWAY_S)
        clerk.machines[name].plug_in()

    return do


def _restart_redis(clerk: Deployment) -> None:
    clerk.redis.kill()
    time.sleep(REDIS_AWAY_S)
    clerk.redis.start()


def _roll_the_model(clerk: Deployment) -> None:
    for old, new in zip(SERVERS, SUCCESSORS, strict=True):
        clerk.revive(new)
        clerk.retire(old)


def _failures(what: str, name: str, other: str) -> tuple[Act, ...]:
    """All that happens to a machine of one kind; the two are taken in turn."""
    return (
        Act(f"one {what} killed (`SIGKILL`) and started again", _kill(name)),
        Act(f"one {what} stopped (`SIGSTOP`) for {AWAY_S:.0f} s", _freeze(other)),
        Act(f"one {what} cut off from everything for {AWAY_S:.0f} s", _cut_off(name)),
    )


ACTS = (
    Act("nothing, to compare with", lambda _clerk: None),
    *_failures("Rasa", *SERVERS),
    *_failures("action server with its worker", *ACTION_SERVERS),
    *_failures("payments server with its worker", *PAYMENTS_SERVERS),
    *_failures("worker", *WORKERS),
    Act("Redis killed, and back, empty, after 2 s", _restart_redis),
    # None of this release can start afterwards but Rasa, which asks for no revision.
    Act("the schema migrated to a next release's", Deployment.migrate),
    Act("the model rolled: two new Rasas take over, one after the other", _roll_the_model),
    Act("PostgreSQL killed, its replica promoted", lambda clerk: clerk.postgres.fail_over()),
)
