"""Strict HTTP/1.1 message framing: what RFC 9112 calls invalid is refused with 400.

A proxy and a server that disagree about where a request ends let a client smuggle a second one
past the proxy. Sanic 21.12 reads leniently: it takes the first of two ``Content-Length``, names
with a blank before the colon, ``0x2``, ``0_2`` and ``+2`` as sizes of chunks, and any two bytes as
the end of one.
"""

from __future__ import annotations

import re

from sanic.exceptions import InvalidUsage, SanicException
from sanic.http import Http, Stage
from sanic.server.protocols import http_protocol

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


def install(reader: type[Http]) -> None:
    """Have every Sanic server of this process read with a StrictHttp. Safe to repeat."""
    # rasa-sdk and Rasa start their servers themselves, and Sanic 21.12 has no setting for it.
    http_protocol.Http = reader
    http_protocol.HttpProtocol.HTTP_CLASS = reader


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
