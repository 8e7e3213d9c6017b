"""Lets simulated buyers talk to a running clerk, some at a time, and adds up how it went."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import requests

from tests.conversations.simulated.afterwards import go_on
from tests.conversations.simulated.buyer import GaveUpError, SimulatedBuyer
from tests.conversations.simulated.chat import Chat
from tests.conversations.simulated.goals import STYLES, Goal
from tests.conversations.simulated.verdict import Verdict, is_wrong, judge
from tests.journeys.clerk import Clerk
from ticket_clerk.cli.errors import LaunchError

AT_A_TIME = 4


def play_all(clerk: Clerk, goals: Iterable[Goal], seed: int) -> Iterator[Verdict]:
    """Play every goal's conversation; verdicts come as they end."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        played = [pool.submit(play, clerk, goal, seed) for goal in goals]
        for one in as_completed(played):
            yield one.result()


def play(clerk: Clerk, goal: Goal, seed: int) -> Verdict:
    """Play one conversation. The same goal and seed say the same, if the clerk does."""
    chat = Chat(clerk)
    buyer = SimulatedBuyer(goal, chat, random.Random(f"{seed}/{goal.number}/talk"))
    problem, turns = "", 0
    try:
        order_id = buyer.buy()
        turns = chat.turns
        go_on(buyer, order_id)
    except (GaveUpError, LaunchError, AssertionError, requests.RequestException) as error:
        problem = str(error) or type(error).__name__
    orders = chat.orders()
    return Verdict(
        goal,
        turns or chat.turns,
        problem or judge(goal, orders),
        is_wrong(goal, orders),
        len(buyer.memory.unwanted),
        sum(order["status"] == "open" for order in orders),
        tuple(chat.lines),
    )


def summary(verdicts: list[Verdict]) -> dict[str, Any]:
    """Add up: conversations, successes, turns of those who knew what they wanted, wrong orders."""
    knowing = [one for one in verdicts if one.goal.knows and one.is_good]
    return {
        **_figures(verdicts),
        "turns_of_the_knowing": statistics.median(one.turns for one in knowing)
        if knowing
        else None,
        "styles": {
            style: _figures(mine)
            for style in STYLES
            if (mine := [one for one in verdicts if one.goal.style == style])
        },
    }


def _figures(verdicts: list[Verdict]) -> dict[str, Any]:
    good = [one for one in verdicts if one.is_good]
    return {
        "conversations": len(verdicts),
        "success": round(100 * len(good) / len(verdicts), 1),
        "median_turns": statistics.median(one.turns for one in good) if good else None,
        "wrong": sum(one.is_wrong for one in verdicts),
        "unwanted": sum(one.unwanted for one in verdicts),
        "left_open": sum(one.left_open for one in good),
    }


def transcript_of(verdict: Verdict) -> str:
    """Write a conversation down, with who wanted what and what went wrong."""
    goal = verdict.goal
    request = f"{goal.request.quantity} × {goal.request.show.name}, {goal.request.section.name}"
    first = f" (first {goal.first.quantity} × {goal.first.show.name}, {goal.first.section.name})"
    head = f"--- {goal.number}: {goal.style}, {goal.kind}, wants {request}"
    head += first if goal.first != goal.request else ""
    return "\n".join((f"{head}: {verdict.problem or 'good'}", *verdict.transcript))
