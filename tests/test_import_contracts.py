"""Each import contract refuses what it forbids: a violation is planted in a copy of the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

PACKAGES = ("actions", "integrations", "ticket_clerk", "packages/stripe-standin/src/stripe_standin")
STANDIN = "The stand-in and the product know nothing of each other"
# By contract: a module, and an import that it must not have.
VIOLATIONS = {
    "Entry points above flows, flows above ticketing": (
        "ticket_clerk/ticketing/database/__init__.py",
        "import ticket_clerk.ticketing.orders",
    ),
    "The domain is plain Python": ("ticket_clerk/ticketing/domain/__init__.py", "import yaml"),
    "Stripe's library in stripe_client only": ("ticket_clerk/http/__init__.py", "import stripe"),
    "HTTP clients in *_client only": ("ticket_clerk/flows/__init__.py", "import requests"),
    "SQL in the database's repositories only": (
        "ticket_clerk/channels/__init__.py",
        "import sqlalchemy",
    ),
    "Only flows use understanding": (
        "ticket_clerk/stripe_client/__init__.py",
        "import ticket_clerk.understanding",
    ),
    "Understanding reads text and knows neither Rasa nor the database": (
        "ticket_clerk/understanding/__init__.py",
        "import rasa_sdk",
    ),
    STANDIN: ("packages/stripe-standin/src/stripe_standin/__init__.py", "import ticket_clerk"),
}

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that the contracts are about."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.yml", "*.json", "*.onnx")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def _kept(tree: Path) -> dict[str, bool]:
    """Whether each contract is kept, by its name."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        env={"PYTHONPATH": f"{tree}:{tree / 'packages/stripe-standin/src'}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    verdicts = re.findall(r"(?m)^(.*?) (KEPT|BROKEN)", done.stdout)
    return {name: verdict == "KEPT" for name, verdict in verdicts}


def test_the_tree_keeps_all_contracts_and_each_has_a_violation_here(tree: Path) -> None:
    """Whoever adds a contract says here what it refuses."""
    assert _kept(tree) == dict.fromkeys(VIOLATIONS, True)


def test_each_contract_refuses_its_violation(tree: Path) -> None:
    """All planted at once: a contract that is broken says so whatever the others say."""
    for path, line in VIOLATIONS.values():
        module = tree / path
        module.write_text(f"{module.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    assert _kept(tree) == dict.fromkeys(VIOLATIONS, False)
