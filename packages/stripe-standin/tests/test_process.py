"""The stand-in as a program: real HTTP, restarts, kills, refusals to start."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from harness.page import GOOD
from harness.process import SOURCES, Process
from harness.receiver import receiving
from harness.shop import TICKETS
from stripe_standin.settings import Settings, SettingsError

pytestmark = pytest.mark.live


def _client(process: Process) -> stripe.StripeClient:
    process.wait_until_it_listens()
    return stripe.StripeClient("sk_test_x", base_addresses={"api": process.url})


def _session(client: stripe.StripeClient, **more: Any) -> Any:
    return client.v1.checkout.sessions.create({**TICKETS, **more})  # type: ignore[arg-type]


def test_sale_over_http_and_the_end(tmp_path: Path) -> None:
    """The official client, a browser's form, a webhook; SIGTERM ends it with status 0."""
    with (
        receiving("whsec_x") as receiver,
        Process(
            tmp_path, STRIPE_STANDIN_WEBHOOK_URL=receiver.url, STRIPE_WEBHOOK_SECRET="whsec_x"
        ) as process,
    ):
        client = _client(process)
        session = _session(client)
        assert session.url.startswith(f"{process.url}/c/pay/cs_test_")
        assert "Lakers vs Warriors" in requests.get(session.url, timeout=60).text
        answer = requests.post(
            session.url, data={**GOOD, "pay": "pay"}, allow_redirects=False, timeout=60
        )
        assert answer.status_code == 303
        assert receiver.of_type("checkout.session.completed")
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        assert requests.head(f"{process.url}/health", timeout=60).status_code == 200
        assert process.stop(signal.SIGTERM) == 0


def test_nothing_answered_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    """After SIGKILL the session, its payment and its undelivered events are there; the link
    follows the new port, and the deliveries go on.
    """
    secret = {"STRIPE_WEBHOOK_SECRET": "whsec_x"}
    unreachable = "http://127.0.0.1:9/webhook"
    with Process(tmp_path, STRIPE_STANDIN_WEBHOOK_URL=unreachable, **secret) as process:
        client = _client(process)
        session, waiting = _session(client), _session(client)
        requests.post(session.url, data=GOOD, allow_redirects=False, timeout=60)
        process.stop(signal.SIGKILL)
    with (
        receiving("whsec_x") as receiver,
        Process(tmp_path, STRIPE_STANDIN_WEBHOOK_URL=receiver.url, **secret) as process,
    ):
        client = _client(process)
        sessions = client.v1.checkout.sessions
        assert sessions.retrieve(session.id).payment_status == "paid"
        assert str(sessions.retrieve(waiting.id).url).startswith(process.url)
        arrived = receiver.wait_for("checkout.session.completed", within_s=60)
        assert arrived[0].event["data"]["object"]["id"] == session.id


def test_clock_is_moved_by_the_setting(tmp_path: Path) -> None:
    """A restart an hour ahead expires a session that had half an hour."""
    with Process(tmp_path) as process:
        client = _client(process)
        session = _session(client)
        short = _session(client, expires_at=session.created + 31 * 60)
    with Process(tmp_path, STRIPE_STANDIN_CLOCK_OFFSET_S="3600") as process:
        client = _client(process)
        assert client.v1.checkout.sessions.retrieve(short.id).status == "expired"
        assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_card_numbers_are_nowhere(tmp_path: Path) -> None:
    """Neither in the file, nor in what SQLite leaves beside it, nor in the log."""
    cards = ["4242424242424242", "4000000000000002", "4000002500003155", "4242424242424241"]
    with Process(tmp_path) as process:
        client = _client(process)
        for card in cards:
            url = _session(client).url
            requests.post(
                url, data={**GOOD, "card_number": card, "cvc": "987"}, allow_redirects=False,
                timeout=60,
            )  # fmt: skip
        kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
        assert b"card_declined" in kept
        for card in cards:
            assert card.encode() not in kept
        assert b"ann@example.com" not in process.log.read_bytes()


REFUSED = [
    ({"BIND_HOST": "0.0.0.0"}, "BIND_HOST"),  # noqa: S104
    ({"BIND_HOST": "example.com"}, "BIND_HOST"),
    ({"STRIPE_STANDIN_PORT": "many"}, "STRIPE_STANDIN_PORT"),
    ({"STRIPE_STANDIN_CLOCK_OFFSET_S": "soon"}, "STRIPE_STANDIN_CLOCK_OFFSET_S"),
    ({"STRIPE_STANDIN_CLOCK_OFFSET_S": "nan"}, "STRIPE_STANDIN_CLOCK_OFFSET_S"),
    ({"STRIPE_STANDIN_WEBHOOK_URL": "there"}, "STRIPE_STANDIN_WEBHOOK_URL"),
    ({"STRIPE_STANDIN_WEBHOOK_URL": "http://127.0.0.1:1/"}, "STRIPE_WEBHOOK_SECRET"),
]


@pytest.mark.parametrize(("environ", "name"), REFUSED)
def test_wrong_settings_are_refused_in_one_sentence(environ: dict[str, str], name: str) -> None:
    """Which variable, what is wrong, what to write."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(environ)


def test_settings_hide_the_secrets() -> None:
    """No repr shows a webhook secret."""
    settings = Settings.from_env({"STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b,"})
    assert settings.webhook_secrets == ("whsec_a", "whsec_b")
    assert "whsec" not in repr(settings)


def test_program_refuses_to_listen_elsewhere(tmp_path: Path) -> None:
    """Status 2 and a sentence, no traceback."""
    process = Process(tmp_path, BIND_HOST="0.0.0.0")  # noqa: S104
    ended = subprocess.run(
        [sys.executable, "-m", "stripe_standin"],
        env=process.environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.startswith("stripe_standin: BIND_HOST is 0.0.0.0")


def test_stand_in_imports_nothing_of_the_product() -> None:
    """It is a program of its own, and knows Stripe only by its published interface."""
    code = (
        "import sys, json, stripe_standin.__main__; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    answered = subprocess.run(
        [sys.executable, "-c", code], cwd=SOURCES, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(answered.stdout))
    assert "stripe_standin" in loaded
    assert not loaded & {"integrations", "actions", "ticket_clerk", "stripe", "rasa"}
