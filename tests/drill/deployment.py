"""Two of each process, each a machine, behind a proxy, with PostgreSQL, a replica and Redis."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.channels.slack_double import SlackDouble
from tests.drill.network import HOST, Machine, build_bridge
from tests.drill.postgresql import ReplicatedPostgres
from tests.drill.proxy import Proxy
from tests.journeys.clerk import SHOWS, Clerk
from tests.redis_server import RedisServer
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.prepare import prepare
from ticket_clerk.cli.processes.service import Service, kill_group
from ticket_clerk.cli.processes.services import action_server, rasa_server, standin

# The images' ports: of Rasa, actions, payments and a worker, which only its health is asked at.
RASA, ACTIONS, PAYMENTS, WORKER, STRIPE = 5005, 5055, 8000, 8001, 12111
# The last two take over from the first two when the model is rolled.
SERVERS = ("rasa-1", "rasa-2")
SUCCESSORS = ("rasa-3", "rasa-4")
ACTION_SERVERS = ("actions-1", "actions-2")
PAYMENTS_SERVERS = ("payments-1", "payments-2")
WORKERS = ("worker-1", "worker-2")


class Deployment(Clerk):
    """A clerk of many machines; its one address of each kind is the proxy's."""

    def __init__(self, folder: Path) -> None:
        """Make the network, in this thread's own, and start what is not ours."""
        build_bridge()
        names = (*SERVERS, *SUCCESSORS, *ACTION_SERVERS, *PAYMENTS_SERVERS, *WORKERS)
        self.machines = {name: Machine(number) for number, name in enumerate(names, 1)}
        self.slack = SlackDouble(HOST)
        self.postgres = ReplicatedPostgres(folder, HOST)
        self.redis = RedisServer(HOST)
        self.proxy = Proxy(folder, HOST)
        rasa, actions, payments = (f"http://{HOST}:{port}" for port in (RASA, ACTIONS, PAYMENTS))
        shows = folder / "shows.yml"
        # Seats for as many buyers as one likes.
        shows.write_text(SHOWS.read_text().replace("seats: 500", "seats: 50000"))
        super().__init__(
            folder,
            shows,
            RASA_PORT=str(RASA),
            ACTIONS_PORT=str(ACTIONS),
            STRIPE_STANDIN_PORT=str(STRIPE),
            RASA_URL=rasa,
            CHAT_URL=f"{rasa}/webhooks/web",
            ACTIONS_URL=actions,
            PUBLIC_URL=payments,
            STRIPE_API_BASE=f"http://{HOST}:{STRIPE}",
            STRIPE_STANDIN_WEBHOOK_URL=f"{payments}/payments/webhook",
            DATABASE_URL=self.postgres.url("payments"),
            TRACKER_DB=self.postgres.url("trackers"),
            REDIS_URL=self.redis.url,
            NO_PROXY="*",
            no_proxy="*",
            **self.slack.settings,
        )
        self.other_model = Path(shutil.copy(self.model, folder / "rolled.tar.gz"))

    def start(self) -> None:
        """Start databases, proxy and all machines but the successors."""
        self.postgres.start("payments", "trackers")
        self._begin_proxy()
        prepare(self.environ)
        self.revive("stand-in", *SERVERS, *ACTION_SERVERS, *PAYMENTS_SERVERS, *WORKERS)

    def stop(self) -> None:
        """End every process that was started, and take the network away."""
        for name in self.running:
            kill_group(self.running[name].pid)
        super().stop()
        self.proxy.stop()
        self.redis.kill()
        self.postgres.stop()
        self.slack.close()
        for machine in self.machines.values():
            machine.close()

    def retire(self, name: str) -> None:
        """End a service as a deployment does: it is asked to, and may finish what it began."""
        running = self.running.pop(name)
        running.ask_to_stop()
        running.wait_stopped()

    def freeze(self, name: str) -> None:
        """Stop all that a service consists of, without ending it."""
        os.killpg(self.running[name].pid, signal.SIGSTOP)

    def migrate(self) -> None:
        """Bring the database to the next release's revision, under the processes of this one."""
        command = [sys.executable, "-m", "tests.drill.next_release"]
        subprocess.run(command, cwd=ROOT, env=self.environ, check=True, capture_output=True)

    def _begin_proxy(self) -> None:
        servers = [self.machines[name].address for name in (*SERVERS, *SUCCESSORS)]
        self.proxy.pass_on(RASA, servers, "/", "cookie clerk_server")
        for port, names in ((ACTIONS, ACTION_SERVERS), (PAYMENTS, PAYMENTS_SERVERS)):
            addresses = [self.machines[name].address for name in names]
            self.proxy.pass_on(port, addresses, "/health", "round_robin")
        # The stand-in listens on loopback only, and for that name.
        self.proxy.pass_on(STRIPE, ["127.0.0.1"], "/health", "first", f"127.0.0.1:{STRIPE}")
        self.proxy.start()

    def _services(self, **environ: str) -> list[Service]:
        services = [self._on_machine(name, action_server, environ) for name in ACTION_SERVERS]
        for names, model in ((SERVERS, self.model), (SUCCESSORS, self.other_model)):
            for name in names:
                services.append(self._on_machine(name, rasa_server, environ, model))
        services += [self._on_machine(name, _payments_server, environ) for name in PAYMENTS_SERVERS]
        services += [self._on_machine(name, _worker, environ) for name in WORKERS]
        return [standin({**self.environ, **environ}), *services]

    def _on_machine(
        self, name: str, make: Any, changes: dict[str, str], *arguments: Path
    ) -> Service:
        machine = self.machines[name]
        var = self.folder / name
        var.mkdir(exist_ok=True)
        own = {"BIND_HOST": machine.address, "SANIC_HOST": machine.address, "VAR_DIR": str(var)}
        service: Service = make({**self.environ, **own, **changes}, *arguments)
        return replace(service, name=name, command=machine.command(*service.command))


def _payments_server(environ: dict[str, str]) -> Service:
    """``/payments/*`` alone, as the image `payments` runs it."""
    return _own(environ, PAYMENTS, "serve", "--port", str(PAYMENTS))


def _worker(environ: dict[str, str]) -> Service:
    """A worker alone, as the image `worker` runs it."""
    return _own({**environ, "WORKER_METRICS_PORT": str(WORKER)}, WORKER, "worker")


def _own(environ: dict[str, str], port: int, *arguments: str) -> Service:
    return Service(
        name=arguments[0],
        command=(sys.executable, "-m", "integrations.payments", *arguments),
        environ=environ,
        ready_url=f"http://{environ['BIND_HOST']}:{port}/health",
        port=port,
        port_setting="",
    )
