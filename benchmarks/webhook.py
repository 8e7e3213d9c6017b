"""The webhook against its floor, side by side: ``make bench PART=webhook``.

Both programs have a database each with the same orders and take turns; what counts is the median
of the rounds' ratios. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ticket_clerk.cli.processes.ports import free_ports

from .load import Job, Result
from .programs import ROOT, create_database, postgresql, running

SIGNED_WITH = "whsec_of_the_benchmark"
FLOOR = (sys.executable, "-m", "benchmarks.floors.webhook")
CLERK = (sys.executable, "-m", "integrations.payments", "serve")
DJSTRIPE = ("dj-stripe==2.11.0", "gunicorn==27.0.1", "psycopg2-binary==2.9.13")
DATABASES = ("sqlite", "postgresql")
ROUNDS = 5
SECONDS = 3.0
CONNECTIONS = 16
# More than any program here pays in a round.
A_ROUND = 8_000


class Server:
    """A program under load, with a database of its own and orders in it."""

    def __init__(
        self,
        command: tuple[str, ...],
        url: str,
        folder: Path,
        stack: ExitStack,
        *,
        orders: int = ROUNDS * A_ROUND,
        processes: int = 1,
    ) -> None:
        """Write the orders and start it; it ends with the stack."""
        folder.mkdir()
        self._ports, self._file = free_ports(processes), folder / "orders.csv"
        self._next = self._taken = 0
        environ = {
            "DATABASE_URL": url,
            "SHOWS_FILE": str(ROOT / "shows.yml"),
            "STRIPE_API_BASE": "http://127.0.0.1:9",
            "RASA_URL": "http://127.0.0.1:9",
            "STRIPE_WEBHOOK_SECRET": SIGNED_WITH,
            "RASA_TOKEN": "rasa",
            "PAYMENTS_API_TOKEN": "api",
            "TICKETS_SIGNING_KEY": "signing-key-of-the-benchmark-0123456789",
        }
        write = [sys.executable, "-m", "benchmarks.orders", str(orders), str(self._file)]
        subprocess.run(write, env={**os.environ, **environ}, cwd=ROOT, check=True)  # noqa: S603
        self._processes = [
            stack.enter_context(
                running((*command, "--port", str(port)), environ, folder / f"{port}.log", port)
            )
            for port in self._ports
        ]

    def load(
        self,
        kind: str = "distinct",
        *,
        seconds: float = SECONDS,
        connections: int = CONNECTIONS,
        most: int = A_ROUND,
    ) -> Result:
        """One round; distinct events take the next orders, others those that were just taken."""
        count = most if kind == "distinct" else self._taken
        first = self._next if kind == "distinct" else self._next - self._taken
        result = _send(
            Job(self._ports, str(self._file), SIGNED_WITH, first, count, seconds, connections, kind)
        )
        if kind == "distinct":
            self._taken, self._next = result.sent, self._next + result.sent
        return result

    def memory_mb(self) -> int:
        """Measure how much memory it has."""
        pages = int(Path(f"/proc/{self._processes[0].pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def beside_floor(
    databases: Sequence[str] = DATABASES, *, rounds: int = ROUNDS, floor: tuple[str, ...] = FLOOR
) -> dict[str, Any]:
    """Measure the clerk beside its floor, in turns."""
    figures = {}
    for name in databases:
        with _folder_and_databases(name) as (stack, folder, (floor_url, clerk_url)):
            least = Server(floor, floor_url, folder / "floor", stack)
            clerk = Server(CLERK, clerk_url, folder / "clerk", stack)
            figures[name] = _take_turns(least, clerk, rounds)
        print(name, json.dumps(figures[name]), flush=True)
    return figures


def beside_djstripe(databases: Sequence[str] = DATABASES, *, rounds: int = 3) -> dict[str, Any]:
    """Measure the clerk beside dj-stripe 2.11, which does the same job, in turns."""
    floor = (str(djstripe_python()), "-m", "benchmarks.floors.djstripe")
    return beside_floor(databases, rounds=rounds, floor=floor)


def djstripe_python() -> Path:
    """Install dj-stripe in an environment of its own, once; returns its interpreter.

    It wants a newer Python than Rasa can have.
    """
    folder = ROOT / "var" / "djstripe"
    python, stamp = folder / "bin" / "python", folder / "installed"
    if not stamp.exists():
        uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
        # pyenv finds another version than the checkout's only when it is told.
        environ = {**os.environ, "PYENV_VERSION": "3.13"}
        make = [uv, "venv", "--quiet", "--clear", "--python", "3.13", str(folder)]
        subprocess.run(make, env=environ, check=True)  # noqa: S603  our own arguments
        install = [uv, "pip", "install", "--quiet", "--python", str(python), *DJSTRIPE]
        subprocess.run(install, check=True)  # noqa: S603  our own arguments
        stamp.touch()
    return python


def processes(*, rounds: int = 3) -> dict[str, Any]:
    """Measure four processes on one PostgreSQL beside one, in turns."""
    with _folder_and_databases("postgresql") as (stack, folder, (one_url, four_url)):
        one = Server(CLERK, one_url, folder / "one", stack)
        four = Server(CLERK, four_url, folder / "four", stack, processes=4)
        figures = _take_turns(one, four, rounds)
    print("processes", json.dumps(figures), flush=True)
    return figures


def crowd(databases: Sequence[str] = DATABASES, *, seconds: float = 60.0) -> dict[str, Any]:
    """Measure 64 connections for a minute: nothing but 200, and memory that stays."""
    figures = {}
    for name in databases:
        with _folder_and_databases(name) as (stack, folder, (_, url)):
            clerk = Server(CLERK, url, folder / "clerk", stack, orders=60_000)
            clerk.load(seconds=2)
            before = clerk.memory_mb()
            result = clerk.load(seconds=seconds, connections=64, most=55_000)
            figures[name] = {**asdict(result), "memory_mb": [before, clerk.memory_mb()]}
        print(name, json.dumps(figures[name]), flush=True)
    return figures


def _take_turns(floor: Server, clerk: Server, number: int) -> dict[str, Any]:
    for server in (floor, clerk):
        server.load(seconds=1)
    rounds = [(floor.load(), clerk.load()) for _ in range(number)]
    last = rounds[-1][1].rate
    statuses: Counter[str] = sum((Counter(ours.statuses) for _, ours in rounds), Counter())
    return {
        "ratio": _spread([ours.rate / least.rate for least, ours in rounds], 3),
        "p99_ratio": _spread([ours.p99 / least.p99 for least, ours in rounds], 2),
        "per_s": _spread([ours.rate for _, ours in rounds], 0),
        "floor_per_s": _spread([least.rate for least, _ in rounds], 0),
        "p50_ms": _spread([ours.p50 for _, ours in rounds], 1),
        "p99_ms": _spread([ours.p99 for _, ours in rounds], 1),
        "floor_p99_ms": _spread([least.p99 for least, _ in rounds], 1),
        "duplicates": round(clerk.load("duplicate").rate / last, 2),
        "forged": round(clerk.load("forged").rate / last, 2),
        "statuses": statuses,
    }


def _send(job: Job) -> Result:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(job)),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return Result(**json.loads(done.stdout))


def _spread(values: list[float], digits: int) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "lowest": round(min(values), digits),
        "highest": round(max(values), digits),
    }


@contextmanager
def _folder_and_databases(name: str) -> Iterator[tuple[ExitStack, Path, tuple[str, str]]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        yield stack, folder, stack.enter_context(_databases(name, folder))


@contextmanager
def _databases(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    if name == "sqlite":
        yield f"sqlite:///{folder}/floor.db", f"sqlite:///{folder}/clerk.db"
        return
    with postgresql() as server:
        yield create_database(server, "bench_floor"), create_database(server, "bench_clerk")
