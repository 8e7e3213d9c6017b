"""The signature of a webhook: https://docs.stripe.com/webhooks/signature."""

from __future__ import annotations

import re
from collections.abc import Sequence

import stripe

from ticket_clerk.ticketing.domain.errors import InvalidSignature

SIGNATURE_TOLERANCE_S = 300


def verified(payload: bytes, signature: str, secrets: Sequence[str], *, now: float) -> str:
    """Check a webhook's signature over its raw bytes with any of the secrets; returns its text.

    Raises InvalidSignature.
    """
    try:
        body = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidSignature("The body is not UTF-8.") from None
    stamp = re.search(r"(?:^|,)t=(\d{1,12})(?:,|$)", signature)
    if stamp is None or abs(now - int(stamp[1])) > SIGNATURE_TOLERANCE_S:
        raise InvalidSignature("The timestamp is missing or too far away.")
    for secret in secrets:
        try:
            # Age was checked above, in both directions.
            stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None)
        except stripe.SignatureVerificationError:
            continue
        return body
    # Raised outside of the except: the library's error carries the body.
    raise InvalidSignature("The signature does not fit.")
