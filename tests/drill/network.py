"""Machines of a drill: network namespaces on one bridge, each with a cable that can be pulled."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

HOST = "10.77.0.1"
"""Where everything is that is no machine of ours: proxy, databases, Stripe, Slack, the buyers."""
_BRIDGE = "drill"


def build_bridge() -> None:
    """Make the bridge in this thread's network, which has to be its own; needs root."""
    _ip("link", "add", _BRIDGE, "type", "bridge")
    _ip("addr", "add", f"{HOST}/24", "dev", _BRIDGE)
    _ip("link", "set", _BRIDGE, "up")


class Machine:
    """A network of its own with one cable to the bridge; programs are started in it."""

    def __init__(self, number: int) -> None:
        """Be reachable at once; ``number`` from 1 to 200 makes the address."""
        self.address = f"10.77.0.{10 + number}"
        self._cable = f"cable{number}"
        # A network lives as long as a process is in it.
        self._keeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self._await_own_network()
        _ip("link", "add", self._cable, "type", "veth", "peer", "eth0", "netns", self._keeper_pid)
        _ip("link", "set", self._cable, "master", _BRIDGE, "up")
        for command in (
            ["addr", "add", f"{self.address}/24", "dev", "eth0"],
            ["link", "set", "eth0", "up"],
            ["link", "set", "lo", "up"],
        ):
            subprocess.run(self.command("ip", *command), check=True)

    def command(self, *command: str) -> tuple[str, ...]:
        """How to start a program there; it has the process id that was started."""
        return ("nsenter", f"--net=/proc/{self._keeper_pid}/ns/net", "--", *command)

    def pull(self) -> None:
        """Cut it off: what is sent to it or by it is lost, and no connection is ended."""
        _ip("link", "set", self._cable, "down")

    def plug_in(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self._cable, "up")

    def close(self) -> None:
        """Take the network away, once no program is in it."""
        self._keeper.kill()
        self._keeper.wait()

    @property
    def _keeper_pid(self) -> str:
        return str(self._keeper.pid)

    def _await_own_network(self) -> None:
        ours = Path("/proc/thread-self/ns/net").readlink()
        theirs = Path(f"/proc/{self._keeper_pid}/ns/net")
        while theirs.readlink() == ours:
            assert self._keeper.poll() is None, "unshare --net failed"
            time.sleep(0.01)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
