"""The services of the clerk: how each is started and checked for readiness."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from ticket_clerk.cli.environment import ROOT, own_host, uses_standin
from ticket_clerk.secrets import first_secret

from .rasa_program import rasa_program
from .service import Service


def all_services(environ: Mapping[str, str], model: Path) -> list[Service]:
    """List the services of ``make run``; the stand-in only without a Stripe key."""
    services = [action_server(environ), rasa_server(environ, model)]
    return [standin(environ), *services] if uses_standin(environ) else services


def standin(environ: Mapping[str, str]) -> Service:
    """The stand-in Stripe, which is for this machine alone whatever BIND_HOST says.

    In a checkout it runs from its sources, also where nobody installed it.
    """
    sources = str(ROOT / "packages" / "stripe-standin" / "src")
    path = os.pathsep.join(filter(None, (sources, environ.get("PYTHONPATH"))))
    return _service(
        {**environ, "BIND_HOST": "127.0.0.1", "PYTHONPATH": path},
        name="stand-in",
        command=[sys.executable, "-m", "stripe_standin"],
        path="/health",
        port_setting="STRIPE_STANDIN_PORT",
    )


def action_server(environ: Mapping[str, str]) -> Service:
    """Actions, ``/payments/*`` and the worker.

    The same server as ``rasa run actions``, started by its own package: without Rasa's imports
    it is there seconds earlier.
    """
    port = environ["ACTIONS_PORT"]
    return _service(
        environ,
        name="actions",
        command=[sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", port],
        path="/health",
        port_setting="ACTIONS_PORT",
    )


def rasa_server(environ: Mapping[str, str], model: Path) -> Service:
    """Rasa with its channels and its HTTP API behind RASA_TOKEN."""
    return _service(
        {**environ, "RASA_MODEL": str(model)},
        name="rasa",
        command=rasa_program("ticket_clerk.cli.processes.rasa_server"),
        # Says 200 only once a model is loaded; the token goes by query, as Rasa wants it.
        path=f"/status?token={quote(first_secret(environ['RASA_TOKEN']))}",
        port_setting="RASA_PORT",
    )


def _service(
    environ: Mapping[str, str], *, name: str, command: list[str], path: str, port_setting: str
) -> Service:
    address = f"http://{own_host(environ['BIND_HOST'])}:{environ[port_setting]}"
    return Service(
        name=name,
        command=tuple(command),
        environ=environ,
        ready_url=address + path,
        port=int(environ[port_setting]),
        port_setting=port_setting,
        address=address,
    )
