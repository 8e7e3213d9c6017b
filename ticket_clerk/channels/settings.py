"""Settings of messengers: complete tokens enable a channel, incomplete ones are an error.

Plain Python, so that whatever starts Rasa can look before it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ticket_clerk.ticketing.domain.errors import ConfigError

_TELEGRAM_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
# Two or more, comma-separated, while it is rolled.
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}(, ?[A-Za-z0-9_-]{1,256})*")
_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class SlackSettings:
    """Slack app settings; secrets are left out of the repr."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    api_base: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> SlackSettings | None:
        """Read them; None while Slack is switched off. Raises ConfigError."""
        token, secret = _text(environ, "SLACK_BOT_TOKEN"), _text(environ, "SLACK_SIGNING_SECRET")
        api_base = _address(environ, "SLACK_API_BASE", "https://slack.com/api")
        if not token and not secret:
            return None
        _require(
            "SLACK_BOT_TOKEN", token, "copy it from the app's page OAuth & Permissions, xoxb-…"
        )
        _require("SLACK_SIGNING_SECRET", secret, "copy it from the app's page Basic Information")
        return cls(token, secret, api_base)


@dataclass(frozen=True)
class TelegramSettings:
    """Telegram bot settings; secrets are left out of the repr.

    Without `webhook_url` the webhook has to be registered by hand; without `bot_username` the
    clerk does not notice it when a group mentions it; without `provider_token` there are no native
    invoices.
    """

    access_token: str = field(repr=False)
    secret_token: str = field(repr=False)
    bot_username: str
    webhook_url: str
    provider_token: str = field(repr=False)
    api_base: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> TelegramSettings | None:
        """Read them; None while Telegram is switched off. Raises ConfigError."""
        token, secret = (
            _text(environ, "TELEGRAM_ACCESS_TOKEN"),
            _text(environ, "TELEGRAM_SECRET_TOKEN"),
        )
        username = _text(environ, "TELEGRAM_BOT_USERNAME").lstrip("@")
        webhook_url = _address(environ, "TELEGRAM_WEBHOOK_URL", "")
        provider = _text(environ, "TELEGRAM_PROVIDER_TOKEN")
        api_base = _address(environ, "TELEGRAM_API_BASE", "https://api.telegram.org")
        if not any((token, secret, username, webhook_url, provider)):
            return None
        _require(
            "TELEGRAM_ACCESS_TOKEN",
            token,
            "write what BotFather gave, 123456:ABC…",
            _TELEGRAM_TOKEN,
        )
        _require(
            "TELEGRAM_SECRET_TOKEN",
            secret,
            "make up 32 or more letters and digits for it",
            _SECRET_TOKEN,
        )
        return cls(token, secret, username, webhook_url, provider, api_base)


def check(environ: Mapping[str, str]) -> None:
    """Raise ConfigError, which names the variable, at the first setting that is wrong."""
    SlackSettings.from_env(environ)
    TelegramSettings.from_env(environ)


def _text(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


def _require(name: str, value: str, where: str, shape: re.Pattern[str] = _PRINTABLE) -> None:
    if not value:
        raise ConfigError(
            f"{name} is not set, but other settings of its channel are: {where}, "
            "or leave them all empty, and the channel is off."
        )
    if not shape.fullmatch(value):
        raise ConfigError(f"{name} is not of the right form: {where}.")


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    text = (_text(environ, name) or default).rstrip("/")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if text and not is_address:
        example = default or "https://tickets.example.com/webhooks/telegram/webhook"
        raise ConfigError(f"{name} is not a web address: write for example {example}.")
    return text
