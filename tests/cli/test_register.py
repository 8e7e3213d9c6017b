"""``doctor --register``: the endpoint at Stripe, and its secret in ``.env``."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from ticket_clerk.cli.doctor.registration import (
    Consent,
    judge_endpoints,
    offer_registration,
    register,
)
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.events.webhooks import HANDLERS

# Git is asked whether it keeps .env.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.live]

PUBLIC = "https://tickets.example.com"
URL = f"{PUBLIC}/payments/webhook"
OTHERS = "# mine\r\nRASA_TOKEN='keep me' # why\n\nexport SHOWS_FILE=shows.yml\n"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A .env of somebody's, readable by others."""
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET", raising=False)
    file = tmp_path / ".env"
    file.write_bytes(OTHERS.encode())
    file.chmod(0o644)
    return file


@pytest.fixture
def shop(container: Container) -> Callable[..., Container]:
    """Make a shop with a key of Stripe's and a public address, and no signing secret yet."""

    def make(env: Path | None = None, **changes: object) -> Container:
        kept = (dotenv_values(env).get("STRIPE_WEBHOOK_SECRET") if env else "") or ""
        settings = replace(
            container.settings,
            stripe_secret_key="sk_test_a1",
            public_url=PUBLIC,
            stripe_webhook_secrets=tuple(part for part in kept.split(",") if part),
        )
        return replace(container, settings=replace(settings, **changes))

    return make


class Said:
    """What a terminal shows, and what whoever sits there answers."""

    def __init__(self, *answers: bool) -> None:
        self.lines: list[str] = []
        self.answers = list(answers)

    def ask(self, question: str) -> bool:
        """Take the next answer."""
        self.lines.append(question)
        return self.answers.pop(0)

    def agreed(self, *, is_given: bool = False, is_there: bool = True) -> Consent:
        """Consent of whoever sits there, or of the command."""
        return Consent(is_given, self.ask if is_there else None, self.lines.append)


def git(folder: Path, *command: str) -> None:
    """Run git there."""
    subprocess.run(["git", *command], cwd=folder, check=True, env=dict(os.environ))


def listed(wire: StripeWire) -> list[dict[str, object]]:
    """The endpoints at Stripe."""
    return list(wire.list_all("/v1/webhook_endpoints"))


def made(wire: StripeWire, *events: str) -> None:
    """Register our address by hand."""
    named = {f"enabled_events[{number}]": event for number, event in enumerate(events)}
    wire.post("/v1/webhook_endpoints", url=URL, **named)


