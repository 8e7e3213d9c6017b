"""The Procfile starts what `make run` starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_environment import REAL_KEY, TOKENS
from tests.servers import free_port, running, wait_for
from ticket_clerk.cli.environment import ROOT, derive
from ticket_clerk.cli.processes.services import all_services


def _lines() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return {name: command for name, _, command in (line.partition(": ") for line in lines)}


def test_each_service_of_make_run_has_its_line() -> None:
    """The command of a line becomes that service's own (below)."""
    services = all_services(derive(TOKENS), Path("model"))

    assert _lines() == {
        service.name: f".venv/bin/python -m ticket_clerk.cli start {service.name}"
        for service in services
    }


@pytest.mark.live
def test_start_becomes_the_service(tmp_path: Path) -> None:
    """The process itself, with the settings that follow from the environment."""
    port = free_port()
    environ = {**TOKENS, "STRIPE_STANDIN_PORT": str(port), "VAR_DIR": str(tmp_path)}
    command = [sys.executable, *_lines()["stand-in"].split()[1:]]

    with running(command, environ, tmp_path / "log") as process:
        wait_for(f"http://127.0.0.1:{port}")
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")

    assert arguments[1:3] == [b"-m", b"stripe_standin"]


@pytest.mark.live
def test_a_service_that_there_is_not_is_one_sentence() -> None:
    """As the stand-in where a real key is set."""
    command = [sys.executable, "-m", "ticket_clerk.cli", "start", "stand-in"]
    environ = {**TOKENS, **REAL_KEY}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr == "start: With these settings the services are actions, rasa.\n"
