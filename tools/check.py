"""``make check``: each static check with a line that says how long it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from ticket_clerk.cli.environment import ROOT, derive
from ticket_clerk.cli.processes.rasa_program import rasa_program

# Tools are asked by module or by their script in this very environment, never by PATH.
BIN = Path(sys.executable).parent


def steps() -> dict[str, list[str]]:
    """List the checks, quick ones first."""
    domain = "domain.yml" if (ROOT / "domain.yml").is_file() else "domain"
    files = ["--domain", domain, "--data", "data", "--config", "config.yml"]
    return {
        "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
        "lint": [sys.executable, "-m", "ruff", "check", "."],
        "imports": [str(BIN / "lint-imports")],
        "types": [sys.executable, "-m", "mypy"],
        "docs": [sys.executable, "-m", "tools.site"],
        "bot": rasa_program("rasa", "data", "validate", "--fail-on-warnings", *files),
    }


def check() -> int:
    """Run every step, also after one that fails; returns 1 if one did."""
    failed = [name for name, command in steps().items() if not _passes(name, command)]
    if failed:
        print(f"check: {', '.join(failed)} failed")
    return 1 if failed else 0


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=derive(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # Some of Rasa's warnings are no failures to it, whatever it is asked.
    is_ok = done.returncode == 0 and "UserWarning" not in done.stdout
    verdict = "ok" if is_ok else "FAILED"
    print(f"check: {name:<8} {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    if not is_ok:
        print(done.stdout)
    return is_ok


if __name__ == "__main__":
    sys.exit(check())
