"""Caddy in front of the machines: who is silent or gone gets no more requests."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from ticket_clerk.cli.environment import ROOT

CADDY = ROOT / ".deploy" / "bin" / "caddy"
_SITE = """
http://{host}:{port} {{
	bind {host}
	reverse_proxy {servers} {{
		lb_policy {policy}
		lb_try_duration 15s
		health_uri {health}
		health_interval 1s
		health_timeout 3s
		flush_interval -1
		header_up Host {name}
		transport http {{
			dial_timeout 2s
		}}
	}}
}}
"""


class Proxy:
    """One address a kind of process; a request that no server has taken yet goes to the next."""

    def __init__(self, folder: Path, host: str) -> None:
        """Nothing is passed on yet."""
        self._folder, self._host = folder, host
        self._sites = "{\n\tadmin off\n\tauto_https off\n}\n"
        self._process: subprocess.Popen[bytes] | None = None

    def pass_on(
        self,
        port: int,
        addresses: Sequence[str],
        health: str,
        policy: str,
        name: str = "{hostport}",
    ) -> None:
        """Have what comes to a port go to the same port of the addresses.

        They are told the name that the client knows, unless there is a ``name`` that they expect.
        """
        self._sites += _SITE.format(
            host=self._host,
            port=port,
            servers=" ".join(f"{address}:{port}" for address in addresses),
            policy=policy,
            health=health,
            name=name,
        )

    def start(self) -> None:
        """Start Caddy."""
        file = self._folder / "Caddyfile"
        file.write_text(self._sites)
        with (self._folder / "caddy.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(CADDY), "run", "--config", str(file), "--adapter", "caddyfile"],
                env={"HOME": str(self._folder), "PATH": "/usr/bin:/bin"},
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait(300)
