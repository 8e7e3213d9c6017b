"""The distributions as a user gets them: built, and installed into environments of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ticket_clerk.cli.environment import ROOT


def build(out: Path) -> None:
    """Build wheels and sdists of both distributions into a folder."""
    for source in (ROOT, ROOT / "packages" / "stripe-standin"):
        _uv("build", "--quiet", "--out-dir", str(out), str(source))


def make_environment(
    folder: Path,
    dist: Path,
    *requirements: str,
    python: str = sys.executable,
    pins: str = "requirements.txt",
) -> Path:
    """Make an environment with requirements, ours from ``dist``; returns its interpreter.

    The versions of what others make are those that this project pins in ``pins``.
    """
    _uv("venv", "--quiet", "--python", python, str(folder))
    constraints = folder / "constraints.txt"
    constraints.write_text(_without_hashes((ROOT / pins).read_text()))
    interpreter = folder / "bin" / "python"
    options = ["--python", str(interpreter), "--constraint", str(constraints)]
    _uv("pip", "install", "--quiet", *options, "--find-links", str(dist), *requirements)
    return interpreter


def uninstall(interpreter: Path, *names: str) -> None:
    """Take distributions out of an environment, and leave what came with them."""
    _uv("pip", "uninstall", "--quiet", "--python", str(interpreter), *names)


def _without_hashes(requirements: str) -> str:
    return re.sub(r" *\\\n *--hash=\S+", "", requirements)


def _uv(*arguments: str) -> None:
    beside = Path(sys.prefix).resolve().parent / ".uv" / "bin" / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    assert uv, "make setup installs uv"
    # pyenv finds another version than the checkout's only when it is told.
    environ = {**os.environ, "PYENV_VERSION": "3.13"} if "3.13" in arguments else None
    done = subprocess.run(
        [uv, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
