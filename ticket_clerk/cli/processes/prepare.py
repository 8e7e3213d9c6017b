"""Preparation of a start: migrates the database and loads the shows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.ticketing.settings import Settings


def prepare(environ: Mapping[str, str]) -> None:
    """Make state's folders, migrate the database, load the shows. Safe to repeat.

    Raises LaunchError with what the failing step said.
    """
    file = Settings.from_env(environ).tracker_file
    for folder in (Path(environ["VAR_DIR"]), *((file.parent,) if file else ())):
        (ROOT / folder).mkdir(parents=True, exist_ok=True)
    for arguments in (["migrate"], ["shows", "load"]):
        _payments(arguments, environ)


def _payments(arguments: list[str], environ: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "integrations.payments", *arguments],
        cwd=ROOT,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        output = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise LaunchError(
            f"`python -m integrations.payments {' '.join(arguments)}` failed:\n{output}"
        )
