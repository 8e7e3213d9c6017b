"""``python -m ticket_clerk.cli COMMAND``: what the Makefile calls, once ``.venv`` is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from ticket_clerk.ticketing.domain.errors import ConfigError

from . import environment
from .errors import LaunchError
from .processes.supervisor import Stopped, stop_on_signals


def _run() -> int:
    from .run import run

    return run()


def _start(name: str) -> int:
    from .run import start

    return start(name)


def _shell() -> int:
    from .run import shell

    return shell()


def _demo() -> int:
    from .demo.demo import demo

    return demo()


def _doctor(*options: str) -> int:
    from .doctor.doctor import doctor

    return doctor(as_json="--json" in options, register="--register" in options)


def _train() -> int:
    from .train import ensure_model

    language = environment.derive(environment.read())["CLERK_LANGUAGE"]
    log_dir = environment.ROOT / "var" / "log"
    print(f"train: {ensure_model(environment.ROOT, log_dir, language)} is current")
    return 0


COMMANDS: dict[str, Callable[..., int]] = {
    "run": _run,
    "start": _start,
    "shell": _shell,
    "demo": _demo,
    "doctor": _doctor,
    "train": _train,
}


_DOCTORS_OPTIONS = {"--json", "--register"}


def main(arguments: list[str]) -> int:
    """Run one command; a wrong setting, a taken port and the like are one sentence on stderr."""
    command, *names = arguments or [""]
    has_options = command == "doctor" and set(names) <= _DOCTORS_OPTIONS
    if command not in COMMANDS or (len(names) != (command == "start") and not has_options):
        usage = "|".join(COMMANDS).replace("start", "start SERVICE")
        usage = usage.replace("doctor", "doctor [--json] [--register]")
        print(f"usage: python -m ticket_clerk.cli {usage}", file=sys.stderr)
        return 2
    stop_on_signals()
    # Databases and logs are readable only by the user who runs the clerk.
    os.umask(0o077)
    try:
        return COMMANDS[command](*names)
    except (LaunchError, ConfigError) as error:
        print(f"{command}: {error}", file=sys.stderr)
        return 1
    except Stopped:
        print("stopped", flush=True)
        # `run` and `shell` are ended that way; the others did not finish.
        return 0 if command in {"run", "shell"} else 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
