"""The .env file: what is written into it, and what is left alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing import envfile

ALL = tuple(envfile.GENERATED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Path of a .env file."""
    return tmp_path / ".env"


def test_a_missing_file_is_written_with_every_secret(path: Path) -> None:
    """Where there is no .env, one appears that has a value for each secret."""
    written = envfile.complete(path, {}, ALL)

    assert tuple(written) == ALL
    assert all(dotenv_values(path)[name] for name in ALL)


def test_the_file_is_its_owners_only(path: Path) -> None:
    """Nobody else on the machine may read the secrets."""
    envfile.complete(path, {}, ALL)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_are_long_and_differ(tmp_path: Path) -> None:
    """Two files share no secret, and none can be guessed."""
    values = []
    for name in ("a", "b"):
        envfile.complete(tmp_path / name, {}, ALL)
        values += [value or "" for value in dotenv_values(tmp_path / name).values()]

    assert len(set(values)) == 2 * len(ALL)
    assert all(len(value) >= 48 for value in values)


def test_completing_again_changes_nothing(path: Path) -> None:
    """Safe to repeat: the second time there is nothing to write."""
    envfile.complete(path, {}, ALL)
    before = path.read_text()

    assert envfile.complete(path, {}, ALL) == []
    assert path.read_text() == before


def test_what_somebody_wrote_stays(path: Path) -> None:
    """Lines that are there keep their words and their order; missing ones are appended."""
    path.write_text("# mine\nRASA_TOKEN=chosen\nBIND_HOST=127.0.0.1")

    envfile.complete(path, {}, ALL)

    assert path.read_text().startswith("# mine\nRASA_TOKEN=chosen\nBIND_HOST=127.0.0.1\n")
    assert set(dotenv_values(path)) == {*ALL, "BIND_HOST"}


def test_a_copy_of_the_example_is_filled_in_place(path: Path) -> None:
    """Who copies .env.example gets its blank secrets filled, each name once."""
    path.write_text((ROOT / ".env.example").read_text())

    envfile.complete(path, {}, ALL)

    names = envfile.setting_names(path)
    assert len(names) == len(set(names))
    assert all(dotenv_values(path)[name] for name in ALL)


def test_a_secret_of_the_environment_is_not_written(path: Path) -> None:
    """What the environment gives does not land in a file; a blank there counts as nothing."""
    environ = {"RASA_TOKEN": "from the environment", "PAYMENTS_API_TOKEN": ""}

    written = envfile.complete(path, environ, ALL)

    assert "RASA_TOKEN" not in written
    assert "PAYMENTS_API_TOKEN" in written
