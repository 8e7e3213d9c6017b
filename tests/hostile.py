"""People who mean no good: they write bytes to a server, fast or slowly, and read what comes."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

REQUEST = b"GET /payments/success HTTP/1.1\r\nHost: x\r\n"


@dataclass(frozen=True)
class Reply:
    """What came back, whole, and after how many seconds the connection was closed."""

    raw: bytes
    after_s: float

    @property
    def statuses(self) -> list[int]:
        """The status of each answer."""
        starts = self.raw.split(b"HTTP/1.1 ")[1:]
        return [int(start[:3]) for start in starts if start[:3] != b"100"]


def connect(url: str, source: str = "127.0.0.1") -> socket.socket:
    """Open a connection to a server from one of this machine's loopback addresses."""
    address = urlsplit(url)
    assert address.hostname == "127.0.0.1"
    assert address.port
    return socket.create_connection((address.hostname, address.port), 30, (source, 0))


def tell(url: str, data: bytes, source: str = "127.0.0.1") -> Reply:
    """Write all of it at once and read until the server hangs up, politely or not."""
    began = time.monotonic()
    # Not bytes, which would be copied with each chunk of what may be many megabytes.
    raw = bytearray()
    with connect(url, source) as client:
        try:
            client.sendall(data)
            while chunk := client.recv(65536):
                raw += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
    return Reply(bytes(raw), time.monotonic() - began)


def drip(url: str, data: bytes, then: bytes, for_s: float, every_s: float = 0.25) -> Reply:
    """Write the beginning, then the same bytes again and again until the server hangs up.

    Gives up after ``for_s`` seconds, which is how a server that waits for ever is seen.
    """
    began = time.monotonic()
    raw = b""
    with connect(url) as client:
        client.settimeout(every_s)
        client.sendall(data)
        while time.monotonic() - began < for_s:
            try:
                client.sendall(then)
                chunk = client.recv(65536)
                if not chunk:
                    break
                raw += chunk
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                break
    return Reply(raw, time.monotonic() - began)


def posted(path: str, body: bytes, *headers: str) -> bytes:
    """Write a POST as bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def memory_kib(pid: int) -> int:
    """The memory that a process holds, in KiB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:  # noqa: PTH123
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1])
