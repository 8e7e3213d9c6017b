"""The doctor's checks of the settings, and its output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ticket_clerk.cli import environment
from ticket_clerk.cli.doctor.doctor import check_settings
from ticket_clerk.cli.doctor.services import check_clock, check_disk, check_machine
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing.domain.errors import ConfigError

SECRETS = {
    "STRIPE_SECRET_KEY": "sk_test_a1b2c3",
    "STRIPE_WEBHOOK_SECRET": "whsec_a1b2c3d4e5",
    "RASA_TOKEN": "rasa-a1b2c3",
    "ACTION_SERVER_TOKEN": "action-a1b2c3",
    "PAYMENTS_API_TOKEN": "api-a1b2c3",
    "TICKETS_SIGNING_KEY": "signing-a1b2c3d4e5f6a7b8c9d0e1f2",
}


def _output(**written: str) -> list[str]:
    settings = {**SECRETS, **written}
    output = [str(result) for result in check_settings(settings)]
    assert not any(value in line for value in settings.values() if value for line in output)
    return output


def _broken(**written: str) -> list[str]:
    return [line for line in _output(**written) if line.startswith("BROKEN")]


@pytest.mark.parametrize(("publishable", "word"), [("pk_test_a1", "ok"), ("pk_live_a1", "BROKEN")])
def test_keys_of_two_modes_are_found(publishable: str, word: str) -> None:
    """A live page with a test server takes money that nobody sees."""
    output = _output(STRIPE_PUBLISHABLE_KEY=publishable)

    assert [line.split()[0] for line in output if " stripe's keys " in line] == [word]


def test_no_key_is_no_fault_and_is_said() -> None:
    """Then the stand-in is Stripe, and nobody pays with money."""
    (line,) = (line for line in _output(STRIPE_SECRET_KEY="") if " stripe's keys " in line)

    assert line.startswith("ok ")
    assert "stand-in" in line


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("STRIPE_SECRET_KEY", "pk_test_swapped", "starts with sk_ or rk_"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_test_swapped", "starts with pk_"),
        ("STRIPE_WEBHOOK_SECRET", "sk_test_swapped", "starts with whsec_"),
        ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET=<value>"),
        ("RASA_TOKEN", "", "RASA_TOKEN=<value>"),
        ("PAYMENTS_API_TOKEN", "", "PAYMENTS_API_TOKEN=<value>"),
        ("TICKETS_SIGNING_KEY", "a1b2c3", "at least 32 random letters"),
        ("DATABASE_URL", "mysql://a1b2c3", "postgresql://"),
        ("RASA_PORT", "many-a1b2c3", "from 1 to 65535"),
        ("PUBLIC_URL", "a1b2c3.example", "http"),
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_to_write(
    name: str, value: str, advice: str
) -> None:
    """That line and no other, and not the value, which may be a secret."""
    (line,) = _broken(**{name: value})

    assert line.startswith(f"BROKEN  {name} ")
    assert advice in line


def test_half_a_channel_is_one_line_and_hides_no_other() -> None:
    """Of each channel, whichever half is missing."""
    output = _broken(
        SLACK_BOT_TOKEN="xoxb-1", TELEGRAM_SECRET_TOKEN="a1b2c3", RASA_PORT="many-a1b2"
    )

    named = sorted(line.split()[1] for line in output)
    assert named == ["RASA_PORT", "SLACK_SIGNING_SECRET", "TELEGRAM_ACCESS_TOKEN"]
    assert "xoxb-1" not in "".join(output)


def test_two_wrong_settings_are_two_lines() -> None:
    """Nobody mends one to be told of the next."""
    assert len(_broken(STRIPE_SECRET_KEY="nonsense", RASA_PORT="99999")) == 2


def test_an_address_that_stripe_cannot_reach_is_noted() -> None:
    """With the command that forwards events to this machine."""
    (line,) = (line for line in _output() if " PUBLIC_URL " in line)

    assert line.startswith("note ")
    assert "stripe listen --forward-to" in line


@pytest.mark.live
def test_the_payments_package_has_the_doctor_too() -> None:
    """As the contract names it."""
    command = [sys.executable, "-m", "integrations.payments", "--help"]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "doctor" in output


def test_a_file_of_settings_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    """Saved by another editor as UTF-16, say: no stack trace."""
    (tmp_path / ".env").write_bytes("RASA_PORT=5005".encode("utf-16"))

    with pytest.raises(ConfigError, match="UTF-8"):
        environment.read(tmp_path / ".env")


@pytest.mark.parametrize(
    ("seconds", "word"),
    [(5, "ok"), (-31, "note"), (200, "note"), (301, "BROKEN"), (-900, "BROKEN")],
)
def test_a_clock_that_is_off_is_told(seconds: int, word: str) -> None:
    """In either direction; from 300 s on no webhook would be taken."""
    now = datetime(2026, 11, 29, tzinfo=timezone.utc)
    line = str(check_clock(now, now + timedelta(seconds=seconds)))

    assert line.split()[:2] == [word, "clock"]
    assert ("behind" in line) == (seconds < 0)


def test_a_clock_that_was_moved_for_a_test_is_told(tmp_path: Path) -> None:
    """Left in a .env it ends sales early, and looks like a webhook that never comes."""
    environ = environment.derive({"VAR_DIR": str(tmp_path), "PAYMENTS_CLOCK_OFFSET_S": "900"})
    environ["STRIPE_API_BASE"] = "http://127.0.0.1:9"

    _, moved = check_machine(environ)

    assert str(moved).startswith("note    moved clock")
    assert "PAYMENTS_CLOCK_OFFSET_S moves the clerk's by 900 s" in moved.detail


def test_a_missing_key_of_sold_tickets_is_not_simply_made_anew() -> None:
    """With another key no ticket that was sold scans; the start of a program can't know of any."""
    (line,) = _broken(TICKETS_SIGNING_KEY="")

    assert "from a copy of .env" in line


@pytest.mark.parametrize(("free_mb", "word"), [(5000, "ok"), (999, "note"), (99, "BROKEN")])
def test_a_disk_without_room_is_told(tmp_path: Path, free_mb: int, word: str) -> None:
    """Also before the first start, when the folder isn't there yet."""
    assert str(check_disk(tmp_path / "not" / "yet", free_mb)).split()[:2] == [word, "disk"]
    assert str(check_disk(tmp_path)).split()[1] == "disk"


@pytest.mark.live
def test_a_program_reads_the_same_as_one_object(tmp_path: Path) -> None:
    """One object on stdout and the exit code of the lines; a wrong setting is the result."""
    command = [sys.executable, "-m", "integrations.payments", "doctor", "--json"]
    environ = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "RASA_PORT": "none"}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environ)

    told = json.loads(ended.stdout)
    assert (ended.returncode, told["ok"]) == (1, False)
    assert all(set(each) == {"verdict", "thing", "detail"} for each in told["results"])
    assert {each["verdict"] for each in told["results"]} <= {"ok", "note", "broken"}
    assert "RASA_PORT" in [x["thing"] for x in told["results"] if x["verdict"] == "broken"]


@pytest.mark.live
def test_what_is_said_of_registering_is_beside_the_object(tmp_path: Path) -> None:
    """A program reads stdout; with the stand-in there is nothing to register."""
    command = [sys.executable, "-m", "integrations.payments", "doctor", "--json", "--register"]
    secrets = {**SECRETS, "STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": "whsec_a1b2c3d4e5"}
    environ = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **secrets}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environ)

    assert "results" in json.loads(ended.stdout)
    assert "register: needs a key of Stripe's" in ended.stderr
