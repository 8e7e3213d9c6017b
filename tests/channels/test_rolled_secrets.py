"""A secret of which two are valid for a while: what the other side has is taken, ours is the first.

The controls have one secret only and refuse the other.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ticket_clerk.channels.rest.channel import SenderSecrets
from ticket_clerk.channels.settings import TelegramSettings
from ticket_clerk.channels.slack.parser import is_signed, sign
from ticket_clerk.channels.telegram.channel import TelegramInput
from ticket_clerk.channels.web.session import Sessions
from ticket_clerk.cli.processes.rasa_server import arguments, use_first_token
from ticket_clerk.http.rate_limits import RateLimiter
from ticket_clerk.http.responses import has_token
from ticket_clerk.ticketing.settings import Settings

BOTH = "new-one, old-one"


@pytest.mark.parametrize(("keys", "is_known"), [(BOTH, True), ("new-one", False)])
def test_a_session_of_the_web_chat_outlives_its_key(keys: str, is_known: bool) -> None:
    """As long as the key is named; new ones are signed with the first."""
    cookie = Sessions("old-one").start()

    assert (Sessions(keys).sender_id(cookie) is not None) is is_known
    assert Sessions("new-one").sender_id(Sessions(keys).start())


@pytest.mark.parametrize(("keys", "is_known"), [(BOTH, True), ("new-one", False)])
def test_the_secret_of_a_sender_over_rest_outlives_its_key(keys: str, is_known: bool) -> None:
    """New senders get one of the first key's."""
    secret = SenderSecrets("old-one").of("ann", "nonce")

    assert SenderSecrets(keys).open("ann", "nonce", f"Bearer {secret}") is is_known
    assert SenderSecrets(keys).of("ann", None) == SenderSecrets("new-one").of("ann", None)


@pytest.mark.parametrize(("keys", "is_known"), [(BOTH, True), ("new-one", False)])
def test_slack_may_sign_with_either(keys: str, is_known: bool) -> None:
    """Nobody knows at which moment Slack changes over."""
    signature = sign("old-one", "1531420618", b"{}")
    given: dict[str, Any] = {"timestamp": "1531420618", "signature": signature, "now": 1531420618}

    assert is_signed(keys, b"{}", **given) is is_known


@pytest.mark.parametrize(("keys", "is_known"), [(BOTH, True), ("new-one", False)])
def test_telegram_may_send_either(keys: str, is_known: bool) -> None:
    """What it sends again has the secret of its first time."""
    environ = {"TELEGRAM_ACCESS_TOKEN": "1:abc", "TELEGRAM_SECRET_TOKEN": keys}
    channel = TelegramInput(TelegramSettings.from_env(environ))
    request: Any = SimpleNamespace(headers={"x-telegram-bot-api-secret-token": "old-one"})

    assert channel.is_genuine(request) is is_known


@pytest.mark.parametrize(("tokens", "is_known"), [(BOTH, True), ("new-one", False)])
def test_actions_and_api_are_opened_by_either(tokens: str, is_known: bool) -> None:
    """Rasa and the operators' programs change over when they are started again."""
    names = ("ACTION_SERVER_TOKEN", "PAYMENTS_API_TOKEN", "REST_TOKEN")
    settings = Settings.from_env(dict.fromkeys(names, tokens))
    request: Any = SimpleNamespace(headers={"authorization": "Bearer old-one"}, args={})

    assert RateLimiter(settings).may_run_actions(request) is is_known
    for taken in (settings.payments_api_tokens, settings.rest_tokens):
        assert has_token(request, taken) is is_known


def test_rasa_sends_and_knows_the_first() -> None:
    """Its command line and its endpoint take one token each."""
    environ = {"ACTION_SERVER_TOKEN": BOTH, "RASA_TOKEN": BOTH, "RASA_MODEL": "m"}
    environ |= {"BIND_HOST": "127.0.0.1", "RASA_PORT": "5005"}

    use_first_token(environ)

    assert environ["ACTION_SERVER_TOKEN"] == "new-one"
    command = arguments(environ, Path("endpoints.yml"))
    assert command[command.index("--auth-token") + 1] == "new-one"
