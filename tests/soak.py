"""A day of made-up traffic in ten minutes: memory, latency and file sizes have to stay flat.

    .venv/bin/python -m tests.soak --conversations 5000 --steps 10 --at-once 8

Real Rasa, action server and stand-in. The clocks of the last two move on between the steps, by a
day in all. In each step many visitors talk at once (a greeting, a price, an order that nobody
pays), and an endless conversation goes on beside them. With ``--folder`` a run is continued where
it was left, ``--most-steps`` at a time. The last line is a JSON object; the exit code says whether
the last step costs what the first did.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
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
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--most-steps", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        clerk = Clerk(folder)
        try:
            clerk.start()
            steps = _run(clerk, options)
        finally:
            clerk.stop()
    growth = {name: steps[-1][name] / max(steps[0][name], 1e-9) for name in ALLOWED}
    is_flat = all(growth[name] <= most for name, most in ALLOWED.items())
    print(json.dumps({"is_flat": is_flat, "growth": growth, "first": steps[0], "last": steps[-1]}))
    return 0 if is_flat else 1


def _run(clerk: Clerk, options: argparse.Namespace) -> list[dict[str, float]]:
    file = clerk.folder / "steps.json"
    measured = json.loads(file.read_text()) if file.exists() else []
    endless = RestBuyer(clerk)
    endless.sender_id = "endless"
    for step in range(options.steps)[len(measured) :][: options.most_steps]:
        _move_clock(clerk, DAY_S * step / options.steps)
        before, began = _stored(clerk), time.monotonic()
        figures = _talk(clerk, options.conversations // options.steps, options.at_once, endless)
        figures["seconds"] = time.monotonic() - began
        figures["bytes_per_turn"] = (_stored(clerk) - before) / figures["turns"]
        figures["memory"] = float(sum(_memory(one.pid) for one in clerk.running.values()))
        measured.append(figures)
        file.write_text(json.dumps(measured))
        print(f"step {step + 1} of {options.steps}: {json.dumps(figures)}", flush=True)
    return measured


def _move_clock(clerk: Clerk, offset_s: float) -> None:
    clocks = ("PAYMENTS_CLOCK_OFFSET_S", "STRIPE_STANDIN_CLOCK_OFFSET_S")
    clerk.kill(*(name for name in ("actions", "stand-in") if name in clerk.running))
    clerk.revive("stand-in", "actions", **dict.fromkeys(clocks, str(offset_s)))


def _talk(clerk: Clerk, conversations: int, at_once: int, endless: RestBuyer) -> dict[str, float]:
    def talk(number: int) -> list[float]:
        # One in twenty goes on to an order; the others look around.
        buyer = RestBuyer(clerk)
        return [_timed(buyer, words) for words in (WORDS if number % 20 == 0 else WORDS[:2])]

    with ThreadPoolExecutor(at_once + 1) as pool:
        going_on = pool.submit(
            lambda: [_timed(endless, WORDS[turn % 2]) for turn in range(conversations // 5)]
        )
        latencies = list(chain.from_iterable(pool.map(talk, range(conversations))))
        endless_latencies = going_on.result()
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
