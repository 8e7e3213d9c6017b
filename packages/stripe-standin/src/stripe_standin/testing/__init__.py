"""Test support: Stripe's own client in front of a stand-in in the same process, without a server.

    standin = make_standin(tmp_path)
    client = InProcessClient(standin)
    stripe_client = stripe.StripeClient("sk_test_standin", http_client=client)

Needs the extra `stripe-standin[testing]`. Every exchange is checked against Stripe's OpenAPI
document unless `check=False`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe
from requests.structures import CaseInsensitiveDict

from stripe_standin import StandIn
from stripe_standin.testing import openapi

WEBHOOK_SECRET = "whsec_in_process"


def make_standin(directory: Path, **settings: Any) -> StandIn:
    """A stand-in with its file in `directory`, whose events wait to be pulled."""
    settings.setdefault("webhook_secrets", (WEBHOOK_SECRET,))
    settings.setdefault("webhook_url", "in-process://pulled")
    return StandIn(directory / "stripe_standin.db", **settings)


@dataclass(frozen=True)
class Exchange:
    """One request that the client sent, and the answer that it got."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: dict[str, Any]

    @property
    def idempotency_key(self) -> str | None:
        """The key that the request carried."""
        return self.headers.get("Idempotency-Key")


class InProcessClient(stripe.HTTPClient):
    """Hands requests to a `StandIn`. `exchanges` records them, oldest first.

    The failures below are set for the next `times` requests whose path contains `path`.
    """

    name = "in_process"

    def __init__(self, standin: StandIn, *, check: bool = True) -> None:
        super().__init__()
        self.standin = standin
        self.check = check
        self.exchanges: list[Exchange] = []
        self._lock = threading.Lock()
        self._failures: list[_Failure] = []

    def fail_before(self, path: str = "", *, times: int = 1, method: str = "") -> None:
        """The network fails before the request arrives: nothing is done."""
        self._failures.append(_Failure(path, method, times, _refuse, before=True))

    def time_out_after(self, path: str = "", *, times: int = 1, method: str = "") -> None:
        """The work is done, and the answer is lost on its way back."""
        self._failures.append(_Failure(path, method, times, _refuse, before=False))

    def answer_instead(
        self,
        status: int,
        body: Mapping[str, Any],
        path: str = "",
        *,
        times: int = 1,
        method: str = "",
    ) -> None:
        """Stripe answers this without doing anything (a 500, a 429)."""

        def give() -> tuple[int, bytes]:
            return status, json.dumps(body).encode()

        self._failures.append(_Failure(path, method, times, give, before=True))

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One exchange, as the official client asks for it."""
        content, status, answered = self._exchange(method, url, headers or {}, post_data)
        return content.decode(), status, answered

    def request_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """The same, with the answer to be read as a stream."""
        content, status, answered = self._exchange(method, url, headers or {}, post_data)
        return BytesIO(content), status, answered

    def close(self) -> None:
        """Nothing is open."""

    def _sleep_time_seconds(self, num_retries: int) -> float:
        """Retries need no pause in process."""
        return 0.0

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        verb = method.upper()
        failure = self._failure_for(verb, parts.path)
        if failure and failure.before:
            status, content = failure.act()
            return content, status, CaseInsensitiveDict({"Request-Id": "req_failed"})
        status, answered, content = self.standin.handle(verb, target, headers, body)
        answer = json.loads(content)
        with self._lock:
            self.exchanges.append(Exchange(verb, target, dict(headers), body, status, answer))
        if self.check:
            if status < 400:
                openapi.check_request(verb, target, body, headers.get("Content-Type", openapi.FORM))
            openapi.check_answer(verb, target, status, content)
        if failure:
            failure.act()
        return content, status, CaseInsensitiveDict(answered)

    def _failure_for(self, method: str, path: str) -> _Failure | None:
        with self._lock:
            for failure in self._failures:
                if failure.fits(method, path):
                    failure.times -= 1
                    return failure
        return None


@dataclass
class _Failure:
    path: str
    method: str
    times: int
    act: Callable[[], tuple[int, bytes]]
    before: bool

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.path in path and self.method in ("", method)


def _refuse() -> tuple[int, bytes]:
    error = stripe.APIConnectionError("The connection to the stand-in was cut by a test.")  # type: ignore[no-untyped-call]
    error.should_retry = True
    raise error
