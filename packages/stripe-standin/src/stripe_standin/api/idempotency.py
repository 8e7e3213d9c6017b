"""Idempotency keys: the same key and request replay the first answer.

Source: https://docs.stripe.com/api/idempotent_requests. Keys are forgotten after 24 hours.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from stripe_standin.api.errors import ApiError
from stripe_standin.http.messages import Request
from stripe_standin.storage.store import Store

LONGEST_KEY = 255
KEPT_S = 24 * 3600


@dataclass(frozen=True)
class Remembered:
    """The stored answer of a key."""

    status: int
    body: bytes
    request_id: str


def key_of(request: Request) -> str | None:
    """The request's idempotency key; POST only. Raises when it is too long."""
    key = request.headers.get("idempotency-key")
    if not key or request.method != "POST":
        return None
    if len(key) > LONGEST_KEY:
        raise ApiError(
            400,
            f"The idempotency key is longer than {LONGEST_KEY} characters.",
            type="idempotency_error",
            before_work=True,
        )
    return key


def find(store: Store, key: str, request: Request, now: int) -> Remembered | None:
    """The stored answer; raises idempotency_error when the request differs."""
    store.execute("DELETE FROM idempotency_keys WHERE created < ?", (now - KEPT_S,))
    rows = store.execute(
        "SELECT fingerprint, status, body, request_id FROM idempotency_keys WHERE key = ?", (key,)
    )
    if not rows:
        return None
    fingerprint, status, body, request_id = rows[0]
    if fingerprint != _fingerprint(request):
        raise ApiError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            type="idempotency_error",
            before_work=True,
        )
    return Remembered(status, body, request_id)


def remember(store: Store, key: str, request: Request, answer: Remembered, now: int) -> None:
    """Stores an answer in the transaction that did the work."""
    store.execute(
        "INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?)",
        (key, _fingerprint(request), answer.status, answer.body, answer.request_id, now),
    )


def _fingerprint(request: Request) -> str:
    """Hash of the request; the order of its parameters does not count."""
    fields = sorted(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    whole = json.dumps([request.method, request.path, fields])
    return hashlib.sha256(whole.encode()).hexdigest()


@dataclass
class InFlight:
    """Keys of requests in progress; a second request with the same key gets 409."""

    _keys: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def holding(self, key: str | None) -> Iterator[None]:
        """Raises 409 idempotency_key_in_use while another request holds the key."""
        if key is None:
            yield
            return
        with self._lock:
            if key in self._keys:
                raise ApiError(
                    409,
                    "There is currently another in-progress request using this Stripe account "
                    "and idempotency key. Try again later.",
                    code="idempotency_key_in_use",
                    type="idempotency_error",
                    before_work=True,
                )
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)

    def is_held(self, key: str) -> bool:
        """Whether a request with this key is in progress."""
        with self._lock:
            return key in self._keys
