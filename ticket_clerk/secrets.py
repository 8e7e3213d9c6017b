"""Comparison of tokens, signatures and other secrets, the same on every server."""

from __future__ import annotations

import hmac


def secrets_equal(given: str | None, expected: str) -> bool:
    """Compare in constant time; an empty `expected` equals nothing.

    `given` may be any text: Sanic keeps header bytes that are not UTF-8 as lone surrogates, and
    JSON may spell them, which a plain `encode()` raises for.
    """
    return bool(expected) and hmac.compare_digest(_bytes(given or ""), _bytes(expected))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
