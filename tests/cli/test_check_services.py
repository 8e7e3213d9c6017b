"""One thing is broken at a time, and exactly its line says so.

Stand-in and action server are the real ones, each a process of its own; Rasa is a double.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.programs import until
from tests.cli.trained import trained_bot
from tests.rasa_double import RasaDouble
from tests.servers import dead_port
from ticket_clerk.cli.demo.demo import demo_environ
from ticket_clerk.cli.doctor.result import Result
from ticket_clerk.cli.doctor.services import check_services, checked
from ticket_clerk.cli.processes.prepare import prepare
from ticket_clerk.cli.processes.service import Running
from ticket_clerk.cli.processes.services import action_server, standin
from ticket_clerk.ticketing.envfile import GENERATED

pytestmark = pytest.mark.live

SHOWS = Path(__file__).parents[1] / "data" / "shows.yml"
BOT = "bot"


@pytest.fixture(scope="module")
def rasa() -> Iterator[RasaDouble]:
    """The Rasa of this clerk."""
    double = RasaDouble(lambda channel, sender_id: [])
    yield double
    double.close()


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory, rasa: RasaDouble) -> Iterator[dict[str, str]]:
    """The environment of a clerk whose stand-in and action server run."""
    folder = tmp_path_factory.mktemp("clerk")
    environ = {**demo_environ(folder), "SHOWS_FILE": str(SHOWS), "RASA_URL": rasa.url}
    rasa.model_file = trained_bot(folder / BOT).name
    rasa.token = environ["RASA_TOKEN"]
    prepare(environ)
    running = [Running(part, folder / "log") for part in (standin(environ), action_server(environ))]
    try:
        for part in running:
            until(part.is_ready, within_s=240)
        yield environ
    finally:
        for part in running:
            part.ask_to_stop()
        for part in running:
            part.wait_stopped()


def _wrong(environ: dict[str, str], **broken: str) -> list[str]:
    changed = {**environ, **broken}
    root = Path(environ["VAR_DIR"]) / BOT
    output = [str(result) for result in check_services(changed, root)]
    secrets = [changed[name] for name in GENERATED] + [environ[name] for name in GENERATED]
    assert not any(secret in line for secret in secrets for line in output)
    assert not any("Traceback" in line or "\n" in line for line in output)
    return [line for line in output if not line.startswith("ok ")]


def test_a_clerk_that_is_well_has_nothing_to_mend(environ: dict[str, str]) -> None:
    """Asked twice: the question changes nothing."""
    assert _wrong(environ) == []
    assert _wrong(environ) == []


@pytest.mark.parametrize(
    ("name", "value", "thing", "advice"),
    [
        ("STRIPE_WEBHOOK_SECRET", "whsec_of_another_endpoint", "webhook", "restart"),
        ("STRIPE_API_BASE", "http://127.0.0.1:{free}", "stripe", "start it with `make run`"),
        ("DATABASE_URL", "sqlite:////nowhere/payments.db", "database", "migrate"),
        ("DATABASE_URL", "postgresql://a:b@127.0.0.1:9/c", "database", "whether PostgreSQL runs"),
        ("SHOWS_FILE", "/nowhere/shows.yml", "shows", "/nowhere/shows.yml"),
        ("RASA_URL", "http://127.0.0.1:{free}", "rasa", "start it with `make run`"),
        ("RASA_TOKEN", "rasa-token-of-yesterday", "rasa", "another RASA_TOKEN"),
        ("ACTIONS_URL", "http://127.0.0.1:{free}", "action server", "start it with `make run`"),
        ("ACTIONS_URL", "http://127.0.0.1:{standin}", "action server", "check ACTIONS_URL"),
        ("ACTION_SERVER_TOKEN", "action-token-of-yesterday", "action server", "restart"),
        ("PAYMENTS_API_TOKEN", "api-token-of-yesterday", "payments API", "restart"),
        (
            "TICKETS_SIGNING_KEY",
            "signing-of-yesterday-0123456789ab",
            "tickets' key",
            "(<new>,<old>)",
        ),
    ],
)
def test_what_is_broken_is_named_and_nothing_else(
    environ: dict[str, str], name: str, value: str, thing: str, advice: str
) -> None:
    """One line: what it is, and what to do."""
    with dead_port() as free:
        value = value.format(free=free, standin=environ["STRIPE_STANDIN_PORT"])
        more = {"PUBLIC_URL": value} if name == "ACTIONS_URL" else {}

        (line,) = _wrong(environ, **{name: value}, **more)

    assert line.startswith(f"BROKEN  {thing} ")
    assert advice in line


def test_a_key_that_stripe_does_not_take_is_told_from_a_stripe_that_is_away(
    environ: dict[str, str],
) -> None:
    """The stand-in takes no live key, as Stripe takes none that was revoked."""
    (line,) = _wrong(environ, STRIPE_SECRET_KEY="sk_live_revoked")

    assert line.startswith("BROKEN  stripe ")
    assert "STRIPE_SECRET_KEY is not taken" in line


def test_a_server_that_runs_with_older_settings_is_found(
    environ: dict[str, str], rasa: RasaDouble
) -> None:
    """Rasa was restarted with a new token, and the action server was not: no message gets out."""
    lines: list[str] = []

    def is_found() -> bool:
        # The server's report on itself is up to five seconds old.
        lines[:] = _wrong(environ, RASA_TOKEN=rasa.token)
        return bool(lines)

    rasa.token = "rasa-token-of-today"
    try:
        until(is_found)
    finally:
        rasa.token = environ["RASA_TOKEN"]

    (line,) = lines
    assert line.startswith("BROKEN  its parts ")
    assert "does not reach rasa: restart" in line


def test_a_part_that_hangs_is_not_taken_for_a_server_that_is_away(
    environ: dict[str, str], rasa: RasaDouble
) -> None:
    """The server's report on itself waits for Rasa longer than the doctor does."""
    rasa.goes_on.clear()
    try:
        (line,) = _wrong(environ)
    finally:
        rasa.goes_on.set()

    assert line.startswith("BROKEN  rasa ")
    assert "does not answer" in line


def test_a_public_address_that_leads_nowhere_is_noted(environ: dict[str, str]) -> None:
    """Not a fault: not every network lets its own machines use its outside address."""
    with dead_port() as port:
        (line,) = _wrong(environ, PUBLIC_URL=f"http://127.0.0.1:{port}")

    assert line.startswith("note    PUBLIC_URL ")
    assert "/payments/" in line


def test_an_examination_that_fails_is_a_line_and_no_stack_trace() -> None:
    """Its text stays out: it may hold an address with a password in it."""

    def fails() -> Iterator[Result]:
        raise RuntimeError("postgresql://clerk:password@host/name")
        yield

    (result,) = checked("database", fails)

    assert str(result).startswith("BROKEN  database ")
    assert "RuntimeError" in str(result)
    assert "password" not in str(result)
