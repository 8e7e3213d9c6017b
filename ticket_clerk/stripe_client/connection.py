"""The one client of the process, and what all calls share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from time import perf_counter
from typing import Any

import stripe

from ticket_clerk.ticketing.metrics import STRIPE_SECONDS
from ticket_clerk.ticketing.settings import STRIPE_API_BASE, Settings

API_VERSION = "2026-10-28.endive"
# Twice this and the pause between must stay under the ten seconds that a buyer waits, also where
# Rasa is busy with others.
TIMEOUT_S = 3.5
RETRIES = 1
_FILES_BASE = "https://files.stripe.com"

# Usage figures of the client's are nobody's business.
stripe.enable_telemetry = False


class Connected:
    """A part of the manager: has the client, keeps no state of its own."""

    _client: stripe.StripeClient


def connect(settings: Settings, http_client: stripe.HTTPClient | None) -> stripe.StripeClient:
    """Give the process's client for these settings; another way over the wire makes another."""
    key, base = settings.stripe_secret_key, settings.stripe_api_base
    return _make(key, base, http_client) if http_client else _shared(key, base)


@lru_cache(maxsize=4)
def _shared(secret_key: str, api_base: str) -> stripe.StripeClient:
    # Its sessions are per thread (stripe/_http_client.py), so threads may share it.
    return _make(secret_key, api_base, _MeasuredClient(timeout=TIMEOUT_S))


class _MeasuredClient(stripe.RequestsClient):
    """Measures each request, also one that is a repetition."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Make one request, as the library does."""
        started, outcome = perf_counter(), "unreachable"
        try:
            answer = super().request(method, url, *args, **kwargs)
            outcome = str(answer[1])
            return answer
        finally:
            series = STRIPE_SECONDS.labels(method.upper(), _resource(url), outcome)
            series.observe(perf_counter() - started)


def _resource(url: str) -> str:
    """Name what a request is about by its address, without ids: ``checkout/sessions``."""
    found = re.search(r"/v1/(checkout/[a-z_]+|[a-z_]+)", url)
    return found[1] if found else "other"


def _make(secret_key: str, api_base: str, http_client: stripe.HTTPClient) -> stripe.StripeClient:
    # Stripe takes files at an address of their own, a stand-in where it takes everything.
    files = _FILES_BASE if api_base == STRIPE_API_BASE else api_base
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base, "files": files},
        max_network_retries=RETRIES,
        http_client=http_client,
    )


def given(**params: Any) -> dict[str, Any]:
    """Leave out what is None: Stripe takes a missing parameter, not an empty one."""
    return {name: value for name, value in params.items() if value is not None}


def keyed(idempotency_key: str | None) -> Any:
    """Write the options of a call that may be repeated.

    https://docs.stripe.com/api/idempotent_requests
    """
    return given(idempotency_key=idempotency_key)


def texts(metadata: Mapping[str, str] | None) -> dict[str, str] | None:
    """Copy metadata for a call; None stays None."""
    return dict(metadata) if metadata else None
