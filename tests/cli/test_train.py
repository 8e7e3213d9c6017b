"""Training: only when the bot's files changed, and never half a model."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.cli.train import ensure_model, fingerprint, model_path

from .programs import until

pytestmark = pytest.mark.live

CONFIG = """\
assistant_id: tiny
recipe: default.v1
language: en
pipeline: [{name: KeywordIntentClassifier}]
policies: [{name: RulePolicy}]
"""
DOMAIN = """\
version: "3.1"
intents: [greet]
responses: {utter_greet: [{text: Hello}]}
"""
NLU = "version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - hello\n    - hi\n"
RULES = "version: '3.1'\nrules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n"


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """A bot that knows one word."""
    (tmp_path / "data").mkdir()
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data" / "nlu.yml").write_text(NLU)
    (tmp_path / "data" / "rules.yml").write_text(RULES)
    return tmp_path


def test_the_fingerprint_follows_the_contents_not_the_clock(bot: Path) -> None:
    """Touching a file changes nothing; changing, adding or renaming one does."""
    seen = [fingerprint(bot)]
    (bot / "data" / "nlu.yml").touch()
    assert fingerprint(bot) == seen[0]

    (bot / "data" / "nlu.yml").write_text(NLU.replace("hi", "hey"))
    seen.append(fingerprint(bot))
    (bot / "data" / "more.yml").write_text("version: '3.1'\n")
    seen.append(fingerprint(bot))
    (bot / "data" / "more.yml").rename(bot / "data" / "other.yml")
    seen.append(fingerprint(bot))
    (bot / "ticket_clerk/nlu").mkdir(parents=True)
    (bot / "ticket_clerk/nlu" / "component.py").write_text("WORDS = 1\n")
    seen.append(fingerprint(bot))

    assert len(set(seen)) == 5


def test_files_that_no_model_is_made_of_do_not_matter(bot: Path) -> None:
    """Python's caches and an editor's leftovers train nothing."""
    before = fingerprint(bot)
    (bot / "ticket_clerk/nlu/__pycache__").mkdir(parents=True)
    (bot / "ticket_clerk/nlu/__pycache__" / "component.pyc").write_bytes(b"x")
    (bot / "data" / "nlu.yml~").write_text("x")

    assert fingerprint(bot) == before


def test_training_leaves_one_model_and_the_second_time_is_quick(bot: Path) -> None:
    """A changed bot is trained, its older model removed; an unchanged one is not trained."""
    (bot / "models").mkdir()
    (bot / "models" / "clerk-0000000000000000.tar.gz").touch()
    started = time.monotonic()
    model = ensure_model(bot, bot / "log")
    trained = time.monotonic()

    assert ensure_model(bot, bot / "log") == model == model_path(bot)
    assert time.monotonic() - trained < (trained - started) / 2
    assert [path.name for path in (bot / "models").glob("[!.]*")] == [model.name]


def test_a_training_that_fails_says_why_and_leaves_no_model(bot: Path) -> None:
    """Rasa's own words are shown, and nothing is there that looks like a model."""
    (bot / "config.yml").write_text(CONFIG.replace("KeywordIntentClassifier", "NoSuchThing"))

    with pytest.raises(LaunchError, match="NoSuchThing"):
        ensure_model(bot, bot / "log")

    assert not list((bot / "models").glob("[!.]*"))


def test_an_interrupted_training_leaves_no_model_and_no_process(bot: Path) -> None:
    """Ctrl-C while Rasa trains ends Rasa and leaves the folder as it was."""
    code = (
        "import sys; from pathlib import Path;"
        "from ticket_clerk.cli.processes.supervisor import stop_on_signals;"
        "from ticket_clerk.cli.train import ensure_model; stop_on_signals();"
        "ensure_model(Path(sys.argv[1]), Path(sys.argv[1]))"
    )
    training = subprocess.Popen(
        [sys.executable, "-c", code, str(bot)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    until(lambda: any((bot / "models").glob(".training-*")))
    until(lambda: bool(_working_in(bot)))
    training.send_signal(signal.SIGTERM)

    assert training.wait(300) != 0
    until(lambda: not _working_in(bot))
    assert [path.name for path in (bot / "models").iterdir()] == [".lock"]


def test_a_folder_without_a_bot_is_one_sentence(tmp_path: Path) -> None:
    """Where there is nothing to train, the sentence says what is missing."""
    with pytest.raises(LaunchError, match=r"config\.yml or data/ is missing"):
        ensure_model(tmp_path, tmp_path)


def _working_in(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found.append(entry.name)
        except OSError:
            continue
    return found
