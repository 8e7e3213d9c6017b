"""Many at once: ``make bench PART=rush`` on the order service, ``PART=conversations`` over REST.

``rush``: 20,000 attempts to place an order for 2,000 seats, 64 at a time, on both databases, and
what was placed is paid. ``conversations``: 300 buyers write at once to a clerk with its usual
limits and wait when they are told to; afterwards one of them alone.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import aiohttp
import sqlalchemy as sa

from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.events.webhooks import process_webhook_event
from ticket_clerk.ticketing.orders.checkout import place_order
from ticket_clerk.ticketing.settings import Settings

from .clerk import Clerk, clerk, new_sender, percentiles
from .load import event_of
from .orders import SECTION_ID, SHOW_ID, make_room
from .programs import create_database, postgresql
from .turns import FORM, LINK, SMALL_TALK

ATTEMPTS, SEATS, AT_ONCE = 20_000, 2_000, 64
CONVERSATIONS = 300


def rush(*, attempts: int = ATTEMPTS, seats: int = SEATS) -> dict[str, Any]:
    """Measure the attempts on both databases; times in milliseconds."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, postgresql() as server:
        urls = {
            "sqlite": f"sqlite:///{folder}/clerk.db",
            "postgresql": create_database(server, "bench_rush"),
        }
        for name, url in urls.items():
            figures[name] = _rush(url, attempts, seats)
            print(name, json.dumps(figures[name]), flush=True)
    return figures


def _rush(url: str, attempts: int, seats: int) -> dict[str, Any]:
    container = build_container(Settings.from_env({"DATABASE_URL": url}))
    container.database.migrate()
    _put_on_sale(container, seats)
    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: _attempt(container), range(attempts)))
    took = time.perf_counter() - begun
    placed = [order for _, order, _ in found if order]
    with ThreadPoolExecutor(AT_ONCE // 8) as pool:
        paid = Counter(pool.map(lambda line: _pay(container, line), placed))
    with container.database.read() as conn:
        is_section = schema.sections.c.show_id == SHOW_ID
        sold = conn.execute(sa.select(schema.sections.c.sold).where(is_section)).scalar_one()
        tickets = conn.execute(sa.select(sa.func.count()).select_from(schema.tickets)).scalar_one()
    container.database.close()
    return {
        "outcomes": Counter(outcome for outcome, _, _ in found),
        "per_s": round(attempts / took),
        **percentiles([ms for _, _, ms in found]),
        "paid": paid,
        "sold": sold,
        "tickets": tickets,
    }


def _put_on_sale(container: Container, seats: int) -> None:
    now = datetime.now(timezone.utc)
    make_room(container.database, seats, now)
    row = {"id": 1, "currency": "usd", "max_tickets_per_order": 8, "loaded_at": now}
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.sections).values(held=0))
        conn.execute(sa.insert(schema.catalog), [{**row, "facts_digest": ""}])


def _attempt(container: Container) -> tuple[str, str, float]:
    """Place an order; returns its outcome, its line of a file of orders, and how long it took."""
    buyer, begun, line = Buyer("rest", new_sender()), time.perf_counter(), ""
    try:
        with container.database.begin() as conn:
            order = place_order(
                conn, container, buyer, show_id=SHOW_ID, section_id=SECTION_ID, quantity=1
            )
        outcome, name = "placed", order.id[4:]
        line = f"{order.id},cs_test_{name},{order.amount_total},{order.currency},pi_{name}"
    except PaymentError as exc:
        outcome = exc.code
    return outcome, line, 1000 * (time.perf_counter() - begun)


def _pay(container: Container, line: str) -> str:
    return process_webhook_event(container, WebhookEvent.from_json(event_of(line)))


def conversations(*, number: int = CONVERSATIONS) -> dict[str, Any]:
    """Measure the crowd: from when a message is taken, and not told to wait, to its answer."""
    with clerk() as one:
        for text in (SMALL_TALK, *FORM):
            one.say("bench-first", text)
        before = [one.say("bench-before", SMALL_TALK) for _ in range(9)]
        begun = time.perf_counter()
        times, waits, statuses = asyncio.run(_crowd(one, number))
        took = time.perf_counter() - begun
        after = [one.say("bench-after", SMALL_TALK) for _ in range(9)]
    return {
        "turns": len(times),
        "turns_per_s": round(len(times) / took, 1),
        **percentiles(times),
        "told_to_wait": waits,
        "other_statuses": statuses,
        "idle_before_ms": round(statistics.median(before), 1),
        "idle_after_ms": round(statistics.median(after), 1),
    }


async def _crowd(one: Clerk, number: int) -> tuple[list[float], int, dict[int, int]]:
    times: list[float] = []
    refused: Counter[int] = Counter()
    limits = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=limits, headers=one.headers) as http:

        async def talk() -> None:
            sender = new_sender()
            for text in (SMALL_TALK, *FORM, LINK):
                while (taken := await _say(http, one, sender, text))[0] != 200:  # noqa: PLR2004
                    refused[taken[0]] += 1
                    await asyncio.sleep(taken[1])
                times.append(taken[1])

        await asyncio.gather(*(talk() for _ in range(number)))
    return times, refused.pop(429, 0), dict(refused)


async def _say(
    http: aiohttp.ClientSession, one: Clerk, sender: str, text: str
) -> tuple[int, float]:
    """Say something; returns the status, and the milliseconds it took or the seconds to wait."""
    begun = time.perf_counter()
    async with http.post(one.rest_url, json={"sender": sender, "message": text}) as answer:
        await answer.read()
        if answer.status != 200:  # noqa: PLR2004
            return answer.status, float(answer.headers.get("Retry-After", 1))
        return 200, 1000 * (time.perf_counter() - begun)
