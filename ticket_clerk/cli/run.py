"""``make run``: everything in the foreground until somebody stops it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from . import environment
from .errors import LaunchError
from .processes.prepare import prepare
from .processes.services import all_services
from .processes.supervisor import Supervisor
from .train import ensure_model, model_path


def run() -> int:
    """Start all services, print the addresses and ``ready``, and keep them running."""
    environ = environment.load()
    var_dir = environment.ROOT / environ["VAR_DIR"]
    model = ensure_model(environment.ROOT, var_dir / "log", environ["CLERK_LANGUAGE"])
    with Supervisor(all_services(environ, model), var_dir, environ["BIND_HOST"], say) as supervisor:
        prepare(environ)
        supervisor.start()
        for line in addresses(environ, var_dir):
            say(line)
        say("ready")
        supervisor.watch()
    return 0


def start(name: str) -> int:
    """Become one service, for process managers that start each by itself (Procfile)."""
    environ = environment.load()
    model = model_path(environment.ROOT, environ["CLERK_LANGUAGE"])
    log_dir = environment.ROOT / environ["VAR_DIR"] / "log"
    services = {service.name: service for service in all_services(environ, model)}
    if name not in services:
        raise LaunchError(f"With these settings the services are {', '.join(services)}.")
    if name == "rasa":
        ensure_model(environment.ROOT, log_dir, environ["CLERK_LANGUAGE"])
    if name == "actions":
        prepare(environ)
    command = services[name].command
    os.chdir(environment.ROOT)
    os.execvpe(command[0], command, services[name].environ)  # noqa: S606  no shell


def addresses(environ: Mapping[str, str], var_dir: Path) -> list[str]:
    """List the clerk's addresses, a line each."""
    host = environment.own_host(environ["BIND_HOST"])
    rasa = f"http://{host}:{environ['RASA_PORT']}"
    stripe = environ["STRIPE_API_BASE"] if environment.uses_standin(environ) else "Stripe itself"
    return [
        f"web chat        {rasa}/webhooks/web/",
        f"REST channel    {rasa}/webhooks/rest/webhook",
        f"payments        {environ['PUBLIC_URL']}/payments/health",
        f"Stripe webhook  {environ['PUBLIC_URL']}/payments/webhook",
        f"Stripe          {stripe}",
        f"logs            {var_dir / 'log'}",
    ]


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    print(line, flush=True)
