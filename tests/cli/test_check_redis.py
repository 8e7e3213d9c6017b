"""The doctor's check of Redis."""

from __future__ import annotations

import pytest

from tests.redis_server import RedisServer
from ticket_clerk.cli.doctor.services import check_redis
from ticket_clerk.ticketing.settings import Settings


def _output(**environ: str) -> list[str]:
    return [str(result) for result in check_redis(Settings.from_env(environ))]


def test_without_an_address_nothing_is_said() -> None:
    """One Rasa needs none."""
    assert _output() == []


def test_one_that_answers_is_well(redis_server: RedisServer) -> None:
    """With conversations in a file, which one server alone can use, there is a note."""
    on_postgresql = {"TRACKER_DB": "postgresql://clerk@db.example/talks"}

    assert _output(REDIS_URL=redis_server.url, **on_postgresql) == [
        "ok      redis                  answers"
    ]
    assert _output(REDIS_URL=redis_server.url)[1].startswith("note    redis ")


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis://127.0.0.1:1/not-a-number"])
def test_one_that_is_away_is_found(address: str) -> None:
    """With what to do, and without the address, which may hold a password."""
    [output] = _output(REDIS_URL=address.replace("//", "//:hush-hush@"))

    assert output.startswith("BROKEN  redis ")
    assert "REDIS_URL" in output
    assert "hush" not in output


def test_a_password_that_it_does_not_know_is_found(redis_server: RedisServer) -> None:
    """A name that there is not is refused by every Redis."""
    address = redis_server.url.replace("//", "//nobody:hush-hush@")
    [output] = _output(REDIS_URL=address)

    assert "user and password" in output
    assert "hush" not in output
