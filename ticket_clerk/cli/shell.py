"""``make shell``: the services in the background, and the conversation in this terminal."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import environment
from .errors import LaunchError
from .processes.ports import require_free
from .processes.prepare import prepare
from .processes.rasa_program import rasa_program
from .processes.rasa_server import write_endpoints
from .processes.services import action_server, standin
from .processes.supervisor import Supervisor
from .run import say
from .train import ensure_model


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
