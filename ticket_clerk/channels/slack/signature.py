"""Slack's request signature: https://api.slack.com/authentication/verifying-requests-from-slack"""

from __future__ import annotations

import hashlib
import hmac

from ticket_clerk.secrets import secrets_equal

TOLERANCE_S = 300
_LONGEST_TIMESTAMP = 12


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What Slack writes into X-Slack-Signature."""
    signed = b":".join((b"v0", timestamp.encode(), body))
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signed(
    secret: str, body: bytes, *, timestamp: str | None, signature: str | None, now: float
) -> bool:
    """Whether Slack signed this body within five minutes of `now`, in epoch seconds."""
    if not timestamp or not signature or len(timestamp) > _LONGEST_TIMESTAMP:
        return False
    if not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    return secrets_equal(signature, sign(secret, timestamp, body))
