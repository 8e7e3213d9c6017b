"""Measure turns and pushes in and beside a conversation of N messages.

    python -m benchmarks.conversations 10,1000,10000

against the Rasa at RASA_URL (with RASA_TOKEN, and TRACKER_DB a SQLite file). A short real
conversation is repeated straight in the database; the last line is one JSON object of medians in
milliseconds.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import Any

import requests

_ROUNDS = 7
_SENTENCES = ("hello", "what shows are there?", "when is the lakers game?", "thanks, bye")


def main(sizes: list[int]) -> None:
    """Measure each size in a conversation of its own and print the figures."""
    url, token = os.environ["RASA_URL"], os.environ["RASA_TOKEN"]
    figures = {}
    for size in sizes:
        figures[str(size)] = measure(url, token, os.environ["TRACKER_DB"], size)
        print(size, json.dumps(figures[str(size)]), flush=True)
    print(json.dumps(figures))


def measure(url: str, token: str, tracker_db: str, size: int) -> dict[str, float]:
    """The figures beside one conversation of `size` messages, in milliseconds."""
    sender, other = f"long-{uuid.uuid4().hex[:8]}", f"other-{uuid.uuid4().hex[:8]}"
    for sentence in _SENTENCES:
        say(url, sender, sentence)
    say(url, other, "hello")
    grow(tracker_db, sender, size)
    first = timed(lambda: say(url, sender, "hello"))
    return {
        "first_turn": first,
        "turn": median(lambda: say(url, sender, "hello")),
        "push": median(lambda: push(url, token, sender)),
        "other_alone": median(lambda: say(url, other, "hello")),
        **beside(url, sender, other),
    }


def beside(url: str, sender: str, other: str) -> dict[str, float]:
    """Turns of `other` while `sender` writes without a pause."""
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            say(url, sender, "hello")

    writing = threading.Thread(target=write)
    writing.start()
    try:
        taken = [timed(lambda: say(url, other, "hello")) for _ in range(2 * _ROUNDS)]
    finally:
        is_over.set()
        writing.join()
    return {"other_beside": round(statistics.median(taken), 1), "other_slowest": max(taken)}


def grow(tracker_db: str, sender: str, size: int) -> None:
    """Repeat the conversation's rows until the buyer has said `size` messages."""
    columns = "type_name, timestamp, intent_name, action_name, data"
    with closing(sqlite3.connect(tracker_db, timeout=30)) as connection, connection:
        query = f"SELECT {columns} FROM events WHERE sender_id = ? ORDER BY id"  # noqa: S608
        rows = connection.execute(query, (sender,)).fetchall()
        start = next(at for at, row in enumerate(rows) if row[0] == "user")
        for _ in range((size - len(_SENTENCES)) // len(_SENTENCES)):
            connection.executemany(
                f"INSERT INTO events (sender_id, {columns}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
                [(sender, *row) for row in rows[start:]],
            )


def say(url: str, sender: str, text: str) -> Any:
    """Send a message over REST; return the answer."""
    body = {"sender": sender, "message": text}
    answer = requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=600)
    answer.raise_for_status()
    return answer.json()


def push(url: str, token: str, sender: str) -> None:
    """Have the reporting action run, as the worker does."""
    address = f"{url}/conversations/{sender}/execute"
    params = {"token": token, "output_channel": "rest"}
    body = {"name": "action_report_payment"}
    requests.post(address, params=params, json=body, timeout=600).raise_for_status()


def median(call: Callable[[], object]) -> float:
    """The median of a call's time."""
    return round(statistics.median(timed(call) for _ in range(_ROUNDS)), 1)


def timed(call: Callable[[], object]) -> float:
    """Return a call's duration."""
    began = time.perf_counter()
    call()
    return round((time.perf_counter() - began) * 1000, 1)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split(",")])
