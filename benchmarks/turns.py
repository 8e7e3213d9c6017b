"""Turns of a purchase against the same turns with constant answers: ``make bench PART=turns``.

Buyers come to the form over REST, one after the other, and every second one is answered with what
the first was told (``floors/actions.py``): the same messages, understanding, policies and events
without our actions. Both go through that server, so ours pays for one way more. What Stripe is
asked goes through it, too, so that the time that the stand-in took can be taken off.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import requests

from ticket_clerk.cli.processes.ports import free_ports

from .clerk import UNLIMITED, Clerk, new_sender, settings, started
from .programs import running

SMALL_TALK = "hello"
FORM = ("I want to buy tickets", "the lakers game", "the cheapest", "2")
LINK = "yes"
BUYERS = 12
# How many write at once, and for how long.
SENDERS, SECONDS = 16, 20.0
Times = dict[str, dict[str, list[float]]]


def main() -> dict[str, Any]:
    """Start a clerk and measure; times in milliseconds, in ratios to the turn's own floor."""
    (port,) = free_ports(1)
    front = f"http://127.0.0.1:{port}"
    with settings(**UNLIMITED) as (environ, folder), ExitStack() as stack:
        floor = [sys.executable, "-m", "benchmarks.floors.actions", "--port", str(port)]
        floor += ["--url", environ["ACTIONS_URL"], "--stripe", environ["STRIPE_API_BASE"]]
        stack.enter_context(running(floor, environ, folder / "floor.log", port))
        behind = {**environ, "STRIPE_API_BASE": front}
        clerk, _ = stack.enter_context(started(behind, folder, ACTIONS_URL=front))
        return {**measure(clerk, front), "at_once": at_once(clerk)}


def measure(clerk: Clerk, front: str) -> dict[str, Any]:
    """Let buyers talk in turns with our actions and with constant ones."""
    times: Times = {"ours": defaultdict(list), "floor": defaultdict(list)}
    for number in range(-2, 2 * BUYERS):
        whose, mode = ("ours", "real") if number % 2 == 0 else ("floor", "constant")
        requests.put(f"{front}/mode/{mode}", timeout=5).raise_for_status()
        sender = new_sender()
        for text in (SMALL_TALK, *FORM, LINK):
            took = clerk.say(sender, text)
            stripes_ms = requests.get(f"{front}/stripe-ms", timeout=5).json()
            # The first of each warm everything up, and leave what the constant answers are.
            if number >= 0:
                times[whose][text].append(took - stripes_ms)
    return _figures(times)


def at_once(clerk: Clerk) -> dict[str, float]:
    """Turns a second of many who buy, and of as many who make small talk, each in two rounds."""
    rates: dict[str, list[float]] = {"buying": [], "small_talk": []}
    for _ in range(2):
        for name, texts in (("small_talk", [SMALL_TALK]), ("buying", [*FORM, LINK])):
            rates[name].append(_rate(clerk, texts))
    found = {f"{name}_per_s": round(statistics.mean(some), 1) for name, some in rates.items()}
    return {**found, "ratio": round(sum(rates["buying"]) / sum(rates["small_talk"]), 2)}


def _rate(clerk: Clerk, texts: Sequence[str]) -> float:
    begun = time.perf_counter()

    def talk(_: int) -> int:
        turns = 0
        while time.perf_counter() < begun + SECONDS:
            sender = new_sender()
            for text in texts:
                clerk.say(sender, text)
            turns += len(texts)
        return turns

    with ThreadPoolExecutor(SENDERS) as pool:
        turns = sum(pool.map(talk, range(SENDERS)))
    return turns / (time.perf_counter() - begun)


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
        for text in (*FORM, LINK)
    }
    link = turns.pop(LINK)
    return {
        "form_ratio": round(statistics.median(turn["ratio"] for turn in turns.values()), 2),
        "form_to_small_talk": round(
            statistics.median(turn["p50_ms"] for turn in turns.values()) / small_talk, 2
        ),
        "small_talk_p50_ms": round(small_talk, 1),
        "link_without_stripe": link,
        "turns": turns,
    }