def test_a_yes_registers_exactly_what_is_handled_and_keeps_the_secret(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """Every other byte of the file stays, nobody else reads it, and no line shows the secret."""
    said = Said(True)

    assert register(shop(), env, said.agreed())

    (endpoint,) = listed(stripe_wire)
    assert (endpoint["url"], set(endpoint["enabled_events"])) == (URL, set(HANDLERS))
    secret = dotenv_values(env)["STRIPE_WEBHOOK_SECRET"]
    assert secret is not None
    assert secret.startswith("whsec_")
    assert env.read_bytes().decode().startswith(OTHERS.rstrip())
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert not any(secret in line for line in said.lines)
    assert "whsec_" not in "".join(said.lines)
    registered = shop().stripe.list_webhook_endpoints()
    assert str(judge_endpoints(registered, URL)).startswith("ok")


def test_a_second_time_changes_nothing(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """Nobody is asked again, and the file is as it was."""
    register(shop(), env, Said().agreed(is_given=True))
    written, said = env.read_bytes(), Said()

    assert not register(shop(env), env, said.agreed(is_given=True))
    assert (env.read_bytes(), said.lines, len(listed(stripe_wire))) == (written, [], 1)


def test_a_no_changes_nothing(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """Neither here nor at Stripe."""
    assert not register(shop(), env, Said(False).agreed())

    assert (listed(stripe_wire), env.read_bytes()) == ([], OTHERS.encode())


def test_other_events_become_those_that_are_handled(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """The endpoint and its secret stay; so does the file."""
    made(stripe_wire, "charge.succeeded", "invoice.paid")
    before = listed(stripe_wire)[0]["id"]
    shop_with = shop(stripe_webhook_secrets=("whsec_by_hand_1",))

    assert register(shop_with, env, Said(True).agreed())

    (endpoint,) = listed(stripe_wire)
    assert (endpoint["id"], set(endpoint["enabled_events"])) == (before, set(HANDLERS))
    assert env.read_bytes() == OTHERS.encode()
    assert not register(shop_with, env, Said().agreed())


def test_an_endpoint_that_is_switched_off_is_switched_on(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """Which Stripe does to one that failed for days."""
    made(stripe_wire, *HANDLERS)
    stripe_wire.post(f"/v1/webhook_endpoints/{listed(stripe_wire)[0]['id']}", disabled="true")
    said = Said(True)

    assert register(shop(stripe_webhook_secrets=("whsec_by_hand_1",)), env, said.agreed())
    assert "is switched off" in said.lines[0]
    assert listed(stripe_wire)[0]["status"] == "enabled"


@pytest.mark.parametrize("is_lost", ["answer", "file"])
def test_a_run_that_was_cut_off_is_made_up_for_by_the_next(
    shop: Callable[..., Container],
    stripe_wire: StripeWire,
    env: Path,
    is_lost: str,
) -> None:
    """Stripe has made it, and the secret did not reach the file: the same key brings it again."""
    agreed = Said(True).agreed()
    if is_lost == "file":
        agreed = replace(agreed, say=_cut_off)
    else:
        stripe_wire.on_answer = lambda _: _cut_off() if listed(stripe_wire) else None
    with pytest.raises(KeyboardInterrupt):
        register(shop(), env, agreed)
    stripe_wire.on_answer = lambda _: None
    assert len(listed(stripe_wire)) == 1
    assert "STRIPE_WEBHOOK_SECRET" not in dotenv_values(env)

    assert register(shop(env), env, Said(True).agreed())

    assert len(listed(stripe_wire)) == 1
    assert str(dotenv_values(env)["STRIPE_WEBHOOK_SECRET"]).startswith("whsec_")


def _cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_secret_that_nobody_can_get_is_said(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path, clock: MovableClock
) -> None:
    """Of an endpoint that somebody made by hand, or more than a day ago."""
    register(shop(), env, Said().agreed(is_given=True))
    env.write_text("")
    clock.move(hours=24)
    said = Said()

    assert not register(shop(env), env, said.agreed(is_given=True))
    assert "copy the secret from the endpoint's page" in said.lines[0]
    assert len(listed(stripe_wire)) == 1


def test_a_secret_of_before_goes_on_to_count(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """What another endpoint still sends is not refused; the stand-in's is dropped."""
    made_up = envfile.STANDIN_SECRET_PREFIX + "0123"
    env.write_text(f"STRIPE_WEBHOOK_SECRET=\nSTRIPE_WEBHOOK_SECRET = {made_up},whsec_of_old_1\n")

    assert register(shop(env), env, Said(True).agreed())

    first, second = str(dotenv_values(env)["STRIPE_WEBHOOK_SECRET"]).split(",")
    assert (first.startswith("whsec_"), second) == (True, "whsec_of_old_1")
    assert env.read_text().startswith("STRIPE_WEBHOOK_SECRET=\nSTRIPE_WEBHOOK_SECRET=whsec_")


def test_real_money_wants_a_yes_of_somebody_who_is_there(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """The option says none beforehand in live mode."""
    live, said = shop(stripe_secret_key="sk_live_a1"), Said(False)

    assert not register(live, env, said.agreed(is_given=True, is_there=False))
    assert "In live mode only somebody at a terminal can agree" in said.lines[0]
    assert not register(live, env, said.agreed(is_given=True))
    assert (said.answers, listed(stripe_wire)) == ([], [])

    assert register(live, env, Said(True).agreed(is_given=True))
    assert len(listed(stripe_wire)) == 1


@pytest.mark.parametrize("why", ["environment", "git", "folder"])
def test_a_secret_that_cannot_be_kept_is_not_made(
    shop: Callable[..., Container],
    stripe_wire: StripeWire,
    env: Path,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stripe would tell it once, to nobody."""
    if why == "environment":
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "")
    elif why == "git":
        git(env.parent, "init", "-q")
        git(env.parent, "add", ".env")
    # Whoever runs the tests may write into every folder that is there.
    file = env.parent / "gone" / ".env" if why == "folder" else env
    said = Said()

    assert not register(shop(), file, said.agreed(is_given=True))
    assert (listed(stripe_wire), env.read_bytes()) == ([], OTHERS.encode())
    assert "nothing was registered" in said.lines[0]


def test_two_endpoints_are_left_to_somebody(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """Which of them has the right secret nobody here knows."""
    for _ in range(2):
        made(stripe_wire, "invoice.paid")
    said = Said()

    assert not register(shop(), env, said.agreed(is_given=True))
    assert "is registered 2 times" in said.lines[0]


def test_stripe_that_is_away_is_a_sentence(
    shop: Callable[..., Container], stripe_wire: StripeWire, env: Path
) -> None:
    """And the doctor goes on."""
    stripe_wire.cut()
    said = Said()

    assert not register(shop(), env, said.agreed(is_given=True))
    assert "Stripe does not do it (stripe_unavailable)" in said.lines[0]


@pytest.mark.parametrize("changes", [{"public_url": "http://127.0.0.1:5055"}, "stand-in"])
def test_where_stripe_cannot_deliver_nobody_is_asked(
    container: Container,
    shop: Callable[..., Container],
    stripe_wire: StripeWire,
    env: Path,
    changes: object,
) -> None:
    """An address of this machine's own, or the stand-in, which has a setting for it."""
    chosen = shop(**changes) if isinstance(changes, dict) else container
    said = Said()

    assert not register(chosen, env, said.agreed())
    assert said.lines == []
    assert not register(chosen, env, said.agreed(is_given=True))
    missing = "PUBLIC_URL" if isinstance(changes, dict) else "STRIPE_SECRET_KEY"
    assert said.lines[0].startswith("needs a ")
    assert missing in said.lines[0]
    assert listed(stripe_wire) == []


def test_without_the_option_and_a_terminal_nothing_is_looked_at() -> None:
    """As in a monitor: settings are not even read."""
    assert not offer_registration({"STRIPE_SECRET_KEY": "wrong"}, Said().agreed(is_there=False))
    assert not offer_registration({"STRIPE_SECRET_KEY": "wrong"}, Said().agreed(is_given=True))
