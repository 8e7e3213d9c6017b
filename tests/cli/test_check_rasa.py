"""The doctor's checks of Rasa and its model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.trained import trained_bot
from tests.rasa_double import TOKEN, RasaDouble
from tests.servers import dead_port
from ticket_clerk.cli.doctor.services import check_rasa


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The model of the bot in ``tmp_path / "bot"``."""
    return trained_bot(tmp_path / "bot")


@pytest.fixture
def rasa(model: Path) -> Iterator[RasaDouble]:
    """A Rasa that has loaded that model."""
    double = RasaDouble(lambda channel, sender_id: [])
    double.model_file = model.name
    yield double
    double.close()


def _output(url: str, model: Path, token: str = TOKEN) -> list[str]:
    environ = {"RASA_URL": url, "RASA_TOKEN": token, "CLERK_LANGUAGE": "en"}
    output = [str(result) for result in check_rasa(environ, model.parents[1])]
    assert not any(TOKEN in line for line in output)
    return output


def _wrong(output: list[str]) -> list[str]:
    return [line for line in output if not line.startswith("ok ")]


def test_a_rasa_that_is_well_is_three_lines(rasa: RasaDouble, model: Path) -> None:
    """It knows the token, lets nobody else in, and speaks with today's model."""
    output = _output(rasa.url, model)

    assert len(output) == 3
    assert _wrong(output) == []


def test_a_rasa_that_is_away_is_one_line_with_its_address(model: Path) -> None:
    """And the model on disk is looked at all the same."""
    with dead_port() as port:
        url = f"http://127.0.0.1:{port}"
        output = _output(url, model)

    (wrong,) = _wrong(output)
    assert wrong.startswith("BROKEN  rasa ")
    assert url in wrong
    assert "`make run`" in wrong
    assert any(line.startswith("ok      model ") for line in output)


def test_a_token_that_rasa_does_not_know_is_no_rasa_that_is_away(
    rasa: RasaDouble, model: Path
) -> None:
    """Starting it a second time would help nobody: it is to be restarted."""
    (wrong,) = _wrong(_output(rasa.url, model, token="another"))

    assert wrong.startswith("BROKEN  rasa ")
    assert "another RASA_TOKEN: restart" in wrong


def test_a_rasa_without_a_model_says_so(rasa: RasaDouble, model: Path) -> None:
    """It answers 409 until it has one."""
    rasa.model_file = None

    (wrong,) = _wrong(_output(rasa.url, model))
    assert "no model" in wrong


def test_a_rasa_that_is_open_to_anybody_is_found(rasa: RasaDouble, model: Path) -> None:
    """Whoever reaches it could write confirmations into conversations."""
    rasa.mood = "open to anybody"

    (wrong,) = _wrong(_output(rasa.url, model))
    assert wrong.startswith("BROKEN  rasa's token ")
    assert "--auth-token" in wrong


def test_a_model_older_than_the_files_is_found(rasa: RasaDouble, model: Path) -> None:
    """One changed sentence is enough; the line names both commands."""
    (model.parents[1] / "data" / "nlu.yml").write_text("nlu: [changed]\n")

    (wrong,) = _wrong(_output(rasa.url, model))
    assert wrong.startswith("BROKEN  model ")
    assert "`make train`" in wrong
    assert "`make run`" in wrong


def test_a_rasa_that_still_speaks_with_the_model_before_is_found(
    rasa: RasaDouble, model: Path
) -> None:
    """Trained meanwhile, and not restarted."""
    rasa.model_file = "clerk-of-last-week.tar.gz"

    (wrong,) = _wrong(_output(rasa.url, model))
    assert wrong.startswith("BROKEN  model ")
    assert "restart" in wrong


def test_another_program_at_rasas_address_is_not_taken_for_rasa(
    rasa: RasaDouble, model: Path
) -> None:
    """It answers 200 and knows nothing of models."""
    rasa.answer = lambda method, url: (200, {"hello": "world"})  # type: ignore[method-assign]

    (wrong,) = _wrong(_output(rasa.url, model))
    assert "check RASA_URL" in wrong
