"""How requests are received: strict framing, and limits of time and size.

A proxy and a server that disagree about where a request ends let a client smuggle a second one
past the proxy. Sanic 21.12 reads leniently: it takes the first of two ``Content-Length``, names
with a blank before the colon, ``0x2``, ``0_2`` and ``+2`` as sizes of chunks, and any two bytes as
the end of one. What RFC 9112 calls invalid is 400 here.

Sanic's own timeouts start again with every byte, and it reads bodies of up to 100 MB before
anybody looks for a token. Here a head and a body have to arrive in time however slowly they come,
a body has its limit from the first byte, and of too many connections that wait for their clients
the oldest is closed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from sanic import Blueprint, Sanic
from sanic.exceptions import InvalidUsage, PayloadTooLarge, RequestTimeout, SanicException
from sanic.http import Http, Stage
from sanic.request import Request
from sanic.server.protocols import http_protocol

# For the head and for the body, each.
ARRIVES_WITHIN_S = 10.0
# Below the 1,024 files that a process may usually have open.
MOST_WAITING = 512

_connection: ContextVar[Connection] = ContextVar("connection")

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# An address on this server, alone or whole, or the asterisk of OPTIONS.
_TARGET = rb"(?:(?:https?://[!-.0-~]+)?/[!-~]*|\*)"
_REQUEST_LINE = re.compile(_TOKEN + rb" " + _TARGET + rb" HTTP/1\.[01]")
_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_CHUNK_HEAD = re.compile(rb"\r\n([0-9A-Fa-f]{1,15})(?:;[\t -~\x80-\xff]*)?\r\n")
_LONGEST_CHUNK_HEAD = 256
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# Where the body ends and whom the request is for: each may be said once.
_DECIDING = (b"content-length", b"transfer-encoding", b"host")


class StrictHttp(Http):
    """Sanic's reader of requests, which looks at the framing before it reads on."""

    request_body: str | bool | None
    expecting_continue: bool

    async def http1_request_header(self) -> None:
        """Read a head; raises InvalidUsage for one whose framing is invalid."""
        buf = self.recv_buffer
        while (end := buf.find(b"\r\n\r\n")) < 0 and len(buf) < self.HEADER_MAX_SIZE:
            await self._receive_more()
        if 0 <= end < self.HEADER_MAX_SIZE:
            buf[:end] = checked_head(bytes(buf[:end]))
        try:
            await super().http1_request_header()
        except SanicException:
            raise
        except Exception:
            # Whatever it is: it was made of nothing but what the client sent.
            raise InvalidUsage("") from None

    def create_empty_request(self) -> None:
        """Make a request up for an answer to somebody whose head could not be read."""
        # Without the address, which may be what could not be read.
        self.url = None
        super().create_empty_request()

    async def read(self) -> bytes | None:
        """Read some of the body; raises InvalidUsage for a chunk whose framing is invalid."""
        if self.request_body == "chunked" and not self.request_bytes_left:
            try:
                await self._check_chunk_head()
            except InvalidUsage:
                self.keep_alive = False
                self.request_body = None
                if self.stage is Stage.HANDLER:
                    raise
                # The answer is on its way: this is the rest of a body that nobody reads.
                return None
        chunk: bytes | None = await super().read()
        return chunk

    async def _check_chunk_head(self) -> None:
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(_CONTINUE)
        buf = self.recv_buffer
        while (end := buf.find(b"\r\n", 2)) < 0 and len(buf) < _LONGEST_CHUNK_HEAD:
            await self._receive_more()
        head = _CHUNK_HEAD.fullmatch(buf, 0, end + 2) if end >= 0 else None
        if head is None:
            raise InvalidUsage("")
        if int(head[1], 16) == 0:
            await self._check_body_end(end + 2)

    async def _check_body_end(self, start: int) -> None:
        # Sanic throws two bytes away here without a look, so there is no room for trailers.
        while len(self.recv_buffer) < start + 2:
            await self._receive_more()
        if self.recv_buffer[start : start + 2] != b"\r\n":
            raise InvalidUsage("")


def checked_head(head: bytes) -> bytes:
    """Check a request's head and return it as Sanic understands it.

    Raises InvalidUsage for a request line or a field that is none, for two fields where one
    decides, and for a length or a coding that leaves open where the body ends.
    """
    request_line, *lines = head.split(b"\r\n")
    if not _REQUEST_LINE.fullmatch(request_line):
        raise InvalidUsage("")
    deciding: dict[bytes, bytes] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None or field[1].lower() in deciding:
            raise InvalidUsage("")
        if field[1].lower() in _DECIDING:
            deciding[field[1].lower()] = field[2]
    _check_body_framing(deciding, is_http_1_0=request_line.endswith(b"0"))
    # Codings are named in any case; Sanic looks for small letters and nothing around them.
    return re.sub(rb"(?i)(\r\ntransfer-encoding:)[^\r]*", rb"\1chunked", head)


def _check_body_framing(fields: dict[bytes, bytes], *, is_http_1_0: bool) -> None:
    length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
    if length is not None and not _LENGTH.fullmatch(length):
        raise InvalidUsage("")
    if coding is None:
        return
    if coding.lower() != b"chunked" or length is not None or is_http_1_0:
        raise InvalidUsage("")


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


class TimedHttp(StrictHttp):
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
    # rasa-sdk and Rasa start their servers themselves, and Sanic 21.12 has no setting for it.
    http_protocol.Http = http_protocol.HttpProtocol.HTTP_CLASS = TimedHttp
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
