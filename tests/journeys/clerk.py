"""A running clerk that a test can talk to, look into and kill services of.

The services are those of ``make run``, each a process of its own on a free port, with databases in
a folder of the test's.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import requests

from tests.conftest import UNLIMITED
from tests.waiting import wait_until
from ticket_clerk.cli import environment
from ticket_clerk.cli.demo.demo import demo_environ
from ticket_clerk.cli.processes.prepare import prepare
from ticket_clerk.cli.processes.service import Running, Service, kill_group
from ticket_clerk.cli.processes.services import all_services
from ticket_clerk.cli.train import ensure_model

SHOWS = Path(__file__).parents[1] / "data" / "journeys.yml"
READY_WITHIN_S = 300.0


class Clerk:
    """All services of the clerk, started with :meth:`start` and ended with :meth:`stop`."""

    def __init__(self, folder: Path, shows: Path = SHOWS, **changes: str) -> None:
        """Nothing runs yet; state goes into ``folder``, unless the settings' changes say more."""
        self.folder = folder
        self.environ = {
            **demo_environ(folder),
            **UNLIMITED,
            "SHOWS_FILE": str(shows),
            **changes,
        }
        self.model = ensure_model(
            environment.ROOT, folder / "log", self.environ.get("CLERK_LANGUAGE", "en")
        )
        self.running: dict[str, Running] = {}

    def start(self) -> None:
        """Prepare the database and start everything."""
        prepare(self.environ)
        self.revive(*(service.name for service in self._services()))

    def stop(self) -> None:
        """End every process that was started."""
        for running in self.running.values():
            running.ask_to_stop()
        for running in self.running.values():
            running.wait_stopped()

    def kill(self, *names: str) -> None:
        """End services as a power cut would, with all their processes."""
        for name in names:
            running = self.running.pop(name)
            kill_group(running.pid)
            running.wait_stopped()

    def freeze(self, name: str) -> None:
        """Stop a service from doing anything, without ending it."""
        os.killpg(self.running[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen service go on."""
        os.killpg(self.running[name].pid, signal.SIGCONT)

    def revive(self, *names: str, **environ: str) -> None:
        """Start services (again), with changes to their environment, and wait until they answer."""
        services = {service.name: service for service in self._services(**environ)}
        for name in names:
            self.running[name] = Running(services[name], self.folder / "log")
        for name in names:
            self._wait_until_ready(self.running[name])

    def order(self, order_id: str) -> dict[str, Any]:
        """Read an order over the operator's API."""
        answer = self._api(f"/payments/orders/{order_id}")
        order: dict[str, Any] = answer["order"]
        return order

    def orders(self) -> list[dict[str, Any]]:
        """List all orders, newest first."""
        orders: list[dict[str, Any]] = self._api("/payments/orders?limit=100")["orders"]
        return orders

    def seats_left(self, show_id: str, section_id: str) -> int:
        """Count the seats that are for sale in a section."""
        shows = self._api("/payments/shows")["shows"]
        show = next(show for show in shows if show["id"] == show_id)
        left = next(
            service["seats_left"] for service in show["sections"] if service["id"] == section_id
        )
        return int(left)

    def tracker(self, sender_id: str) -> dict[str, Any]:
        """Read a conversation as Rasa keeps it."""
        answer = requests.get(
            f"{self.environ['RASA_URL']}/conversations/{sender_id}/tracker",
            params={"token": self.environ["RASA_TOKEN"], "include_events": "ALL"},
            timeout=60,
        )
        answer.raise_for_status()
        tracker: dict[str, Any] = answer.json()
        return tracker

    def replies_to(self, sender_id: str) -> list[str]:
        """List everything that the clerk said in a conversation."""
        events = self.tracker(sender_id)["events"]
        return [event["text"] for event in events if event["event"] == "bot" and event["text"]]

    def confirmations_in(self, sender_id: str, order_id: str) -> list[str]:
        """List the confirmations of an order in its conversation, once there is one.

        The channel has a message before the conversation is written.
        """

        def found() -> list[str]:
            replies = self.replies_to(sender_id)
            return [text for text in replies if order_id in text and "confirmed" in text.lower()]

        return wait_until(found, f"{order_id} to be confirmed in the conversation")

    def log(self, name: str) -> str:
        """Read what a service has logged."""
        return (self.folder / "log" / f"{name}.log").read_text(errors="replace")

    def _api(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.environ['PAYMENTS_API_TOKEN']}"}
        answer = requests.get(self.environ["ACTIONS_URL"] + path, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _wait_until_ready(self, running: Running) -> None:
        def is_ready_or_ended() -> bool:
            return running.is_ready() or running.exit_code() is not None

        name = running.service.name
        wait_until(is_ready_or_ended, f"{name} to be ready", READY_WITHIN_S, running.last_lines)
        assert running.exit_code() is None, f"{name} ended\n{running.last_lines(40)}"

    def _services(self, **environ: str) -> list[Service]:
        return all_services({**self.environ, **environ}, self.model)
