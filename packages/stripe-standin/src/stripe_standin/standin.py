"""`StandIn`: the whole stand-in without a server.

`handle` is given a request and gives its answer; a server, or a test in process, carries them.
Several threads may use one StandIn. One file is for one StandIn at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from stripe_standin.api import dispatch
from stripe_standin.api.idempotency import InFlight
from stripe_standin.billing import collection, invoice_payment
from stripe_standin.checkout import session_discounts, session_payment, sessions
from stripe_standin.http import controls
from stripe_standin.http.controls import Failures
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.pages import checkout_page
from stripe_standin.payments import bank_debits, cards, disputes, refunds
from stripe_standin.payments.card_form import Entry
from stripe_standin.payments.payment_attempts import Outcome
from stripe_standin.settings import is_loopback_host
from stripe_standin.storage import schedule
from stripe_standin.storage.schedule import Clock
from stripe_standin.storage.store import Store
from stripe_standin.storage.unit_of_work import Work
from stripe_standin.webhooks import deliveries
from stripe_standin.webhooks.deliveries import Delivery

_DUE_TASKS: dict[str, tuple[str, Callable[[Work, Json], object]]] = {
    "expire": ("checkout.session", sessions.close),
    "arrive": ("refund", refunds.settle),
    "lapse": (disputes.KIND, disputes.expire),
    "give_up": ("subscription", collection.expire_incomplete),
    "renew": ("subscription", collection.renew),
    "settle": ("payment_intent", bank_debits.settle),
    "try_again": ("invoice", collection.retry),
}


class StandIn:
    """A Stripe account in test mode, kept in the SQLite file `database`.

    Events are queued for delivery while `webhook_url` is not empty; whoever runs the StandIn sends
    them (`Sender`) or pulls them (`pending_deliveries`).
    """

    def __init__(
        self,
        database: str | Path,
        *,
        webhook_secrets: Sequence[str] = (),
        webhook_url: str = "",
        base_url: str = "http://127.0.0.1:12111",
        clock_offset_s: float = 0.0,
        ends_unpaid: bool = True,
        tax_rate: Decimal | str = "0",
    ) -> None:
        self.store = Store(database)
        self.clock = Clock(clock_offset_s)
        self.ends_unpaid = ends_unpaid
        self.tax_rate = Decimal(tax_rate)
        self.in_flight = InFlight()
        self.failures = Failures()
        self.base_url = base_url
        self.webhook_url = webhook_url
        self.webhook_secrets = tuple(webhook_secrets)
        self.on_events: Callable[[], None] = lambda: None
        self.wait_for_answer: Callable[[str], None] = lambda event_id: None

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Answers one HTTP request; `path` may carry a query. Never raises."""
        request = Request.of(method, path, headers, body)
        response = self._respond(request)
        return response.status, response.headers, response.body

    def _respond(self, request: Request) -> Response:
        # A name that a stranger's DNS points here is refused, so no web page can reach the
        # stand-in through a visitor's browser.
        if not is_loopback_host(request.headers.get("host", "localhost")):
            return Response(403, b"The stand-in answers on the loopback interface only.\n")
        if request.path == "/health":
            return Response.json(200, {"status": "ok"})
        if request.path.startswith(controls.PREFIX):
            return controls.answer(self, request)
        if request.path.startswith("/v1/"):
            return dispatch.answer(self, request)
        return checkout_page.answer(self, request)

    @contextmanager
    def work(
        self, request_id: str | None = None, idempotency_key: str | None = None
    ) -> Iterator[Work]:
        """One transaction; due tasks run first."""
        now = self.clock.now()
        emitted: list[str] = []
        with self.store.transaction():
            overdue = self._work_at(now)
            _catch_up(overdue)
            work = self._work_at(now)
            work.request_id, work.idempotency_key = request_id, idempotency_key
            yield work
            emitted = overdue.emitted + work.emitted
        if emitted:
            self.on_events()

    def _work_at(self, now: int) -> Work:
        return Work(
            self.store,
            now,
            self.base_url,
            bool(self.webhook_url),
            ends_unpaid=self.ends_unpaid,
            tax_rate=self.tax_rate,
        )

    def expire_overdue(self) -> None:
        """Runs the due tasks. Safe to repeat."""
        with self.work():
            pass

    def pay(
        self,
        session_id: str,
        card: str = "4242424242424242",
        *,
        exp_date: str = "12/34",
        cvc: str = "123",
        email: str = "buyer@example.com",
        name: str = "Test Buyer",
        attempt: str = "",
        delayed: str = "",
    ) -> Outcome:
        """Fills in the payment page and presses `pay`, without the page.

        `session_id` may be an invoice's id too, for the page behind its hosted_invoice_url.
        `delayed` ("succeeds" or "fails") pays by a bank debit that is under way for a minute.
        """
        entry = Entry(cards.DELAYED[delayed] if delayed else card, exp_date, cvc, email, name)
        with self.work() as work:
            if session_id.startswith("in_"):
                return invoice_payment.pay(work, session_id, entry, attempt)
            return session_payment.pay(work, session_id, entry, attempt)

    def enter_code(self, session_id: str, code: str) -> str:
        """Types a promotion code on the payment page; returns why it is not taken, or nothing."""
        with self.work() as work:
            session = work.load(session_payment.KIND, session_id)
            return session_discounts.enter(work, session, code)

    def authenticate(self, session_id: str, ok: bool = True) -> Outcome:
        """Presses `authenticate` (or `fail`) in the 3-D Secure step."""
        with self.work() as work:
            if session_id.startswith("in_"):
                return invoice_payment.authenticate(work, session_id, passed=ok)
            return session_payment.authenticate(work, session_id, passed=ok)

    def pending_deliveries(self) -> list[Delivery]:
        """Events that their receiver has not acknowledged, oldest first."""
        with self.store.transaction():
            return deliveries.pending(self.store)

    def record_delivery(self, event_id: str, status: int | None) -> None:
        """Records the receiver's answer: a 2xx ends the delivery, None is no answer at all."""
        with self.store.transaction():
            deliveries.record(self.store, event_id, status, time.time())

    def sign(self, payload: bytes, secret: str | None = None, timestamp: int | None = None) -> str:
        """The `Stripe-Signature` header for a payload, by real time unless told otherwise."""
        secrets = (secret,) if secret is not None else self.webhook_secrets
        return deliveries.sign(payload, secrets, timestamp)

    def close(self) -> None:
        """Closes the file."""
        self.store.close()


def _catch_up(work: Work) -> None:
    """Runs every task that is due by `work.now`. Safe to repeat.

    Each task sees the time at which it fell due, so periods have no gaps after a jump of the clock;
    its events are told now.
    """
    now = work.now
    try:
        while True:
            due = _first_due(work, now)
            if due is None:
                return
            work.now, object_id, task = due
            schedule.forget(work.store, object_id, task)
            kind, do = _DUE_TASKS[task]
            do(work, work.load(kind, object_id))
    finally:
        work.now = now


def _first_due(work: Work, by: int) -> tuple[int, str, str] | None:
    session = sessions.first_overdue(work, by)
    task = schedule.first_due(work.store, by)
    if session and (task is None or session["expires_at"] <= task[0]):
        return session["expires_at"], session["id"], "expire"
    return task
