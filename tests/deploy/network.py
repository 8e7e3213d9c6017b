"""A network of this thread's own, in which every service has its name and its very port."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def own_network() -> Iterator[None]:
    """Move this thread, and the processes that it starts, where there is loopback and nothing else.

    As in a container, anybody may listen on low ports there. Raises PermissionError without root.
    """
    with Path("/proc/thread-self/ns/net").open() as before:
        _call(_libc.unshare, _CLONE_NEWNET)
        try:
            _bring_up_loopback()
            Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
            yield
        finally:
            _call(_libc.setns, before.fileno(), _CLONE_NEWNET)


def _call(function: object, *arguments: int) -> None:
    assert callable(function)
    if function(*arguments):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, request)
        (flags,) = struct.unpack_from("h", answer, 16)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))
