"""The environment of the parts: what follows from what, and which sentence stops the start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticket_clerk.cli import environment
from ticket_clerk.cli.doctor.doctor import check_settings
from ticket_clerk.cli.doctor.result import Verdict
from ticket_clerk.cli.processes.services import all_services, standin
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import Settings

TOKENS = {
    "RASA_TOKEN": "rasa-token-of-the-tests",
    "ACTION_SERVER_TOKEN": "action-token-of-the-tests",
    "PAYMENTS_API_TOKEN": "api-token-of-the-tests",
    "TICKETS_SIGNING_KEY": "signing-key-of-the-tests-0123456789",
    "STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests",
}
REAL_KEY = {"STRIPE_SECRET_KEY": "sk_test_51abc"}


def test_addresses_follow_the_ports() -> None:
    """Who moves a port moves every address that has it in."""
    ports = {"RASA_PORT": "6005", "ACTIONS_PORT": "6055", "STRIPE_STANDIN_PORT": "6111"}

    env = environment.derive(ports)

    assert env["RASA_URL"] == "http://127.0.0.1:6005"
    assert env["ACTIONS_URL"] == env["PUBLIC_URL"] == "http://127.0.0.1:6055"
    assert env["STRIPE_API_BASE"] == "http://127.0.0.1:6111"
    assert env["STRIPE_STANDIN_WEBHOOK_URL"] == "http://127.0.0.1:6055/payments/webhook"


def test_the_environment_beats_the_file_even_when_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blank variable hides the file's value, so that a default can be had back."""
    (tmp_path / ".env").write_text("RASA_PORT=6005\nACTIONS_PORT=6055\nBIND_HOST=127.0.0.2\n")
    monkeypatch.setenv("RASA_PORT", "7005")
    monkeypatch.setenv("ACTIONS_PORT", "")
    monkeypatch.delenv("BIND_HOST", raising=False)

    env = environment.derive(environment.read(tmp_path / ".env"))

    assert (env["RASA_PORT"], env["ACTIONS_PORT"]) == ("7005", "5055")
    assert env["BIND_HOST"] == "127.0.0.2"


def test_parts_reach_each_other_on_loopback_when_they_listen_everywhere() -> None:
    """0.0.0.0 is an address to listen on, not one to call."""
    env = environment.derive({"BIND_HOST": "0.0.0.0"})  # noqa: S104

    assert env["RASA_URL"] == "http://127.0.0.1:5005"
    assert env["SANIC_HOST"] == "0.0.0.0"  # noqa: S104


def test_parts_do_not_talk_through_a_proxy() -> None:
    """Somebody's proxy never sees what the parts say to each other."""
    env = environment.derive({"NO_PROXY": "example.com"})

    assert env["NO_PROXY"].split(",")[:2] == ["example.com", "127.0.0.1"]


def test_the_stand_in_runs_only_without_a_stripe_key() -> None:
    """With a key of Stripe's the same parts run, without the stand-in and its address."""
    model = Path("model.tar.gz")
    without, with_key = environment.derive(TOKENS), environment.derive({**TOKENS, **REAL_KEY})

    assert [part.name for part in all_services(without, model)] == ["stand-in", "actions", "rasa"]
    assert [part.name for part in all_services(with_key, model)] == ["actions", "rasa"]
    assert "STRIPE_API_BASE" not in with_key
    assert Settings.from_env(with_key).stripe_api_base == "https://api.stripe.com"


def test_no_secret_is_on_a_command_line_or_in_a_repr() -> None:
    """`ps` shows command lines to everybody, and logs show reprs."""
    for part in all_services(environment.derive(TOKENS), Path("model.tar.gz")):
        shown = f"{part.command} {part!r}"
        assert not any(secret in shown for secret in TOKENS.values())


def test_a_signing_secret_is_not_made_up_beside_a_real_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A random secret would refuse all of Stripe's webhooks; the start stops and says so."""
    for name in (*TOKENS, *REAL_KEY):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text("STRIPE_SECRET_KEY=sk_test_51abc\n")

    with pytest.raises(ConfigError, match="STRIPE_WEBHOOK_SECRET is not set"):
        environment.load(tmp_path / ".env")


def test_the_stand_ins_signing_secret_is_refused_beside_a_real_key() -> None:
    """Who adds a key to the .env of the stand-in is told to add the endpoint's secret, too."""
    env = {**TOKENS, **REAL_KEY, "STRIPE_WEBHOOK_SECRET": "whsec_standin_0123456789"}

    with pytest.raises(ConfigError, match="STRIPE_WEBHOOK_SECRET is still .*--register"):
        environment.check(environment.derive(env))


def test_half_a_channel_stops_the_start() -> None:
    """Before anything runs, not in a log of Rasa's."""
    with pytest.raises(ConfigError, match="^SLACK_SIGNING_SECRET is not set"):
        environment.check(environment.derive({**TOKENS, "SLACK_BOT_TOKEN": "xoxb-1"}))


def test_two_parts_on_one_port_are_refused() -> None:
    """Parts cannot share a port; the sentence names both settings."""
    env = environment.derive({**TOKENS, "RASA_PORT": "5055"})

    with pytest.raises(ConfigError, match="RASA_PORT and ACTIONS_PORT are the same"):
        environment.check(env)


def test_the_doctor_names_every_wrong_setting_at_once() -> None:
    """Who has three wrong settings is told of three, not of the first."""
    wrong = {"RASA_PORT": "many", "DATABASE_URL": "mysql://x", "STRIPE_SECRET_KEY": "pk_test_1"}
    results = check_settings({**TOKENS, **wrong})

    broken = {result.thing for result in results if result.verdict is Verdict.BROKEN}
    assert broken == set(wrong)


def test_the_stand_in_runs_from_its_sources() -> None:
    """Where nobody installed it, too: the launcher names them, before what is named already."""
    environ = environment.derive({"PYTHONPATH": "/of/mine"})

    first, second = standin(environ).environ["PYTHONPATH"].split(os.pathsep)

    assert (Path(first) / "stripe_standin" / "__main__.py").is_file()
    assert second == "/of/mine"
