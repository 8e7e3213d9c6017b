"""The distribution: one top-level package with everything in it, and nothing of the checkout."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.plugin.packages import make_environment
from ticket_clerk.cli.environment import ROOT

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

# Imported by the action server, which has no Rasa.
IMPORTS = """import ticket_clerk.actions, ticket_clerk.http.mount, ticket_clerk.cli.operators.main
import ticket_clerk.understanding.topics"""


def _names(dist: Path) -> set[str]:
    (wheel,) = dist.glob("ticket_clerk-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_a_wheel_has_one_top_level_package(dist: Path) -> None:
    """`actions`, `integrations` and the like are a host's own names."""
    tops = {name.partition("/")[0] for name in _names(dist)}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"ticket_clerk"}


def test_a_wheel_has_every_file_that_the_program_reads(dist: Path) -> None:
    """Modules, the assistant's files, migrations, pages and languages."""
    tracked = subprocess.run(
        ["git", "ls-files", "ticket_clerk", "actions", "data", "domain.yml", "shows.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    expected = {_in_wheel(name) for name in tracked if name}

    assert expected <= _names(dist)


def _in_wheel(name: str) -> str:
    if name.startswith("ticket_clerk/"):
        return name
    return f"ticket_clerk/{'' if name.startswith('actions/') else 'bot/'}{name}"


def test_a_source_distribution_builds_the_same_wheel(dist: Path) -> None:
    """`uv build` makes the wheel out of the sdist, which therefore has all sources."""
    (sdist,) = dist.glob("ticket_clerk-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"actions/__init__.py", "domain.yml", "LICENSE", "pyproject.toml"} <= names


def test_the_base_imports_without_rasa(dist: Path, tmp_path: Path) -> None:
    """What an action server needs is all that `pip install ticket-clerk` brings."""
    python = make_environment(tmp_path / "env", dist, "ticket-clerk")
    command = str(python.with_name("ticket-clerk"))

    subprocess.run([python, "-c", IMPORTS], cwd=tmp_path, check=True)
    assert subprocess.run([python, "-c", "import rasa"], capture_output=True).returncode
    subprocess.run([command, "migrate"], cwd=tmp_path, check=True)
    loaded = subprocess.run([command, "shows", "load"], cwd=tmp_path, capture_output=True)
    assert b"SHOWS_FILE" in loaded.stderr
