"""Free ports stay free until their server listens."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from tests.servers import dead_port
from ticket_clerk.cli.processes.ports import free_ports, require_free

# linux/in.h; Python has no name for it yet. Of Linux 6.3 and later.
IP_LOCAL_PORT_RANGE = 51


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    """The address of somebody who takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()


def is_given(port: int, server: tuple[str, int]) -> bool:
    """Whether a connection that may have this port only gets it."""
    with socket.socket() as connection:
        try:
            only = struct.pack("I", port | port << 16)
            connection.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, only)
        except OSError:
            pytest.skip("this Linux can't choose among some ports only")
        try:
            connection.connect(server)
        except OSError:
            return False
        return True


def test_no_connection_is_given_a_free_port_before_its_server_listens(
    server: tuple[str, int],
) -> None:
    """An action server beside other tests never listened: its port was somebody else's."""
    [port] = free_ports(1)

    assert not is_given(port, server)
    require_free("127.0.0.1", port, "RASA_PORT")
    with socket.create_server(("127.0.0.1", port)) as listener:
        assert listener.getsockname()[1] == port


def test_a_port_that_nobody_holds_is_given_to_a_connection(server: tuple[str, int]) -> None:
    """The control of the test above."""
    with dead_port() as port:
        pass

    assert is_given(port, server)
