"""Many orders of a show that is called off, by a worker that is killed half-way, twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from tests.crashes.http_server import serve_http
from tests.servers import ROOT, running
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import balance
from tests.waiting import wait_until
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import inventory
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, OrderStatus
from ticket_clerk.ticketing.domain.show_changes import ChangeProgress
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.show_changes import call_off_show, find_show, progress_of

SHOW = "lakers-warriors"
# What is promised, which takes minutes in `make test-long`, and what is played otherwise.
PROMISED, FEWER = 2000, 300
_KEY = {"Authorization": "Bearer sk_test_standin"}


class Bulk:
    """A sold show, Stripe, and workers, one after the other."""

    def __init__(self, container: Container, wire: StripeWire, folder: Path, address: str) -> None:
        """Nothing is sold yet."""
        self.container, self.wire, self.folder = container, wire, folder
        self._environ = {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'packages/stripe-standin/src'}",
            "DATABASE_URL": container.settings.database_url,
            "STRIPE_API_BASE": address,
            "RASA_URL": "http://127.0.0.1:9",
            "RASA_TOKEN": container.settings.rasa_token,
            "REFUNDS_PER_SECOND": "100",
        }

    @contextmanager
    def worker(self, *mutants: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker until it is killed."""
        command = [sys.executable, "-m", "tests.ticketing.bulk_worker", *mutants]
        changed, log = {**self._environ, **environ}, self.folder / "worker.log"
        with running(command, changed, log, cwd=self.folder) as process:
            yield process
            process.kill()
            process.wait()

    def sell(self, number: int) -> None:
        """Sell two tickets each to so many buyers, paid at Stripe with a card."""
        template = start_checkout(
            self.container, Buyer("rest", "ann"), show_id=SHOW, section_id="101", quantity=2
        )
        rows, payments = [], []
        table, ledger = schema.orders, schema.ledger
        with self.container.database.read() as conn:
            row = dict(
                conn.execute(sa.select(table).where(table.c.id == template.id)).one()._mapping
            )
        for n, intent in enumerate(self._pay(row["amount_total"], number)):
            paid = {"status": "paid", "payment_intent_id": intent, "checkout_session_id": None}
            own = {"id": f"ord_{n:016}", "sender_id": f"buyer-{n}", "open_slot": None}
            rows.append({**row, **paid, **own, "paid_at": row["created_at"]})
            payments.append(_payment(rows[-1]))
        with self.container.database.begin() as conn:
            inventory.release_hold(conn, template)
            conn.execute(sa.delete(table).where(table.c.id == template.id))
            conn.execute(sa.insert(table), rows)
            conn.execute(sa.insert(ledger), payments)
            conn.execute(
                sa.update(schema.sections)
                .where(schema.sections.c.show_id == SHOW, schema.sections.c.id == "101")
                .values(sold=2 * number, seats=2 * number)
            )

    def progress(self) -> ChangeProgress:
        """How far the calling off is."""
        found = progress_of(self.container, find_show(self.container, SHOW))
        assert found is not None
        return found

    def refunded_payments(self) -> list[str]:
        """List the payments of all refunds at Stripe."""
        return [refund["payment_intent"] for refund in self.wire.list_all("/v1/refunds")]

    def count(self, column: Any, condition: Any) -> int:
        """Count rows."""
        with self.container.database.read() as conn:
            return int(conn.execute(sa.select(sa.func.count(column)).where(condition)).scalar_one())

    def notices(self) -> int:
        """Count the orders whose buyer is told that the show is called off."""
        about = schema.outbox.c
        is_notice = about.kind == MessageKind.SHOW_CALLED_OFF.value
        return self.count(sa.distinct(about.order_id), is_notice)

    def _pay(self, amount: int, number: int) -> list[str]:
        """Make so many payments, which Stripe writes down at once."""
        with self.wire.standin.store.transaction():
            return [self._pay_one(amount) for _ in range(number)]

    def _pay_one(self, amount: int) -> str:
        card = {"payment_method": "pm_card_visa", "return_url": "https://example.com"}
        body = {"amount": amount, "currency": "usd", "confirm": "true", **card}
        headers = {**_KEY, "Content-Type": "application/x-www-form-urlencoded"}
        status, _, answer = self.wire.standin.handle(
            "POST", "/v1/payment_intents", headers, urlencode(body).encode()
        )
        assert status == 200, answer
        return str(json.loads(answer)["id"])


