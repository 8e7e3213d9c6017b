"""Check of Redis, where REDIS_URL names one."""

from __future__ import annotations

from collections.abc import Iterator

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from ticket_clerk.ticketing.settings import Settings

from .result import Result, broken, note, ok

_ANSWERS_WITHIN_S = 2


def check_redis(settings: Settings) -> Iterator[Result]:
    """Check Redis and the settings of several Rasa servers; nothing without REDIS_URL."""
    if not settings.redis_url:
        return
    try:
        _ping(settings.redis_url)
    except AuthenticationError:
        yield broken("redis", "does not know the user and password in REDIS_URL: write them anew")
        return
    except (RedisError, OSError, ValueError):
        yield broken(
            "redis",
            "does not answer: see whether it runs at the address in REDIS_URL, or leave that empty "
            "while there is one Rasa; without it every message in the chat is answered with sorry",
        )
        return
    yield ok("redis", "answers")
    if settings.tracker_file is not None:
        yield note("redis", "several Rasa servers also need TRACKER_DB=postgresql://…")


def _ping(redis_url: str) -> None:
    with Redis.from_url(
        redis_url,
        socket_timeout=_ANSWERS_WITHIN_S,
        socket_connect_timeout=_ANSWERS_WITHIN_S,
    ) as redis:
        redis.ping()
