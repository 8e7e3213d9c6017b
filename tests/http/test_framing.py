"""Framing: what leaves open where a request ends is refused, and nothing behind it is answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import connect, tell
from tests.http.framings import CHUNKS, INVALID, request
from tests.http.test_slow_clients import sanic
from tests.servers import payments_server

pytestmark = pytest.mark.live

# Ends the connection there, too, or stops the whole server (test_slow_clients.py).
NOT_SMUGGLED_BY_SANIC = {
    "a list of lengths",
    "a length below zero",
    "a length in hexadecimal",
    "an empty length",
    "a length of 5,000 digits",
    "an unknown coding",
    "gzip before chunked",
    "chunked twice",
    "a coding behind a vertical tab",
    "a coding in HTTP/1.0",
    "another version",
    "small letters",
    "two blanks",
    "an address that is no text",
    "an address without a slash",
    "an address with a broken host",
    "a control character in an address",
    "a size below zero",
    "no size",
    "a size of 20 digits",
}
CHUNKED = b"POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the payments server writes its log."""
    return tmp_path_factory.mktemp("framing")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """The payments server."""
    with payments_server(folder, "http://127.0.0.1:9") as url:
        yield url


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small server with our limits."""
    with sanic(tmp_path_factory.mktemp("limited"), "limited") as url:
        yield url


@pytest.mark.parametrize("name", INVALID)
def test_invalid_framing_is_refused_and_the_connection_closed(
    server: str, folder: Path, name: str
) -> None:
    """400 alone: the request behind it is not read; and the log has no traceback of it."""
    assert tell(server, request(name, "/payments/webhook")).statuses == [400]
    assert "Traceback" not in (folder / "server.log").read_text()


@pytest.mark.parametrize("name", CHUNKS)
def test_a_body_that_nobody_reads_ends_the_connection_where_its_framing_is_invalid(
    server: str, folder: Path, name: str
) -> None:
    """The answer was given before its end was looked for; the request behind it gets none."""
    assert tell(server, request(name, "/payments/nothing")).statuses == [404]
    assert "Traceback" not in (folder / "server.log").read_text()


def test_sanic_alone_answers_the_request_behind_it(tmp_path: Path) -> None:
    """The negative control: as it comes, Sanic takes most of them and is ready for the next."""
    with sanic(tmp_path) as url:
        smuggled = {
            name
            for name in INVALID.keys() - NOT_SMUGGLED_BY_SANIC
            if len(tell(url, request(name, "/body")).statuses) == 2
        }

    assert smuggled == INVALID.keys() - NOT_SMUGGLED_BY_SANIC


@pytest.mark.parametrize(
    ("data", "length"),
    [
        (CHUNKED.replace(b"chunked", b"CHUNKED \t") + b"\r\n4\r\nabcd\r\n0\r\n\r\n", 4),
        (CHUNKED + b"\r\n0A;a=b\r\n0123456789\r\n1\r\nx\r\n00\r\n\r\n", 11),
        (CHUNKED + b"\r\n0\r\n\r\n", 0),
        (b"POST /body HTTP/1.1\r\nContent-Length:\t4 \r\nConnection: close\r\n\r\nabcd", 4),
        (b"POST http://x/body HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 0),
        ("POST /body?%C3%A9 HTTP/1.0\r\nX-A: é\r\nContent-Length: 1\r\n\r\nx".encode(), 1),
        (b"POST /body HTTP/1.0\r\nX-A: \xff\r\nX-A:\r\nContent-Length: 1\r\n\r\nx", 1),
    ],
)
def test_valid_framing_is_taken(limited: str, data: bytes, length: int) -> None:
    """Codings in any case, blanks around values, extensions of chunks, whole addresses."""
    reply = tell(limited, data)

    assert reply.statuses == [200]
    assert reply.raw.endswith(b"\r\n\r\n%d" % length)


def test_a_chunked_body_may_come_byte_by_byte_after_a_100(limited: str) -> None:
    """Whoever expects 100-continue is told to go on before the first chunk is looked at."""
    with connect(limited) as client:
        client.sendall(CHUNKED + b"Expect: 100-continue\r\n\r\n")
        time.sleep(0.2)
        for byte in b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n":
            client.sendall(bytes([byte]))
            time.sleep(0.01)
        raw = b""
        while chunk := client.recv(65536):
            raw += chunk

    assert raw.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert raw.endswith(b"\r\n\r\n3")
