"""The stories of this folder, run by Rasa's own tester on the trained model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.flows.training import normalized
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.train import ensure_model
from ticket_clerk.languages.training import training_sentences, without_annotations


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Today's model, trained now if it isn't there."""
    return str(ensure_model(ROOT, tmp_path_factory.mktemp("log")))


def rasa(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Rasa's."""
    command = [sys.executable, "-m", "rasa", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.live
def test_every_story_goes_as_written(model: str, tmp_path: Path) -> None:
    """Sentences that the training never saw lead to the intent and the action of the story."""
    stories = str(Path(__file__).parent)

    done = rasa(
        "test", "core", "-m", model, "--stories", stories, "--out", str(tmp_path),
        "--fail-on-prediction-errors",
    )  # fmt: skip

    failed = tmp_path / "failed_test_stories.yml"
    assert done.returncode == 0, failed.read_text() if failed.exists() else done.stderr[-2000:]


def test_no_story_says_what_the_training_has_seen() -> None:
    """A sentence that was learned by heart shows nothing."""
    learned = {normalized(sentence) for _, sentence in training_sentences("en")}
    said = [
        without_annotations(step["user"].strip())
        for path in sorted(Path(__file__).parent.glob("*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
        for step in story["steps"]
        if "user" in step
    ]

    assert [sentence for sentence in said if normalized(sentence) in learned] == []
