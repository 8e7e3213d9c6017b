"""What a shop's size costs its buyers and Stripe: ``make bench PART=growth``.

Each operation of the ticketing core that somebody waits for, in databases from small to large, in
time of the processor, which other programs change little. SQLite, without Stripe's part. Draws
docs/images/growth.png.
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from matplotlib import pyplot as plt

from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.events.webhooks import process_webhook_event
from ticket_clerk.ticketing.notifications.delivery import claim_due
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import place_order
from ticket_clerk.ticketing.settings import Settings

from .load import event_of
from .orders import SECTION_ID, SHOW_ID, write_orders
from .programs import ROOT

# Orders, events, shows.
SIZES = (
    (100, 100, 100),
    (1_000, 10_000, 500),
    (10_000, 100_000, 2_000),
    (100_000, 1_000_000, 10_000),
)
PICTURE = ROOT / "docs" / "images" / "growth.png"
REPETITIONS = 200
_AT_ONCE = 10_000


def main() -> dict[str, Any]:
    """Measure all sizes, draw them, and compare the largest with the smallest."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        measured = [_measure(Path(folder) / str(size[0]), *size) for size in SIZES]
    _draw(measured, PICTURE)
    small, *_, large = measured
    return {
        name: {
            "small_ms": round(small[name], 3),
            "large_ms": round(large[name], 3),
            "ratio": round(large[name] / small[name], 2),
        }
        for name in small
    }


def _draw(measured: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw the time of each operation over the number of orders; flat is good."""
    figure, axis = plt.subplots(figsize=(8, 4.5))
    orders = [size[0] for size in SIZES]
    for name in measured[0]:
        axis.plot(orders, [times[name] for times in measured], marker="o", label=name)
    ticks = [f"{n:,} orders\n{events:,} events\n{shows:,} shows" for n, events, shows in SIZES]
    axis.set(xscale="log", ylabel="ms of the processor", ylim=(0, None))
    axis.set_xticks(orders, ticks)
    axis.grid(axis="y", alpha=0.3)
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _measure(folder: Path, orders: int, events: int, shows: int) -> dict[str, float]:
    folder.mkdir()
    container = build_container(Settings.from_env({"DATABASE_URL": f"sqlite:///{folder}/clerk.db"}))
    container.database.migrate()
    write_orders(container.database, orders + REPETITIONS, folder / "orders.csv")
    _fill(container, events, shows)
    lines = (folder / "orders.csv").read_text().splitlines()
    paid = [WebhookEvent.from_json(event_of(line)) for line in lines[:REPETITIONS]]
    with container.database.read() as conn:
        senders = conn.execute(sa.select(schema.orders.c.sender_id).limit(REPETITIONS)).scalars()
        buyers = [Buyer("rest", sender) for sender in senders]
    buyer_of, event = iter(buyers), iter(paid)
    figures = {
        "settle a payment": _cpu_ms(lambda: process_webhook_event(container, next(event))),
        "place an order": _cpu_ms(lambda: _place(container)),
        "a buyer's orders": _cpu_ms(lambda: queries.orders_of(container, next(buyer_of))),
        "look for notifications": _cpu_ms(lambda: claim_due(container, 8)),
        "read the catalog": _cpu_ms(lambda: queries.catalog(container)),
        "read the catalog after a sale": _cpu_ms(
            lambda: queries.catalog(container), before=lambda: _sell(container)
        ),
    }
    container.database.close()
    return figures


def _place(container: Container) -> None:
    buyer = Buyer("rest", secrets.token_hex(8))
    with container.database.begin() as conn:
        # Of the seats that are held for the orders above some are free again by now.
        place_order(conn, container, buyer, show_id=SHOW_ID, section_id=SECTION_ID, quantity=1)


def _sell(container: Container) -> None:
    with container.database.begin() as conn:
        table = schema.sections
        of_show = sa.update(table).where(table.c.show_id == "show-7")
        conn.execute(of_show.values(sold=table.c.sold + 1))


def _cpu_ms(
    operation: Callable[[], object], *, before: Callable[[], object] = lambda: None
) -> float:
    times = []
    for _ in range(REPETITIONS):
        before()
        begun = time.process_time()
        operation()
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


def _fill(container: Container, events: int, shows: int) -> None:
    now = datetime.now(timezone.utc)
    with container.database.begin() as conn:
        table = schema.sections
        conn.execute(sa.update(table).values(seats=table.c.seats + REPETITIONS))
        catalog = {"id": 1, "currency": "usd", "max_tickets_per_order": 8, "loaded_at": now}
        names = schema.catalog.c.keys()
        if "facts_digest" in names:
            catalog["facts_digest"] = ""
        conn.execute(sa.insert(schema.catalog), [catalog])
        template = dict(conn.execute(sa.select(schema.shows)).one()._mapping)
        section = dict(conn.execute(sa.select(table)).one()._mapping)
        later = {"starts_at": now + timedelta(days=30)}
        numbers = range(shows)
        conn.execute(
            sa.insert(schema.shows), [{**template, **later, "id": f"show-{n}"} for n in numbers]
        )
        conn.execute(sa.insert(table), [{**section, "show_id": f"show-{n}"} for n in numbers])
    for name, rows in (
        ("webhook_events", _events(events, now)),
        ("outbox", _delivered(events // 10, now)),
    ):
        while some := list(islice(rows, _AT_ONCE)):
            with container.database.begin() as conn:
                conn.execute(sa.insert(schema.metadata.tables[name]), some)


def _events(number: int, now: datetime) -> Iterator[dict[str, Any]]:
    for _ in range(number):
        yield {
            "webhook_event_id": "evt_" + secrets.token_hex(12),
            "type": "checkout.session.completed",
            "object_id": "cs_" + secrets.token_hex(12),
            "livemode": False,
            "created_at": now,
            "received_at": now,
            "source": "webhook",
            "attempts": 1,
            "outcome": "paid",
        }


def _delivered(number: int, now: datetime) -> Iterator[dict[str, Any]]:
    for _ in range(number):
        key = secrets.token_hex(12)
        yield {
            "id": f"msg_{key}",
            "channel": "web",
            "sender_id": key,
            "kind": "payment_confirmed",
            "about": "",
            "dedupe_key": key,
            "attempts": 1,
            "created_at": now,
            "next_attempt_at": now,
            "delivered_at": now,
        }
