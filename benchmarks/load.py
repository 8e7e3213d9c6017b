"""A load of signed webhook events over connections that are kept open.

A process of its own, and all is signed before the clock starts, so that the server is what is
measured. ``python -m benchmarks.load`` reads its job from stdin and prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Job:
    """What to send; ``first`` is the first of the file's orders, ``seconds`` the longest time.

    ``ports`` are those of the processes that share the connections.

    ``kind``: every event is new (``distinct``), all were taken by a job that had the same ``first``
    and are sent again and again (``duplicate``), or they are signed by nobody (``forged``).
    """

    ports: list[int]
    file: str
    secret: str
    first: int
    count: int
    seconds: float
    connections: int = 16
    kind: str = "distinct"


@dataclass
class Result:
    """What was answered; times in milliseconds."""

    sent: int
    rate: float
    p50: float
    p99: float
    slowest: float
    statuses: dict[str, int] = field(default_factory=dict)


def run(job: Job) -> Result:
    """Send until the events or the time are used up."""
    requests = list(_requests(job))
    gc.disable()
    return asyncio.run(_run(job, requests))


def _requests(job: Job) -> Iterator[bytes]:
    secret = "whsec_of_nobody" if job.kind == "forged" else job.secret
    lines = Path(job.file).read_text().splitlines()[job.first : job.first + job.count]
    now = int(time.time())
    for line in lines:
        body = json.dumps(event_of(line, at=now)).encode()
        mac = hmac.new(secret.encode(), b"%d." % now + body, hashlib.sha256).hexdigest()
        yield (
            b"POST /payments/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json; charset=utf-8\r\n"
            b"User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            b"Stripe-Signature: t=%d,v1=%s\r\nContent-Length: %d\r\n\r\n"
            % (now, mac.encode(), len(body))
        ) + body


async def _run(job: Job, requests: list[bytes]) -> Result:
    waiting = iter(requests) if job.kind == "distinct" else cycle(requests)
    times: list[float] = []
    statuses: Counter[str] = Counter()
    begun = time.perf_counter()
    deadline = begun + job.seconds

    async def client(number: int) -> None:
        port = job.ports[number % len(job.ports)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            sent_at = time.perf_counter()
            if sent_at > deadline:
                break
            writer.write(request)
            statuses[await _status(reader)] += 1
            times.append(1000 * (time.perf_counter() - sent_at))
        writer.close()

    await asyncio.gather(*(client(number) for number in range(job.connections)))
    took = time.perf_counter() - begun
    times.sort()
    return Result(
        sent=len(times),
        rate=len(times) / took,
        p50=times[len(times) // 2],
        p99=times[len(times) * 99 // 100],
        slowest=times[-1],
        statuses=dict(statuses),
    )


async def _status(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return head[9:12].decode()


_CUSTOMER: dict[str, Any] = {
    "address": {
        "city": "Los Angeles",
        "country": "US",
        "line1": "1111 S Figueroa St",
        "line2": None,
        "postal_code": "90015",
        "state": "CA",
    },
    "email": "buyer@example.com",
    "name": "Jo Buyer",
    "phone": None,
    "tax_exempt": "none",
    "tax_ids": [],
}
_NULL = (
    "adaptive_pricing after_expiration allow_promotion_codes branding_settings "
    "client_secret collected_information consent consent_collection currency_conversion "
    "customer_creation customer_email discounts invoice line_items locale optional_items "
    "origin_context payment_link permissions recovered_from return_url saved_payment_method "
    "setup_intent shipping_address_collection shipping_cost submit_type subscription wallet"
).split()


def event_of(line: str, *, at: int | None = None) -> dict[str, Any]:
    """Make the event of a paid order, as long as Stripe's own, of a line of ``benchmarks.orders``.

    https://docs.stripe.com/api/checkout/sessions/object
    """
    order_id, session_id, amount, currency, intent = line.split(",")
    at = int(time.time()) if at is None else at
    paid = {
        "amount_subtotal": int(amount),
        "amount_total": int(amount),
        "created": at - 60,
        "currency": currency,
        "expires_at": at + 1800,
        "payment_intent": intent,
    }
    session = {**_session(order_id, session_id), **paid}
    return {
        "id": "evt_" + session_id[8:],
        "object": "event",
        "api_version": "2026-05-27.dahlia",
        "created": at,
        "data": {"object": session},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "checkout.session.completed",
    }


def _session(order_id: str, session_id: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(_NULL),
        "id": session_id,
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": f"https://tickets.example.com/payments/cancel?order={order_id}",
        "client_reference_id": order_id,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit")),
        "customer": "cus_" + session_id[-14:],
        "customer_details": _CUSTOMER,
        "invoice_creation": {"enabled": False, "invoice_data": {"description": None}},
        "livemode": False,
        "metadata": {"service": "ticket-clerk", "order_id": order_id},
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "paid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "complete",
        "success_url": f"https://tickets.example.com/payments/success?order={order_id}",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
        "url": None,
    }


if __name__ == "__main__":
    print(json.dumps(asdict(run(Job(**json.load(sys.stdin))))))
