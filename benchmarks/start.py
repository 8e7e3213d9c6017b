"""Start, first training and memory, beside the bot of ``rasa init``: ``make bench PART=start``.

Each is trained once and started once, one after the other, as a user would find it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.ports import free_ports
from ticket_clerk.cli.processes.service import Running, Service
from ticket_clerk.cli.processes.services import rasa_server
from ticket_clerk.cli.train import ensure_model

from .clerk import settings

_READY_WITHIN_S = 900.0
_RASA = (sys.executable, "-m", "rasa")


def main() -> dict[str, Any]:
    """Measure both; seconds, megabytes, and ours by theirs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        theirs = _of_rasa_init(Path(folder))
        ours = _of_ours(Path(folder) / "ours")
    ratio = {name: round(ours[name] / theirs[name], 2) for name in ours}
    return {"ours": ours, "rasa_init": theirs, "ratio": ratio}


def _of_rasa_init(folder: Path) -> dict[str, float]:
    environ = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    project = folder / "theirs"
    project.mkdir()
    make = [*_RASA, "init", "--no-prompt", "--init-dir", str(project)]
    subprocess.run(make, env=environ, check=True, capture_output=True)  # noqa: S603  our arguments
    (made,) = (project / "models").glob("*.tar.gz")
    made.unlink()
    # Rasa keeps each trained component there, and `rasa train` would only read them again.
    shutil.rmtree(project / ".rasa")
    begun = time.monotonic()
    subprocess.run(  # noqa: S603  our arguments
        [*_RASA, "train"], cwd=project, env=environ, check=True, capture_output=True
    )
    trained = time.monotonic() - begun
    (port,) = free_ports(1)
    (model,) = (project / "models").glob("*.tar.gz")
    run = (*_RASA, "run", "--enable-api", "--port", str(port), "--interface", "127.0.0.1")
    files = ("--model", str(model), "--credentials", str(project / "credentials.yml"))
    endpoints = ("--endpoints", str(project / "endpoints.yml"))
    ready = f"http://127.0.0.1:{port}/status"
    service = Service("rasa-init", (*run, *files, *endpoints), environ, ready, port, "")
    return {"training_s": round(trained, 1), **_started(service, folder)}


def _of_ours(folder: Path) -> dict[str, float]:
    given = os.environ.get("BENCH_MODEL")
    begun = time.monotonic()
    model = Path(given) if given else _trained(folder)
    trained = {} if given else {"training_s": round(time.monotonic() - begun, 1)}
    with settings() as (environ, own):
        return {**trained, **_started(rasa_server(environ, model), own)}


def _trained(folder: Path) -> Path:
    """Train in a copy of what a model is made of, so that the checkout's own model stays."""
    copied = (
        "config.yml domain.yml data endpoints.yml credentials.yml shows.yml actions ticket_clerk"
    )
    folder.mkdir()
    for name in copied.split():
        subprocess.run(["/bin/cp", "-r", str(ROOT / name), str(folder)], check=True)  # noqa: S603
    return ensure_model(folder, folder / "log")


def _started(service: Service, folder: Path) -> dict[str, float]:
    running = Running(service, folder / "log")
    try:
        while not running.is_ready():
            if time.monotonic() > running.started + _READY_WITHIN_S or running.exit_code():
                raise TimeoutError(f"{service.name} is not ready: {running.last_lines()}")
            time.sleep(0.05)
        took = time.monotonic() - running.started
        return {"ready_s": round(took, 1), "memory_mb": _memory_mb(running.pid)}
    finally:
        running.ask_to_stop()
        running.wait_stopped()


def _memory_mb(group: int) -> int:
    """What the largest process of a group holds."""
    pages = [0]
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(one.name)) == group:
                pages.append(int((one / "statm").read_text().split()[1]))
        except (ProcessLookupError, FileNotFoundError):
            continue
    return max(pages) * os.sysconf("SC_PAGE_SIZE") // 2**20
