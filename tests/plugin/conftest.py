"""Built wheels, and an environment with Rasa and ours in it, once a run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.plugin.packages import build, make_environment, uninstall


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both distributions."""
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return folder


@pytest.fixture(scope="session")
def rasa_environment(tmp_path_factory: pytest.TempPathFactory, dist: Path) -> Path:
    """The bin folder of an environment with Rasa and the wheels, as a host has it."""
    folder = tmp_path_factory.mktemp("host") / "env"
    return make_environment(folder, dist, "ticket-clerk[rasa,nlu,standin]").parent


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory, dist: Path) -> Path:
    """The bin folder of an environment with Rasa, in which ours is not installed yet."""
    folder = tmp_path_factory.mktemp("new") / "env"
    extras = "ticket-clerk[rasa,nlu,standin]"
    python = make_environment(folder, dist, extras, "pip", "setuptools<81")
    uninstall(python, "ticket-clerk", "stripe-standin")
    return python.parent


@pytest.fixture(scope="session")
def modern_environment(tmp_path_factory: pytest.TempPathFactory, dist: Path) -> Path:
    """The bin folder of an environment with our wheel on Python 3.13, and no Rasa."""
    root = Path(__file__).parents[2]
    if subprocess.run(
        ["sh", str(root / "tools" / "has_python.sh"), "3.13"], check=False
    ).returncode:
        pytest.skip("no Python 3.13 on this machine")
    folder = tmp_path_factory.mktemp("modern") / "env"
    python = make_environment(folder, dist, "ticket-clerk", python="3.13", pins="tools/modern.txt")
    return python.parent
