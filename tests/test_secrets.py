"""Comparison of secrets, whatever the other side sent."""

from __future__ import annotations

import pytest

from ticket_clerk.secrets import secrets_equal


@pytest.mark.parametrize("secret", ["s3cret", "schlüssel", "\udcff"])
def test_a_secret_equals_itself_only(secret: str) -> None:
    """Neither a part of it, nor more, nor another spelling of the same bytes."""
    assert secrets_equal(secret, secret)
    for given in (secret[:-1], secret + "x", secret.upper() + "?", "?", "", None):
        assert not secrets_equal(given, secret)


@pytest.mark.parametrize("given", ["\udcff", "a\x00b", "é"])
def test_text_that_no_encoding_takes_equals_nothing(given: str) -> None:
    """It is a wrong secret, not an error of the server."""
    assert not secrets_equal(given, "s3cret")


@pytest.mark.parametrize("given", ["", None, "anything"])
def test_without_a_secret_nothing_is_right(given: str | None) -> None:
    """A token that is not set opens nothing."""
    assert not secrets_equal(given, "")
