"""The operators' webhook, and the only file that calls it.

What is posted holds ids and an address behind the token, no words of the buyer's. It is signed as
Stripe signs: ``Clerk-Signature: t=<seconds>,v1=<hex>``, HMAC-SHA256 of ``<t>.<body>`` with
PAYMENTS_API_TOKEN, which whoever answers the handoff has anyway.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping

import requests

from .ticketing.domain.errors import OperatorsUnavailable

TIMEOUT_S = 10


class OperatorsClient:
    """Posts to one address; without an address there are no operators."""

    def __init__(self, url: str, key: str) -> None:
        """Keep the address and the key; connects when first used."""
        self._url = url
        self._key = key.encode()

    @property
    def is_there(self) -> bool:
        """Whether anybody is to be told: OPERATOR_WEBHOOK_URL is set."""
        return bool(self._url)

    def post(self, announcement: Mapping[str, object]) -> None:
        """Announce something; raises OperatorsUnavailable for anything but a 2xx."""
        body = json.dumps(announcement, default=str).encode()
        headers = {
            "Content-Type": "application/json",
            "Clerk-Signature": signature(body, self._key, int(time.time())),
        }
        try:
            answer = requests.post(
                self._url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
            )
        except (requests.RequestException, ValueError):
            # The exception's text has the address in it, which may hold a secret.
            raise OperatorsUnavailable("The operators' webhook does not answer.") from None
        if not 200 <= answer.status_code < 300:
            raise OperatorsUnavailable(f"The operators' webhook answered {answer.status_code}.")


def signature(body: bytes, key: bytes, timestamp: int) -> str:
    """Write the header's value for a body that is sent at ``timestamp`` (seconds since 1970)."""
    signed = hmac.digest(key, f"{timestamp}.".encode() + body, hashlib.sha256).hex()
    return f"t={timestamp},v1={signed}"
