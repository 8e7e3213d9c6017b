"""Comparison of tokens, signatures and other secrets, the same on every server."""

from __future__ import annotations

import hmac
from collections.abc import Iterable


def split_secrets(text: str) -> tuple[str, ...]:
    """The values of a setting that may have several, comma-separated, while it is rolled.

    The first is the one that we use; all of them are taken from others.
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def first_secret(text: str) -> str:
    """The value that we use of such a setting; empty where there is none."""
    return next(iter(split_secrets(text)), "")


def equals_any(given: str | None, expected: Iterable[str]) -> bool:
    """Whether it is one of them, compared as :func:`secrets_equal` does."""
    return any(secrets_equal(given, each) for each in expected)


def secrets_equal(given: str | None, expected: str) -> bool:
    """Compare in constant time; an empty `expected` equals nothing.

    `given` may be any text: Sanic keeps header bytes that are not UTF-8 as lone surrogates, and
    JSON may spell them, which a plain `encode()` raises for.
    """
    return bool(expected) and hmac.compare_digest(_bytes(given or ""), _bytes(expected))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