@pytest.fixture
def bulk(container: Container, stripe_wire: StripeWire, tmp_path: Path) -> Iterator[Bulk]:
    """A show that is on sale, and Stripe at an address of its own."""

    def stripe(method: str, path: str, headers: Any, body: bytes) -> Any:
        return stripe_wire.standin.handle(method, path, headers, body)

    with serve_http(stripe) as address:
        yield Bulk(container, stripe_wire, tmp_path, address)


def test_killed_half_way_twice_everybody_is_told_and_refunded_once(bulk: Bulk) -> None:
    """While orders are dealt with, and while Stripe is asked: nothing is lost or done twice."""
    number = PROMISED if os.environ.get("TEST_LONG") else FEWER
    bulk.sell(number)
    call_off_show(bulk.container, SHOW)

    _run_until(bulk, lambda seen: seen.waiting <= number * 0.7)
    waiting = bulk.progress().waiting
    _run_until(bulk, lambda seen: seen.refunded >= number // 2)
    refunded = bulk.progress().refunded
    _run_until(bulk, lambda seen: seen.is_done)

    assert 0 < waiting < number
    assert number // 2 <= refunded < number
    assert bulk.progress() == ChangeProgress(
        0, 0, number, number, 0, 0, number * 40000, number * 40000, number, 0
    )
    payments = bulk.refunded_payments()
    assert (len(payments), len(set(payments))) == (number, number)
    by = schema.orders.c
    assert bulk.count(by.id, by.status == OrderStatus.REFUNDED.value) == number
    kinds = schema.outbox.c.kind
    assert (bulk.notices(), bulk.count(kinds, sa.true())) == (number, number)
    assert balance(bulk.container) == 0
    sections = schema.sections.c
    assert bulk.count(sections.id, (sections.show_id == SHOW) & (sections.sold != 0)) == 0


@pytest.mark.parametrize(("mutant", "told"), [((), 60), (("marked_before_it_is_done",), 40)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_mark_in_the_same_commit_a_killed_batch_is_lost(
    bulk: Bulk, mutant: tuple[str, ...], told: int
) -> None:
    """Negative control: of sixty buyers twenty would never be told, nor see their money."""
    bulk.sell(60)
    call_off_show(bulk.container, SHOW)

    with bulk.worker(*mutant, PAYMENTS_CRASH_AT="change_written") as process:
        process.wait(300)
    _run_until(bulk, lambda seen: seen.is_done)

    assert (bulk.notices(), len(bulk.refunded_payments())) == (told, told)


def _run_until(bulk: Bulk, is_reached: Callable[[ChangeProgress], bool]) -> None:
    """Run a worker until something is so, and kill it then: however long, while it gets on."""
    with bulk.worker() as process:
        seen = bulk.progress()
        while not is_reached(seen) and process.poll() is None:
            time.sleep(0.1)
            seen = _next_progress(bulk, process, seen)
    assert is_reached(seen), (bulk.folder / "worker.log").read_text()[-3000:]


def _next_progress(
    bulk: Bulk, process: subprocess.Popen[bytes], before: ChangeProgress
) -> ChangeProgress:
    def look() -> ChangeProgress | None:
        now = bulk.progress()
        return now if now != before or process.poll() is not None else None

    return wait_until(look, "the next order", 300) or before


def _payment(order: dict[str, Any]) -> dict[str, Any]:
    intent = order["payment_intent_id"]
    return {
        "id": f"payment:{intent}",
        "kind": "payment",
        "amount": order["amount_total"],
        "fee": 0,
        "currency": "usd",
        "order_id": order["id"],
        "payment_intent_id": intent,
        "at": order["created_at"],
    }
