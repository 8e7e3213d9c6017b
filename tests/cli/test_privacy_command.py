"""The operator's command: one document, a question before the end, sentences for all else."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.personal_records import DORA, EMAIL, keep_conversation
from tests.ticketing.purchases import buy
from ticket_clerk.cli.operators.main import _parser
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest

pytestmark = pytest.mark.sqlite_only

SENDER = f"{DORA.channel}:{DORA.sender_id}"


class Terminal(io.StringIO):
    """A terminal with this input."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def office(container: Container, tmp_path: Path) -> Container:
    """The shop with a file of Rasa's, and no Rasa."""
    file = tmp_path / "trackers.db"
    keep_conversation(file, DORA.sender_id, "it's Dora")
    settings = replace(container.settings, tracker_db=str(file))
    return replace(container, settings=settings, rasa=RasaClient("http://127.0.0.1:9", "none"))


def _run(container: Container, *words: str) -> None:
    args = _parser().parse_args(["privacy", *words])
    args.run(container, args)


def _count(container: Container, capsys: pytest.CaptureFixture[str]) -> int:
    _run(container, "export", "--sender", SENDER)
    return len(json.loads(capsys.readouterr().out)["orders"])


def test_export_prints_one_document_and_nothing_else(
    office: Container, stripe_wire: StripeWire, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole on stdout; what is missing in it is said on stderr as well."""
    buy(office, stripe_wire, buyer=DORA)
    _run(office, "export", "--sender", SENDER)
    output = capsys.readouterr()
    assert json.loads(output.out)["stripe_customers"][0]["email"] == EMAIL
    assert json.loads(output.out)["conversation"] == [{"event": "user", "text": "it's Dora"}]

    stripe_wire.cut()
    _run(office, "export", "--sender", SENDER)
    output = capsys.readouterr()
    assert [line in output.err for line in json.loads(output.out)["gaps"]] == [True, True]


@pytest.mark.parametrize(("typed", "left"), [("y\n", 0), ("\n", 1), ("no\n", 1), ("", 1)])
def test_erasing_is_asked_about_on_a_terminal(
    office: Container,
    stripe_wire: StripeWire,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    left: int,
) -> None:
    """It says what is at stake; only a yes is one, and a closed terminal is none."""
    buy(office, stripe_wire, buyer=DORA)
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    _run(office, "erase", "--sender", SENDER)

    output = capsys.readouterr().out
    assert "1 order, 1 of them for what is still to come" in output
    assert ("Nothing was erased." in output) == bool(left)
    assert _count(office, capsys) == left


def test_a_script_says_yes_or_nothing_happens(
    office: Container,
    stripe_wire: StripeWire,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a terminal nobody can be asked; twice is as good as once."""
    buy(office, stripe_wire, buyer=DORA)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(InvalidRequest, match="--yes"):
        _run(office, "erase", "--sender", SENDER)
    assert _count(office, capsys) == 1

    for _ in range(2):
        _run(office, "erase", "--sender", SENDER, "--yes")

    assert [line.split(", ")[1] for line in capsys.readouterr().out.splitlines()] == [
        "1 order",
        "0 orders",
    ]


@pytest.mark.parametrize("sender", ["", "web", ":dora", "web:"])
def test_a_sender_that_is_none_is_a_sentence(office: Container, sender: str) -> None:
    """It says how one is written."""
    with pytest.raises(InvalidRequest, match="a channel and its sender's id"):
        _run(office, "export", "--sender", sender)
