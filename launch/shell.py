"""``make shell``: the parts in the background, and the conversation in this terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from . import environment
from .parts import action_server, standin
from .ports import require_free
from .prepare import prepare
from .run import say
from .supervisor import Supervisor
from .train import ensure_model


def shell() -> int:
    """Talk to the clerk until ``/stop``; returns the console's exit code."""
    environ = environment.load()
    var_dir = environment.ROOT / environ["VAR_DIR"]
    model = ensure_model(environment.ROOT, var_dir / "log")
    parts = [action_server(environ)]
    if environment.uses_standin(environ):
        parts.append(standin(environ))
    with Supervisor(parts, var_dir, environ["BIND_HOST"], say) as supervisor:
        require_free(environ["BIND_HOST"], int(environ["RASA_PORT"]), "RASA_PORT")
        prepare(environ)
        supervisor.start()
        say("shell: loading the bot; /stop ends the conversation")
        return _talk(environ, model, supervisor)


def _talk(environ: Mapping[str, str], model: Path, supervisor: Supervisor) -> int:
    # Rasa itself is in the foreground: only there may a program read the terminal.
    command = [sys.executable, "-m", "channels.shell", "--model", str(model)]
    command += ["--port", environ["RASA_PORT"]]
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    # What the console's server logs would otherwise stand between the lines of the talk.
    quiet = {**environ, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING")}
    with subprocess.Popen(command, cwd=environment.ROOT, env=quiet) as console:
        try:
            while console.poll() is None:
                supervisor.tend()
                try:
                    console.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if console.poll() is None:
                console.terminate()
                try:
                    console.wait(5)
                except subprocess.TimeoutExpired:
                    console.kill()
    return console.returncode
