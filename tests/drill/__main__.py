"""Two of each process behind a proxy, and people who buy while one after the other fails.

    .venv/bin/python -m tests.drill --count 40 --page docs/reliability.md

Each process is a machine: it has a network of its own, whose cable can be pulled, which takes root.
PostgreSQL has a replica, Redis is real, Stripe and Slack are doubles. The table goes to the page,
between its markers; the exit code says whether every purchase is right and was told once.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.deploy.network import own_network
from tests.drill import capacity
from tests.drill.acts import ACTS, Act
from tests.drill.buyers import BUYERS, DrillBuyer
from tests.drill.deployment import Deployment
from tests.drill.verdict import Row, check, write_table
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.train import ensure_model

_BETWEEN_BUYERS_S = 1.0


def main() -> int:
    """Do everything that is done to a deployment, and look what became of the purchases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--capacity", action="store_true", help="measure instead of drilling")
    parser.add_argument("--keep", type=Path, help="a folder for logs that is not removed")
    options = parser.parse_args()
    if os.getuid():
        print("drill: it takes root, who may give each process a network of its own")
        return 2
    # Before anything runs that would have to be ended.
    ensure_model(ROOT, ROOT / "var" / "log")
    with tempfile.TemporaryDirectory(prefix="drill-") as made, own_network():
        folder = options.keep or Path(made)
        folder.mkdir(exist_ok=True)
        # PostgreSQL runs as somebody else.
        folder.chmod(0o755)
        if options.capacity:
            return _measure(Deployment(folder), options.page)
        lines, wrong = _drill(Deployment(folder), options.count)
    for line in wrong:
        print(f"drill: WRONG: {line}")
    if options.page and not wrong:
        write_table(options.page, lines, _words(options.count))
    print(f"drill: {options.count} purchases, {len(wrong)} things wrong")
    return 1 if wrong else 0


def _drill(clerk: Deployment, count: int) -> tuple[list[str], list[str]]:
    """Return the lines of the table, and what is wrong."""
    try:
        clerk.start()
        print("drill: everything runs", flush=True)
        rows = []
        channels = _channels()
        for number, act in enumerate(ACTS):
            share = count // len(ACTS) + (number < count % len(ACTS))
            rows.append(_lead(clerk, act, [next(channels) for _ in range(max(share, 1))]))
            print(f"drill: {rows[-1].line()}", flush=True)
        return [row.line() for row in rows], check(clerk, rows)
    finally:
        clerk.stop()


def _measure(clerk: Deployment, page: Path | None) -> int:
    """Write the table of what one and two Rasa servers carry."""
    try:
        clerk.start()
        lines = [each.line() for each in capacity.measure(clerk)]
    finally:
        clerk.stop()
    print("\n".join(lines))
    if page:
        words = f"{capacity.TALKERS} people at once on {os.cpu_count()} cores, {_today()}."
        marks = (capacity.BEGIN, capacity.END)
        write_table(page, lines, words, head=capacity.HEAD, marks=marks)
    return 0


def _channels() -> Iterator[type[DrillBuyer]]:
    while True:
        yield from BUYERS


def _lead(clerk: Deployment, act: Act, channels: list[type[DrillBuyer]]) -> Row:
    """Have people buy, one after the other; when half of them have begun, act."""
    with ThreadPoolExecutor(len(channels) + 1) as pool:
        buyers, purchases = [], []
        under_way = 0
        acting = None
        for number, channel in enumerate(channels):
            buyers.append(channel(clerk))
            purchases.append(pool.submit(buyers[-1].buy))
            time.sleep(_BETWEEN_BUYERS_S)
            if number == (len(channels) - 1) // 2:
                under_way = sum(not purchase.done() for purchase in purchases)
                acting = pool.submit(act.do, clerk)
        assert acting is not None
        for purchase in (*purchases, acting):
            purchase.result()
    return Row(act.name, buyers, under_way)


def _words(count: int) -> str:
    return (
        f"{count} purchases on {os.cpu_count()} cores, {_today()}; all right, the ledger Stripe's."
    )


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


if __name__ == "__main__":
    sys.exit(main())
