"""Authorization by token and idempotency keys, for every route behind the token."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from weakref import WeakValueDictionary

from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.idempotency import claim

from .responses import has_token, refuse

Handler = Callable[..., Awaitable[HTTPResponse]]
# With our own prefix below the 255 that Stripe takes.
LONGEST_KEY = 250

_at_work: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True)
class Repeatable:
    """A request and the key that makes its repetition the same; ``key`` is None without one."""

    key: str | None
    is_repeated: bool


def authorized(container: Container) -> Callable[[Handler], Handler]:
    """Let a route answer 401 before it reads anything of the request."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def handle(request: Request, **path: str) -> HTTPResponse:
            if not has_token(request, container.settings.payments_api_tokens):
                return refuse(401)
            return await handler(request, **path)

        return handle

    return wrap


@asynccontextmanager
async def repeatable(
    container: Container, request: Request, body: dict[str, Any] | None = None
) -> AsyncIterator[Repeatable]:
    """Hold a request's Idempotency-Key while it is carried out.

    The same key and request one after the other, also when they arrive at once; another request
    under the key raises KeyReused.
    """
    given = _given_key(request)
    if given is None:
        yield Repeatable(None, is_repeated=False)
        return
    # Under a name of its own: nobody can reach the key of an order's session from here.
    key = f"api:{given}"
    said = [request.path, request.query_string, body]
    fingerprint = json.dumps(said, sort_keys=True, default=str)
    lock = _at_work.setdefault(key, asyncio.Lock())
    async with lock:
        is_new = await asyncio.to_thread(claim, container, key, fingerprint)
        yield Repeatable(key, is_repeated=not is_new)


def argument(request: Request, name: str) -> str | None:
    """Read a value of the query, also an empty one, which Sanic leaves out; None if not there."""
    given = request.get_args(keep_blank_values=True)
    value: str | None = given.get(name)
    return value


def _given_key(request: Request) -> str | None:
    given: str | None = request.headers.get("idempotency-key")
    if given is not None and not re.fullmatch(f"[!-~]{{1,{LONGEST_KEY}}}", given):
        raise InvalidRequest(
            f"Idempotency-Key must be 1 to {LONGEST_KEY} letters, digits or signs without blanks",
            field="Idempotency-Key",
        )
    return given
