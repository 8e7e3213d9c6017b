"""Requests whose framing RFC 9112 calls invalid, as bytes for a path, followed by a second request.

A server that takes the first, or goes on reading after it, answers the second one, too.
"""

from __future__ import annotations

SECOND = b"GET /nothing-here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def _with(*lines: bytes, body: bytes = b"abcd") -> bytes:
    return b"\r\n".join([b"POST %s HTTP/1.1", b"Host: x", *lines, b"", b""]) + body + SECOND


def _chunked(chunks: bytes) -> bytes:
    return _with(b"Transfer-Encoding: chunked", body=chunks)


def _started(line: bytes) -> bytes:
    return line + b"\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd" + SECOND


LENGTHS = {
    "two lengths": _with(b"Content-Length: 4", b"Content-Length: 5"),
    "one length twice": _with(b"Content-Length: 4", b"Content-Length: 4"),
    "a list of lengths": _with(b"Content-Length: 4, 4"),
    "a length with a sign": _with(b"Content-Length: +4"),
    "a length below zero": _with(b"Content-Length: -4"),
    "a length with an underscore": _with(b"Content-Length: 0_4"),
    "a length in Arabic digits": _with("Content-Length: ٤".encode()),
    "a length in hexadecimal": _with(b"Content-Length: 0x4"),
    "an empty length": _with(b"Content-Length:"),
    "a length of 5,000 digits": _with(b"Content-Length: " + b"0" * 4_999 + b"4"),
}
CODINGS = {
    "a coding and a length": _with(
        b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"4\r\nabcd\r\n0\r\n\r\n"
    ),
    "two codings": _with(
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: identity",
        body=b"4\r\nabcd\r\n0\r\n\r\n",
    ),
    "an unknown coding": _with(b"Transfer-Encoding: xchunked"),
    "gzip before chunked": _with(b"Transfer-Encoding: gzip, chunked"),
    "chunked twice": _with(b"Transfer-Encoding: chunked, chunked"),
    "a coding behind a vertical tab": _with(b"Transfer-Encoding: \x0bchunked"),
    "a coding in HTTP/1.0": _chunked(b"4\r\nabcd\r\n0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
}
FIELDS = {
    "a blank before the colon": _with(b"Content-Length : 4"),
    "a tab before the colon": _with(b"Content-Length\t: 4"),
    "a name of nothing": _with(b": x", b"Content-Length: 4"),
    "a control character in a name": _with(b"X\x01: a", b"Content-Length: 4"),
    "a folded line": _with(b"X-A: b", b" c: d", b"Content-Length: 4"),
    "a folded first line": _with(b" X-A: b", b"Content-Length: 4"),
    "a bare line feed": _with(b"X-A: b\nContent-Length: 4", b"Content-Length: 4"),
    "a bare carriage return": _with(b"X-A: b\rX-B: c", b"Content-Length: 4"),
    "a NUL": _with(b"X-A: b\0", b"Content-Length: 4"),
    "two hosts": _with(b"Host: y", b"Content-Length: 4"),
}
REQUEST_LINES = {
    "another version": _started(b"POST %s HTTP/1.2"),
    "small letters": _started(b"POST %s http/1.1"),
    "two blanks": _started(b"POST  %s HTTP/1.1"),
    "a method that is no word": _started(b"PO(ST %s HTTP/1.1"),
    "an address that is no text": _started(b"POST %s\xff HTTP/1.1"),
    "an address without a slash": _started(b"POST nothing%s HTTP/1.1"),
    "an address with a broken host": _started(b"POST http://[%s HTTP/1.1"),
    "a control character in an address": _started(b"POST %s\x7f HTTP/1.1"),
}
CHUNKS = {
    "a size with 0x": _chunked(b"0x4\r\nabcd\r\n0\r\n\r\n"),
    "a size with an underscore": _chunked(b"0_4\r\nabcd\r\n0\r\n\r\n"),
    "a size with a sign": _chunked(b"+4\r\nabcd\r\n0\r\n\r\n"),
    "a size below zero": _chunked(b"-4\r\nabcd\r\n0\r\n\r\n"),
    "a size with blanks": _chunked(b" 4 \r\nabcd\r\n0\r\n\r\n"),
    "a size in other digits": _chunked("４\r\nabcd\r\n0\r\n\r\n".encode()),
    "no size": _chunked(b"\r\nabcd\r\n0\r\n\r\n"),
    "a size of 20 digits": _chunked(b"f" * 20 + b"\r\nabcd\r\n0\r\n\r\n"),
    "an extension with a NUL": _chunked(b"4;a=\0\r\nabcd\r\n0\r\n\r\n"),
    "a chunk that ends otherwise": _chunked(b"4\r\nabcdXX0\r\n\r\n"),
    "a body that ends otherwise": _chunked(b"4\r\nabcd\r\n0\r\nXX"),
    "trailers": _chunked(b"4\r\nabcd\r\n0\r\nX-A: b\r\n\r\n"),
}
INVALID = {**LENGTHS, **CODINGS, **FIELDS, **REQUEST_LINES, **CHUNKS}


def request(name: str, path: str) -> bytes:
    """Write one of INVALID for a path, and a second request behind it."""
    return INVALID[name].replace(b"%s", path.encode())
