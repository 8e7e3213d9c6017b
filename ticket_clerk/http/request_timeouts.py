"""Limits of time and size for requests that are being received.

Sanic's own timeouts start again with every byte, and it reads bodies of up to 100 MB before
anybody looks for a token. Here a head and a body have to arrive in time however slowly they come,
a body has its limit from the first byte, and of too many connections that wait for their clients
the oldest is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from sanic import Blueprint, Sanic
from sanic.exceptions import InvalidUsage, PayloadTooLarge, RequestTimeout
from sanic.request import Request

from . import framing

# For the head and for the body, each.
ARRIVES_WITHIN_S = 10.0
# Below the 1,024 files that a process may usually have open.
MOST_WAITING = 512

_connection: ContextVar[Connection] = ContextVar("connection")


class Connection:
    """A client's connection: whether it has something to send, and until when."""

    def __init__(self, task: asyncio.Task[Any], waiting: dict[Connection, None]) -> None:
        """``waiting`` is shared: the connections that wait for their clients, oldest first."""
        self._task = task
        self._waiting = waiting
        self._timer: asyncio.TimerHandle | None = None
        self.is_timed_out = False

    def expect(self, within_s: float = ARRIVES_WITHIN_S) -> None:
        """Wait for the client from now on; time out if nothing has arrived by then."""
        self.arrived()
        self._timer = asyncio.get_running_loop().call_later(within_s, self._time_out)
        self._waiting[self] = None
        if len(self._waiting) > MOST_WAITING:
            next(iter(self._waiting))._time_out()

    def arrived(self) -> None:
        """Stop waiting. Safe to repeat."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.pop(self, None)

    def _time_out(self) -> None:
        self.arrived()
        self.is_timed_out = True
        self._task.cancel()


class TimedRequest(Request):
    """Sanic's request, with a limit of time and size for its body."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        connection = _connection.get(None)
        if connection is None or is_headless(self):
            return
        if self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers:
            connection.expect()
        else:
            connection.arrived()

    async def receive_body(self) -> None:
        """Read the body for a route that wants it whole; Sanic calls this before all middleware."""
        self.body = await receive_body(self, self.app.ctx.largest_body(self))


class TimedHttp(framing.StrictHttp):
    """Sanic's reader of requests, which says 408 where a client took too long."""

    async def error_response(self, exception: BaseException) -> None:
        """Answer an error; later Sanics hand a timeout on as the cancellation that it was."""
        if isinstance(exception, asyncio.CancelledError) and is_timed_out():
            exception = RequestTimeout("")
        await super().error_response(exception)


def limit_requests(app: Sanic | Blueprint, largest_body: Callable[[Request], int]) -> None:
    """Limit time, size and framing of an app's requests, or of those of a blueprint's app.

    ``largest_body`` says of a request, of which there is only the head yet, how many bytes its
    body may have.
    """
    framing.install(TimedHttp)
    waiting: dict[Connection, None] = {}

    async def begin(**_: Any) -> None:
        if _connection.get(None) is not None:
            # Several blueprints of one app may ask for this.
            return
        connection = Connection(asyncio.current_task(), waiting)  # type: ignore[arg-type]
        _connection.set(connection)
        connection.expect()

    async def expect_next(**_: Any) -> None:
        # Also bounds how long the rest of a body that nobody wants is read and thrown away.
        if (connection := _connection.get(None)) is not None:
            connection.expect()

    async def end(**_: Any) -> None:
        if (connection := _connection.get(None)) is not None:
            connection.arrived()

    app.signal("http.lifecycle.begin")(begin)
    app.signal("http.lifecycle.response")(expect_next)
    app.signal("http.lifecycle.complete")(end)
    limit_bodies(app, largest_body)


def limit_bodies(app: Sanic | Blueprint, largest_body: Callable[[Request], int]) -> None:
    """Limit the size of bodies only, as for a guest on somebody else's app."""

    async def prepare(app: Sanic, *_: Any) -> None:
        app.request_class = TimedRequest
        app.ctx.largest_body = largest_body

    app.listener("before_server_start")(prepare)


async def receive_body(
    request: Request, limit: int, *, arrives_within_s: float | None = None
) -> bytes:
    """Receive a body; what is above the limit is never kept.

    ``arrives_within_s`` counts from now on, in place of the time that every body has. Raises
    PayloadTooLarge, RequestTimeout.
    """
    if int(request.headers.get("content-length", "0")) > limit:
        raise PayloadTooLarge("")
    if arrives_within_s is not None and (known := _connection.get(None)) is not None:
        known.expect(arrives_within_s)
    body = bytearray()
    try:
        while (chunk := await request.stream.read()) is not None:
            body += chunk
            if len(body) > limit:
                raise PayloadTooLarge("")
    except InvalidUsage:
        _hang_up(request)
        raise
    except asyncio.CancelledError:
        if not is_timed_out():
            raise
        _hang_up(request)
        raise RequestTimeout("") from None
    if (connection := _connection.get(None)) is not None:
        connection.arrived()
    return bytes(body)


def is_headless(request: Request) -> bool:
    """Whether this is Sanic's placeholder for a request whose head could not be read."""
    return bool(request.method == "NONE")


def is_timed_out() -> bool:
    """Whether this task's client took too long to send its request."""
    connection = _connection.get(None)
    return connection is not None and connection.is_timed_out


def _hang_up(request: Request) -> None:
    # Otherwise Sanic goes on reading the rest of the body, to use the connection again.
    request.stream.keep_alive = False
    request.stream.request_body = None
