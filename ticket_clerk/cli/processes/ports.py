"""Ports: availability checks, and free ports."""

from __future__ import annotations

import errno
import socket

from ticket_clerk.cli.errors import LaunchError

_held: list[socket.socket] = []


def require_free(host: str, port: int, setting: str) -> None:
    """Raise LaunchError unless ``host:port`` can be listened on now."""
    try:
        _listen(host, port).close()
    except OSError as error:
        raise LaunchError(_sentence(error, host, port, setting)) from error


def free_ports(count: int) -> list[int]:
    """Return as many different free ports, which nobody else is given while this process lives.

    Each is bound without listening: connections and other programs that take any port pass it
    over, and a server that sets SO_REUSEADDR, as all of ours do, can listen on it (``socket(7)``).
    """
    held = [_bind("127.0.0.1", 0) for _ in range(count)]
    _held.extend(held)
    return [int(holder.getsockname()[1]) for holder in held]


def _listen(host: str, port: int) -> socket.socket:
    listener = _bind(host, port)
    try:
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener


def _bind(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    holder = socket.socket(family, socket.SOCK_STREAM)
    try:
        # As servers do: a connection that is still being closed does not count as taken.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(address)
    except OSError:
        holder.close()
        raise
    return holder


def _sentence(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program: stop that one, "
            f"or write {setting}=<a free port> into .env."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs root: write {setting}=<a port from 1024 on> into .env."
    return (
        f"Nothing can listen on {host} port {port}: BIND_HOST must be an address of this machine, "
        "for example 127.0.0.1."
    )
