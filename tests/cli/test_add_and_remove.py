"""`ticket-clerk add` and `remove`: into an assistant that somebody has, and out again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import rasa.cli
import yaml
from dotenv import dotenv_values
from rasa.cli.utils import validate_assistant_id_in_config

from ticket_clerk.cli.operators.main import main

# They ask git what it keeps.
pytestmark = pytest.mark.live

INITIAL = Path(rasa.cli.__file__).parent / "initial_project"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new assistant, as `rasa init` makes it, in the working directory."""
    folder = tmp_path / "host"
    shutil.copytree(INITIAL, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    """Everything but what is left on purpose."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != ".env")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _add() -> int:
    return main(["add", "--yes"])


def _remove() -> int:
    return main(["remove", "--yes"])


def _no_actions(host: Path) -> None:
    shutil.rmtree(host / "actions")


def _one_module(host: Path) -> None:
    shutil.rmtree(host / "actions")
    (host / "actions.py").write_text("from rasa_sdk import Action")


def _no_endpoints(host: Path) -> None:
    (host / "endpoints.yml").unlink()


def _windows(host: Path) -> None:
    for name in ("config.yml", "endpoints.yml"):
        text = (host / name).read_text()
        (host / name).write_bytes(text.replace("\n", "\r\n").encode())


def _no_last_line_end(host: Path) -> None:
    for name in ("config.yml", "endpoints.yml"):
        (host / name).write_text((host / name).read_text().rstrip("\n"))


def _own_shows(host: Path) -> None:
    (host / "shows.yml").write_text("shows: []\n")


def _as_it_is(host: Path) -> None:
    pass


HOSTS = [_as_it_is, _no_actions, _one_module, _no_endpoints, _windows, _no_last_line_end]


@pytest.mark.parametrize("change", HOSTS)
def test_what_is_added_is_taken_out_to_the_byte(host: Path, change: object) -> None:
    """Whatever the host looks like, `remove` leaves it as it was."""
    change(host)  # type: ignore[operator]
    before = _files(host)

    assert _add() == 0
    during = _files(host)
    assert _remove() == 0

    assert during != before
    assert _files(host) == before


@pytest.mark.parametrize("change", HOSTS)
def test_an_assistant_has_the_importer_the_actions_and_the_endpoint(
    host: Path, change: object
) -> None:
    """One line in each of three files; the pipeline of the host, empty or not, is not touched."""
    change(host)  # type: ignore[operator]
    before = yaml.safe_load((host / "config.yml").read_text())
    _add()

    config = yaml.safe_load((host / "config.yml").read_text())
    assert config.pop("importers") == [{"name": "ticket_clerk.rasa.importer.TicketClerk"}]
    assert config == before
    endpoints = yaml.safe_load((host / "endpoints.yml").read_text())
    assert endpoints["action_endpoint"] == {"url": "http://localhost:5055/webhook"}
    actions = [host / "actions.py", host / "actions" / "__init__.py"]
    assert ["import ticket_clerk.actions" in path.read_text() for path in actions if path.exists()]
    assert (host / "shows.yml").exists()


def test_each_change_is_shown(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a diff, and settings by their names only."""
    _add()

    shown = capsys.readouterr().out
    assert "+importers: [{name: ticket_clerk.rasa.importer.TicketClerk}]" in shown
    assert "+++ b/actions/__init__.py" in shown
    secrets = dotenv_values(host / ".env")
    tokens = {"RASA_TOKEN", "PAYMENTS_API_TOKEN"}
    assert {*tokens, "STRIPE_WEBHOOK_SECRET", "TICKETS_SIGNING_KEY"} == set(secrets)
    assert not any(value in shown for value in secrets.values() if value)


def test_adding_twice_adds_once(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time there is nothing to do."""
    _add()
    before = _files(host)
    capsys.readouterr()

    assert _add() == 0
    assert _files(host) == before
    assert capsys.readouterr().out == "All of it is there already.\n"


def test_nothing_is_written_unasked(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal somebody has to say --yes."""
    before = _files(host)

    assert main(["add"]) == 1
    assert _files(host) == before
    assert "add --yes" in capsys.readouterr().err


def test_the_line_is_found_again_where_rasa_has_rewritten_it(host: Path) -> None:
    """The first training gives the assistant an id, and writes the whole file anew."""
    validate_assistant_id_in_config(str(host / "config.yml"))
    before = _files(host)
    config = host / "config.yml"
    text = config.read_text()
    config.write_text(text.replace("assistant_id: ", "assistant_id: placeholder_default # "))
    _add()
    validate_assistant_id_in_config(str(config))
    assert "importers: [name: ticket_clerk" in config.read_text()

    assert _remove() == 0
    assert set(_files(host)) == set(before)
    assert "importers" not in yaml.safe_load(config.read_text())


def test_files_of_the_hosts_own_stay(host: Path) -> None:
    """Shows that are there are the host's, on the way in and on the way out."""
    _own_shows(host)
    _add()
    _remove()

    assert (host / "shows.yml").read_text() == "shows: []\n"


def test_what_its_owner_has_changed_is_left_and_named(
    host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their shows and the features they chose are theirs."""
    _add()
    (host / "shows.yml").write_text("shows: []\n")
    config = (host / "config.yml").read_text().replace("Clerk}", "Clerk, features: [buy]}")
    (host / "config.yml").write_text(config)
    capsys.readouterr()

    assert _remove() == 1
    assert (host / "shows.yml").read_text() == "shows: []\n"
    assert "features: [buy]" in (host / "config.yml").read_text()
    assert "Left as they are, for you to look through: config.yml, shows.yml, .env" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("importers:\n- name: mine.Importer\n", "importers of its own"),
        ("recipe: graph.v1\n", "another recipe"),
        ("language: xx\n", "language 'xx'"),
        ("pipeline: [\n", "no YAML"),
        ("- a\n- b\n", "no settings by name"),
        ("{language: en}\n", "written in a way"),
        ("language: en\n...\n", "written in a way"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(
    host: Path, capsys: pytest.CaptureFixture[str], config: str, sentence: str
) -> None:
    """And nothing is changed."""
    (host / "config.yml").write_text(config)
    before = _files(host)

    assert _add() == 1
    assert sentence in capsys.readouterr().err
    assert _files(host) == before
    assert not (host / ".env").exists()


def test_a_folder_without_an_assistant_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to add to."""
    monkeypatch.chdir(tmp_path)

    assert _add() == 1
    assert "config.yml is missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_written_into_a_file_that_git_keeps(
    host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who commits .env is told which variables to set instead."""
    (host / ".env").write_text("A=b\n")
    subprocess.run(["git", "init", "-q", "."], cwd=host, check=True)
    subprocess.run(["git", "add", ".env"], cwd=host, check=True)

    assert _add() == 1
    assert "git keeps .env" in capsys.readouterr().err
    assert (host / ".env").read_text() == "A=b\n"
