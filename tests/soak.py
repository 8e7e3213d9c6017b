"""A day of made-up traffic in ten minutes: memory, latency and file sizes have to stay flat.

    .venv/bin/python -m tests.soak --conversations 5000 --steps 24

Real Rasa, action server and stand-in. The clocks of the last two move on between the steps, by a
day in all. Each step begins conversations (a greeting, a price, an order that nobody pays) and
goes on with an endless one. The last line is a JSON object; the exit code says whether the last
step costs what the first did.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.journeys.buyers import RestBuyer
from tests.journeys.clerk import Clerk

DAY_S = 24 * 3600.0
WORDS = ("hello", "what does Lakers vs Warriors cost?", "2 tickets for it", "the cheapest", "yes")
# How much of the first step's cost the last one may have.
ALLOWED = {"latency": 2.0, "endless_latency": 2.0, "memory": 1.3, "bytes_per_turn": 1.5}


def main() -> int:
    """Run the steps, print a line for each, and compare the last with the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=24)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        clerk = Clerk(Path(folder))
        try:
            clerk.start()
            steps = _run(clerk, options.conversations // options.steps, options.steps)
        finally:
            clerk.stop()
    growth = {name: steps[-1][name] / max(steps[0][name], 1e-9) for name in ALLOWED}
    is_flat = all(growth[name] <= most for name, most in ALLOWED.items())
    print(json.dumps({"is_flat": is_flat, "growth": growth, "first": steps[0], "last": steps[-1]}))
    return 0 if is_flat else 1


def _run(clerk: Clerk, conversations: int, steps: int) -> list[dict[str, float]]:
    endless, measured = RestBuyer(clerk), []
    for step in range(steps):
        _move_clock(clerk, DAY_S * step / steps)
        before = _stored(clerk)
        figures = _talk(clerk, conversations, endless)
        figures["bytes_per_turn"] = (_stored(clerk) - before) / figures.pop("turns")
        figures["memory"] = float(sum(_memory(one.pid) for one in clerk.running.values()))
        measured.append(figures)
        print(f"step {step + 1} of {steps}: {json.dumps(figures)}", flush=True)
    return measured


def _move_clock(clerk: Clerk, offset_s: float) -> None:
    clocks = ("PAYMENTS_CLOCK_OFFSET_S", "STRIPE_STANDIN_CLOCK_OFFSET_S")
    clerk.kill(*(name for name in ("actions", "stand-in") if name in clerk.running))
    clerk.revive("stand-in", "actions", **dict.fromkeys(clocks, str(offset_s)))


def _talk(clerk: Clerk, conversations: int, endless: RestBuyer) -> dict[str, float]:
    latencies, endless_latencies = [], []
    for number in range(max(1, conversations)):
        buyer = RestBuyer(clerk)
        # One in twenty goes on to an order; the others look around.
        for words in WORDS if number % 20 == 0 else WORDS[:2]:
            latencies.append(_timed(buyer, words))
        endless_latencies.append(_timed(endless, WORDS[number % 2]))
    return {
        "turns": float(len(latencies) + len(endless_latencies)),
        "latency": statistics.median(latencies),
        "endless_latency": statistics.median(endless_latencies),
    }


def _timed(buyer: RestBuyer, words: str) -> float:
    began = time.monotonic()
    buyer.say(words)
    return time.monotonic() - began


def _stored(clerk: Clerk) -> int:
    """How many bytes all databases have, their logs included."""
    return sum(path.stat().st_size for path in clerk.folder.rglob("*.db*"))


def _memory(group: int) -> int:
    """How many bytes the processes of a group have in memory."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            status: dict[str, Any] = dict(
                line.split(":", 1) for line in (process / "status").read_text().splitlines()
            )
        except (OSError, IndexError, ValueError):
            continue
        if int(fields[2]) == group:
            total += int(str(status.get("VmRSS", "0 kB")).split()[0]) * 1024
    return total


if __name__ == "__main__":
    sys.exit(main())
