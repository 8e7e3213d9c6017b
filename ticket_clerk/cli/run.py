"""``make run`` and ``make shell``: all of it until it is stopped, or a talk in this terminal."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import environment
from .errors import LaunchError
from .processes.ports import require_free
from .processes.prepare import prepare
from .processes.rasa_program import rasa_program
from .processes.rasa_server import write_endpoints
from .processes.services import action_server, all_services, standin
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


def shell() -> int:
    """Run a conversation until ``/stop``; return 0."""
    environ = environment.load()
    var_dir = environment.ROOT / environ["VAR_DIR"]
    model = ensure_model(environment.ROOT, var_dir / "log", environ["CLERK_LANGUAGE"])
    services = [action_server(environ)]
    if environment.uses_standin(environ):
        services.append(standin(environ))
    with Supervisor(services, var_dir, environ["BIND_HOST"], say) as supervisor:
        require_free(environ["BIND_HOST"], int(environ["RASA_PORT"]), "RASA_PORT")
        prepare(environ)
        supervisor.start()
        say("shell: loading the bot; /stop ends the conversation")
        return _talk(environ, model, supervisor, var_dir / "log" / "shell.log")


def _talk(environ: Mapping[str, str], model: Path, supervisor: Supervisor, log: Path) -> int:
    # Rasa itself is in the foreground: only there may a program read the terminal.
    endpoints = write_endpoints(log.parent.parent)
    files = ["--endpoints", str(endpoints), "--credentials", "credentials.yml"]
    port = ["--port", environ["RASA_PORT"]]
    command = rasa_program("ticket_clerk.channels.shell", "--model", str(model), *port, *files)
    # What Rasa and its libraries report would otherwise stand between the lines of the talk.
    with (
        log.open("wb") as reports,
        subprocess.Popen(
            command, cwd=environment.ROOT, env=dict(environ), stderr=reports
        ) as console,
    ):
        try:
            while console.poll() is None:
                supervisor.tend()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    console.wait(0.2)
        finally:
            _end(console)
    if console.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise LaunchError(f"The console ended; the end of {log}:\n{end}")
    return 0


def _end(console: subprocess.Popen[bytes]) -> None:
    if console.poll() is None:
        console.terminate()
        try:
            console.wait(5)
        except subprocess.TimeoutExpired:
            console.kill()
