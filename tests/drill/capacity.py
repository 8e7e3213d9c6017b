"""How many turns of purchases one and two Rasa servers carry here, and what a turn costs each kind.

Processor time says more than the clock where other programs run beside: it is what a turn takes
however long it waits for its turn.
"""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psutil

from tests.drill.buyers import RestBuyer
from tests.drill.deployment import SERVERS, Deployment

TALKERS = 8
SECONDS = 60.0
BEGIN, END = "<!-- measured by make drill -->", "<!-- end of what make drill measured -->"
HEAD = (
    "| Rasa servers | purchases | turns | turns a second | a turn's processor time: Rasa "
    "| action servers | payments servers and workers |"
    "\n|---|---|---|---|---|---|---|"
)


class TalkingBuyer(RestBuyer):
    """Counts what they say."""

    turns = 0

    def say(self, text: str) -> str:
        """Post it and read the answers."""
        self.turns += 1
        return super().say(text)


@dataclass(frozen=True)
class Carried:
    """What was carried in a time, and the seconds of processor time that each kind took."""

    rasas: int
    buyers: list[TalkingBuyer]
    seconds: float
    spent: dict[str, float]

    def line(self) -> str:
        """The row of the table."""
        turns = sum(buyer.turns for buyer in self.buyers)
        others = self.spent["payments"] + self.spent["worker"]
        costs = (
            f"{1000 * spent / turns:.0f} ms"
            for spent in (self.spent["rasa"], self.spent["actions"], others)
        )
        cells = (self.rasas, len(self.buyers), turns, f"{turns / self.seconds:.1f}", *costs)
        return f"| {' | '.join(map(str, cells))} |"


def measure(clerk: Deployment) -> list[Carried]:
    """Have people buy at both Rasa servers, then at one; each has bought before it counts."""
    _carry(clerk, 2, seconds=10)
    both = _carry(clerk, 2)
    clerk.retire(SERVERS[1])
    return [_carry(clerk, 1), both]


def _carry(clerk: Deployment, rasas: int, seconds: float = SECONDS) -> Carried:
    before, began = _spent(clerk), time.monotonic()

    def buy_on() -> list[TalkingBuyer]:
        buyers = []
        while time.monotonic() - began < seconds:
            buyers.append(TalkingBuyer(clerk))
            buyers[-1].buy()
        return buyers

    with ThreadPoolExecutor(TALKERS) as pool:
        begun = [pool.submit(buy_on) for _ in range(TALKERS)]
        buyers = [buyer for each in begun for buyer in each.result()]
    assert not [buyer.trouble for buyer in buyers if buyer.trouble]
    lasted, after = time.monotonic() - began, _spent(clerk)
    return Carried(rasas, buyers, lasted, {kind: after[kind] - before[kind] for kind in after})


def _spent(clerk: Deployment) -> dict[str, float]:
    """Processor time so far, by kind of process, in seconds."""
    spent: dict[str, float] = defaultdict(float)
    for name, running in clerk.running.items():
        head = psutil.Process(running.pid)
        for process in (head, *head.children(recursive=True)):
            times = process.cpu_times()
            spent[name.partition("-")[0]] += times.user + times.system
    return spent
