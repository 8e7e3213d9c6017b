"""Turns of a purchase against the same turns with constant answers: ``make bench PART=turns``.

Buyers come to the form over REST, one after the other, and every second one is answered with what
the first was told (``floors/actions.py``): the same messages, understanding, policies and events
without our actions. Both go through that server, so ours pays for one way more.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from ticket_clerk.cli.demo.demo import demo_environ
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.ports import free_ports
from ticket_clerk.cli.processes.prepare import prepare
from ticket_clerk.cli.processes.service import Running
from ticket_clerk.cli.processes.services import all_services
from ticket_clerk.cli.train import ensure_model

from .programs import running

SMALL_TALK = "hello"
FORM = ("I want to buy tickets", "the lakers game", "the cheapest", "2")
LINK = "yes"
BUYERS = 12
READY_WITHIN_S = 120.0
Times = dict[str, dict[str, list[float]]]
UNLIMITED = ("MESSAGES_PER_SENDER", "MESSAGES_IN_TOTAL", "REST_MESSAGES_IN_TOTAL")


def main() -> dict[str, Any]:
    """Start a clerk and measure; times in milliseconds, in ratios to the turn's own floor.

    BENCH_MODEL names a trained model, for those who are in the middle of changing it.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        environ = {**demo_environ(folder), **dict.fromkeys(UNLIMITED, "0")}
        given = os.environ.get("BENCH_MODEL")
        model = Path(given) if given else ensure_model(ROOT, folder / "log", "en")
        (port,) = free_ports(1)
        floor = [sys.executable, "-m", "benchmarks.floors.actions", "--port", str(port)]
        floor += ["--url", environ["ACTIONS_URL"]]
        stack.enter_context(running(floor, environ, folder / "floor.log", port))
        front = f"http://127.0.0.1:{port}"
        prepare(environ)
        for service in all_services({**environ, "ACTIONS_URL": front}, model):
            own = service if service.name == "rasa" else _of(environ, model, service.name)
            started = Running(own, folder / "log")
            stack.callback(started.wait_stopped)
            stack.callback(started.ask_to_stop)
            _wait(started)
        return measure(environ["RASA_URL"], environ.get("REST_TOKEN", ""), front)


def measure(rasa_url: str, token: str, front: str) -> dict[str, Any]:
    """Let buyers talk in turns with our actions and with constant ones."""
    times: dict[str, dict[str, list[float]]] = {
        "ours": defaultdict(list),
        "floor": defaultdict(list),
    }
    for number in range(-2, 2 * BUYERS):
        whose, mode = ("ours", "real") if number % 2 == 0 else ("floor", "constant")
        requests.put(f"{front}/mode/{mode}", timeout=5).raise_for_status()
        sender = f"bench-{uuid.uuid4().hex[:12]}"
        for text in (SMALL_TALK, *FORM, LINK):
            if text == LINK and whose == "floor":
                # A link is not the same twice.
                continue
            took = _say(rasa_url, token, sender, text)
            # The first of each warm everything up, and leave what the constant answers are.
            if number >= 0:
                times[whose][text].append(took)
    return _figures(times)


def _figures(times: Times) -> dict[str, Any]:
    small_talk = statistics.median(times["ours"][SMALL_TALK])
    turns = {
        text: {
            "p50_ms": round(statistics.median(times["ours"][text]), 1),
            "floor_p50_ms": round(statistics.median(times["floor"][text]), 1),
            "ratio": round(
                statistics.median(times["ours"][text]) / statistics.median(times["floor"][text]), 2
            ),
        }
        for text in FORM
    }
    link = statistics.median(times["ours"][LINK])
    return {
        "form_ratio": round(statistics.median(turn["ratio"] for turn in turns.values()), 2),
        "form_to_small_talk": round(
            statistics.median(turn["p50_ms"] for turn in turns.values()) / small_talk, 2
        ),
        "small_talk_p50_ms": round(small_talk, 1),
        "link_p50_ms": round(link, 1),
        "turns": turns,
    }


def _say(url: str, token: str, sender: str, text: str) -> float:
    begun = time.perf_counter()
    answer = requests.post(
        f"{url}/webhooks/rest/webhook",
        json={"sender": sender, "message": text},
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=60,
    )
    took = 1000 * (time.perf_counter() - begun)
    answer.raise_for_status()
    if not answer.json():
        raise RuntimeError(f"nothing was said to {text!r}")
    return took


def _of(environ: dict[str, str], model: Path, name: str) -> Any:
    return next(service for service in all_services(environ, model) if service.name == name)


def _wait(started: Running) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not started.is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{started.service.name} is not ready")
        time.sleep(0.1)
