"""The `Stripe-Signature` header (https://docs.stripe.com/webhooks#verify-manually)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable


def sign(payload: bytes, secrets: Iterable[str], timestamp: int | None = None) -> str:
    """`t=…,v1=…` over the bytes, one `v1` for each secret, as Stripe does while one is rolled.

    `timestamp` is real time unless told otherwise: receivers compare it with their own clock.
    """
    moment = int(time.time()) if timestamp is None else timestamp
    message = f"{moment}.".encode() + payload
    digests = [hmac.new(one.encode(), message, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={moment}", *(f"v1={digest}" for digest in digests)])
