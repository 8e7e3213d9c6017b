"""What is done to a deployment while people buy, in the order in which it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.drill.deployment import SERVERS, SUCCESSORS, Deployment

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


_AWAY = f"{AWAY_S:.0f} s"
ACTS = (
    Act("nothing, to compare with", lambda _clerk: None),
    Act("one Rasa killed (`SIGKILL`) and started again", _kill("rasa-1")),
    Act(f"one Rasa stopped (`SIGSTOP`) for {_AWAY}", _freeze("rasa-2")),
    Act(f"one Rasa cut off from everything for {_AWAY}", _cut_off("rasa-1")),
    Act("one action server with its worker killed and started again", _kill("actions-1")),
    Act(f"one action server stopped for {_AWAY}", _freeze("actions-2")),
    Act(f"one action server cut off for {_AWAY}", _cut_off("actions-1")),
    Act("Redis killed, and back, empty, after 2 s", _restart_redis),
    Act("the schema migrated (`migrate`)", Deployment.migrate),
    Act("the model rolled: two new Rasas take over, one after the other", _roll_the_model),
    Act("PostgreSQL killed, its replica promoted", lambda clerk: clerk.postgres.fail_over()),
)
