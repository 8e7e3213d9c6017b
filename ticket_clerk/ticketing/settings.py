"""Settings: read once from the environment and ``.env``, checked before anything starts.

A wrong value raises :class:`errors.ConfigError`, whose one sentence names the variable, says what
is wrong and what to write. Values never appear in it: they may be secrets.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values

from ticket_clerk import languages, logs
from ticket_clerk.project import COMMAND
from ticket_clerk.secrets import split_secrets

from .domain.checkout_terms import EXCLUSIVE, INCLUSIVE, CheckoutTerms
from .domain.errors import ConfigError
from .domain.mail import SECURITY, MailServer
from .failpoints import Failpoint

_T = TypeVar("_T")

STANDIN_KEY = "sk_test_standin"
# The value of CATALOG that means Stripe's Products and Prices.
STRIPE_CATALOG = "stripe"
STRIPE_API_BASE = "https://api.stripe.com"
# Settings that take several values, comma-separated, while one is rolled.
_SEVERAL = {
    "STRIPE_WEBHOOK_SECRET": "stripe_webhook_secrets",
    "TICKETS_SIGNING_KEY": "tickets_signing_keys",
    "RASA_TOKEN": "rasa_tokens",
    "ACTION_SERVER_TOKEN": "action_server_tokens",
    "PAYMENTS_API_TOKEN": "payments_api_tokens",
}
# Who has a ticket can try keys at home.
_SHORTEST_KEY = 32
# Further on, calendars end.
_FARTHEST = timedelta(days=3653)
_STRIPE_KEY = re.compile(r"(sk|rk)_(test|live)_\w+")
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_POSTGRESQL = re.compile(r"postgres(ql)?(\+psycopg2)?://.")
# argon2's encoded form: https://github.com/P-H-C/phc-string-format
_PASSWORD_HASH = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+")
_PUBLISHABLE_KEY = re.compile(r"pk_(test|live)_\w+")


def read_environ(path: Path | str = ".env") -> dict[str, str]:
    """Settings as text: those of ``.env`` in the working directory, beaten by the environment.

    Raises ConfigError when the file cannot be read as text.
    """
    try:
        written = dotenv_values(path)
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path} cannot be read: write it again as UTF-8 text.") from None
    from_file = {key: value for key, value in written.items() if value is not None}
    return {**from_file, **os.environ}


def is_address(text: str) -> bool:
    """Whether a database is named by an address, rather than by a file."""
    return "://" in text


def sqlalchemy_url(text: str) -> str:
    """An address as SQLAlchemy 1.4 wants it, which dropped the short name that many hand out."""
    return re.sub(r"^postgres(ql)?(\+psycopg2)?://", "postgresql+psycopg2://", text)


class _Environ:
    """Reads one variable at a time and says what is wrong with it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str = "") -> str:
        return self._environ.get(name, "").strip() or default

    def actions_port(self) -> int:
        return self.port("ACTIONS_PORT", 5055)

    def rasa_url(self) -> str:
        return self.url("RASA_URL", f"http://127.0.0.1:{self.port('RASA_PORT', 5005)}")

    def stripe_api_base(self) -> str:
        standin = f"http://127.0.0.1:{self.port('STRIPE_STANDIN_PORT', 12111)}"
        return self.url("STRIPE_API_BASE", STRIPE_API_BASE if self.stripe_key() else standin)

    def file_in_var(self, name: str) -> str:
        return f"{self.text('VAR_DIR', 'var')}/{name}"

    def mail_server(self) -> MailServer:
        return MailServer(
            host=self.text("SMTP_HOST"),
            port=self.port("SMTP_PORT", 587),
            user=self.text("SMTP_USER"),
            password=self.text("SMTP_PASSWORD"),
            sender=self.mail_address("SMTP_FROM", needed_by="SMTP_HOST"),
            security=self.choice("SMTP_SECURITY", SECURITY),
        )

    def port(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise ConfigError(f"{name} is not a port: write a number from 1 to 65535.")
        return int(text)

    def number(self, name: str, default: int, *, lowest: int = 0, highest: int = 1_000_000) -> int:
        text = self.text(name, str(default))
        if not re.fullmatch("[0-9]{1,7}", text) or not lowest <= int(text) <= highest:
            raise ConfigError(
                f"{name} is not a number from {lowest} to {highest}: write for example "
                f"{default or 1}."
            )
        return int(text)

    def mail_address(self, name: str, needed_by: str) -> str:
        text = self.text(name)
        is_needed = bool(self.text(needed_by))
        if (text or is_needed) and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
            raise ConfigError(f"{name} is no e-mail address: write for example box@example.com.")
        return text

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        text = self.text(name, known[0])
        if text not in known:
            raise ConfigError(f"{name} is none of what it may be: write {' or '.join(known)}.")
        return text

    def switch(self, name: str) -> bool:
        return self.choice(name, ("off", "on")) == "on"

    def tax(self, name: str) -> str | None:
        chosen = self.choice(name, ("off", EXCLUSIVE, INCLUSIVE))
        return None if chosen == "off" else chosen

    def seconds(self, name: str) -> timedelta:
        text = self.text(name, "0")
        try:
            moved = timedelta(seconds=float(text))
        except (ValueError, OverflowError):
            moved = timedelta.max
        if abs(moved) > _FARTHEST:
            raise ConfigError(
                f"{name} is not a number of seconds within ten years: write for example 3600."
            )
        return moved

    def origins(self, name: str) -> tuple[str, ...]:
        origins = tuple(part.strip().rstrip("/") for part in self.text(name).split(",") if part)
        if any(not re.fullmatch("https?://[^/ ]+", origin) for origin in origins):
            raise ConfigError(
                f"{name} is not a list of origins: write for example https://www.example.com."
            )
        return origins

    def crash_point(self, name: str) -> Failpoint | None:
        text = self.text(name)
        if text and "_live_" in self.stripe_key():
            raise ConfigError(f"{name} is for tests: take it out where the key moves real money.")
        try:
            return Failpoint(text) if text else None
        except ValueError:
            raise ConfigError(
                f"{name} names no crash point: write one of ticket_clerk/ticketing/failpoints.py, "
                f"for example {Failpoint.ORDER_STORED.value}."
            ) from None

    def url(self, name: str, default: str) -> str:
        text = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(text)
            port_is_sane = parts.port is None or parts.port > 0
        except ValueError:
            port_is_sane = False
        if not port_is_sane or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(f"{name} is not a web address: write for example {default}.")
        return text

    def catalog(self, name: str) -> str:
        text = self.text(name)
        if text and text != STRIPE_CATALOG and not _FUNCTION.fullmatch(text):
            raise ConfigError(
                f"{name} is no catalog: write {STRIPE_CATALOG}, or module:function of your own, "
                "or leave it empty for SHOWS_FILE."
            )
        return text

    def languages(self) -> tuple[str, ...]:
        codes, known = languages.listed(self.text("CLERK_LANGUAGE")), languages.codes()
        if not set(codes) <= set(known):
            raise ConfigError(
                f"CLERK_LANGUAGE is no language that is there: write {' or '.join(known)}, or "
                f"several, the default first: {','.join(known)}."
            )
        return codes

    def optional_url(self, name: str) -> str:
        return self.url(name, "") if self.text(name) else ""

    def database_url(self) -> str:
        text = self.text("DATABASE_URL", f"sqlite:///{self.file_in_var('payments.db')}")
        if not (re.match(r"sqlite:///.", text) or _POSTGRESQL.match(text)):
            raise ConfigError(
                "DATABASE_URL is neither a SQLite file nor a PostgreSQL address: write "
                "sqlite:///var/payments.db or postgresql://user:password@host/name."
            )
        return sqlalchemy_url(text)

    def tracker_db(self) -> str:
        text = self.text("TRACKER_DB", self.file_in_var("trackers.db"))
        if is_address(text) and not _POSTGRESQL.match(text):
            raise ConfigError(
                "TRACKER_DB is neither a file nor a PostgreSQL address: write var/trackers.db or "
                "postgresql://user:password@host/name."
            )
        return text

    def redis_url(self) -> str:
        text = self.text("REDIS_URL")
        if text and not re.match(r"(rediss?|unix)://.", text):
            raise ConfigError(
                "REDIS_URL is not a Redis address: write redis://host:6379/0, or leave it empty "
                "while there is one Rasa."
            )
        return text

    def callback_url(self) -> str:
        text = self.text("CALLBACK_URL")
        if text:
            self.url("CALLBACK_URL", "https://shop.example.com/clerk")
        return text

    def stripe_key(self) -> str:
        key = self.text("STRIPE_SECRET_KEY")
        if key and not _STRIPE_KEY.fullmatch(key):
            raise ConfigError(
                "STRIPE_SECRET_KEY is not a secret key: copy the one that starts with sk_ or rk_ "
                "from Stripe's dashboard, or leave it empty for the stand-in."
            )
        return key

    def publishable_key(self) -> None:
        key = self.text("STRIPE_PUBLISHABLE_KEY")
        if key and not _PUBLISHABLE_KEY.fullmatch(key):
            raise ConfigError(
                "STRIPE_PUBLISHABLE_KEY is not a publishable key: copy the one that starts with "
                "pk_ from Stripe's dashboard, or leave it empty."
            )

    def several(self, name: str) -> tuple[str, ...]:
        return split_secrets(self.text(name))

    def signing_keys(self, name: str) -> tuple[str, ...]:
        keys = self.several(name)
        if any(len(key) < _SHORTEST_KEY for key in keys):
            raise ConfigError(
                f"{name} is too short to sign tickets: write at least {_SHORTEST_KEY} random "
                "letters and digits."
            )
        return keys

    def password_hash(self, name: str) -> str:
        text = self.text(name)
        if text and not _PASSWORD_HASH.fullmatch(text):
            raise ConfigError(
                f"{name} is not a hash of argon2id: write what `{COMMAND} admin hash` prints, in "
                "single quotes, or leave it empty for no desk."
            )
        return text

    def webhook_secrets(self) -> tuple[str, ...]:
        secrets = self.several("STRIPE_WEBHOOK_SECRET")
        if any(not secret.startswith("whsec_") or len(secret) < 12 for secret in secrets):
            raise ConfigError(
                "STRIPE_WEBHOOK_SECRET is not a signing secret: copy the one that starts with "
                "whsec_ from the webhook endpoint's page in Stripe's dashboard."
            )
        return secrets


def _setting(read: Callable[[_Environ], _T]) -> _T:
    """A field of Settings, and how it is read."""
    return field(metadata={"read": read})  # type: ignore[no-any-return]


def _secret(read: Callable[[_Environ], _T]) -> _T:
    return field(repr=False, metadata={"read": read})  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Settings:
    """Every setting and how it is read and checked. Secrets are left out of the repr."""

    database_url: str = _secret(_Environ.database_url)
    tracker_db: str = _secret(_Environ.tracker_db)
    callback_url: str = _secret(_Environ.callback_url)
    redis_url: str = _secret(_Environ.redis_url)
    shows_file: Path = _setting(lambda env: Path(env.text("SHOWS_FILE", "shows.yml")))
    catalog: str = _setting(lambda env: env.catalog("CATALOG"))
    stripe_api_base: str = _setting(_Environ.stripe_api_base)
    stripe_secret_key: str = _secret(lambda env: env.stripe_key() or STANDIN_KEY)
    stripe_webhook_secrets: tuple[str, ...] = _secret(_Environ.webhook_secrets)
    promotion_codes: bool = _setting(lambda env: env.switch("PROMOTION_CODES"))
    automatic_tax: str | None = _setting(lambda env: env.tax("AUTOMATIC_TAX"))
    collect_tax_ids: bool = _setting(lambda env: env.switch("COLLECT_TAX_IDS"))
    invoices: bool = _setting(lambda env: env.switch("STRIPE_INVOICES"))
    public_url: str = _setting(
        lambda env: env.url("PUBLIC_URL", f"http://127.0.0.1:{env.actions_port()}")
    )
    rasa_url: str = _setting(_Environ.rasa_url)
    chat_url: str = _setting(lambda env: env.url("CHAT_URL", f"{env.rasa_url()}/webhooks/web"))
    rasa_tokens: tuple[str, ...] = _secret(lambda env: env.several("RASA_TOKEN"))
    action_server_tokens: tuple[str, ...] = _secret(lambda env: env.several("ACTION_SERVER_TOKEN"))
    payments_api_tokens: tuple[str, ...] = _secret(lambda env: env.several("PAYMENTS_API_TOKEN"))
    tickets_signing_keys: tuple[str, ...] = _secret(
        lambda env: env.signing_keys("TICKETS_SIGNING_KEY")
    )
    admin_password_hash: str = _secret(lambda env: env.password_hash("ADMIN_PASSWORD_HASH"))
    log_format: str = _setting(lambda env: env.choice("LOG_FORMAT", logs.FORMATS))
    bind_host: str = _setting(lambda env: env.text("BIND_HOST", "127.0.0.1"))
    actions_port: int = _setting(_Environ.actions_port)
    worker_metrics_port: int = _setting(
        lambda env: env.number("WORKER_METRICS_PORT", 0, highest=65_535)
    )
    operator_webhook_url: str = _secret(lambda env: env.optional_url("OPERATOR_WEBHOOK_URL"))
    mail_server: MailServer = _setting(_Environ.mail_server)
    languages: tuple[str, ...] = _setting(_Environ.languages)
    llm_api_base: str = _setting(lambda env: env.optional_url("LLM_API_BASE"))
    llm_api_key: str = _secret(lambda env: env.text("LLM_API_KEY"))
    llm_model: str = _setting(lambda env: env.text("LLM_MODEL"))
    llm_use: str = _setting(lambda env: env.choice("LLM_USE", ("unsure", "all")))
    llm_timeout_s: int = _setting(lambda env: env.number("LLM_TIMEOUT_S", 4, lowest=1, highest=30))
    llm_calls_per_conversation: int = _setting(
        lambda env: env.number("LLM_CALLS_PER_CONVERSATION", 40)
    )
    llm_calls_per_hour: int = _setting(lambda env: env.number("LLM_CALLS_PER_HOUR", 1000))
    clock_offset: timedelta = _setting(lambda env: env.seconds("PAYMENTS_CLOCK_OFFSET_S"))
    trusted_proxies: int = _setting(lambda env: env.number("TRUSTED_PROXIES", 0, highest=99))
    hold_minutes: int = _setting(lambda env: env.number("HOLD_MINUTES", 35, lowest=5, highest=35))
    hold_seats_for: str = _setting(
        lambda env: env.choice("HOLD_SEATS_FOR", ("everybody", "returning"))
    )
    refunds_per_second: int = _setting(
        lambda env: env.number("REFUNDS_PER_SECOND", 10, lowest=1, highest=1000)
    )
    show_reminders: str = _setting(lambda env: env.choice("SHOW_REMINDERS", ("on", "off")))
    forget_buyers_after_days: int = _setting(
        lambda env: env.number("FORGET_BUYERS_AFTER_DAYS", 0, highest=36_500)
    )
    unpaid_seats_per_address: int = _setting(lambda env: env.number("UNPAID_SEATS_PER_ADDRESS", 32))
    sessions_per_address: int = _setting(lambda env: env.number("SESSIONS_PER_ADDRESS", 30))
    messages_per_address: int = _setting(lambda env: env.number("MESSAGES_PER_ADDRESS", 240))
    messages_per_sender: int = _setting(lambda env: env.number("MESSAGES_PER_SENDER", 40))
    messages_in_total: int = _setting(lambda env: env.number("MESSAGES_IN_TOTAL", 600))
    rest_messages_in_total: int = _setting(lambda env: env.number("REST_MESSAGES_IN_TOTAL", 3000))
    streams_per_address: int = _setting(lambda env: env.number("STREAMS_PER_ADDRESS", 40))
    streams_in_total: int = _setting(lambda env: env.number("STREAMS_IN_TOTAL", 1000))
    rest_tokens: tuple[str, ...] = _secret(lambda env: env.several("REST_TOKEN"))
    socketio_origins: tuple[str, ...] = _setting(lambda env: env.origins("SOCKETIO_ORIGINS"))
    crash_at: Failpoint | None = _setting(lambda env: env.crash_point("PAYMENTS_CRASH_AT"))

    @property
    def rasa_token(self) -> str:
        """What opens Rasa's HTTP API to us; empty where it isn't set."""
        return next(iter(self.rasa_tokens), "")

    @property
    def payments_api_token(self) -> str:
        """What we sign for the operators with; empty where it isn't set."""
        return next(iter(self.payments_api_tokens), "")

    @property
    def tracker_file(self) -> Path | None:
        """The file of Rasa's conversations; None where they are in PostgreSQL."""
        return None if is_address(self.tracker_db) else Path(self.tracker_db)

    @property
    def language(self) -> str:
        """The language of who has shown none: the first of those that are loaded."""
        return self.languages[0]

    def language_of(self, written: str | None) -> str:
        """The language that a buyer reads: the one that they wrote, while it is loaded."""
        return written if written in self.languages else self.language

    @property
    def uses_standin(self) -> bool:
        """Whether Stripe is the stand-in, because there is no key."""
        return self.stripe_secret_key == STANDIN_KEY

    @property
    def terms(self) -> CheckoutTerms:
        """What the payment page of a new order may add and take off."""
        return CheckoutTerms(
            allows_codes=self.promotion_codes,
            tax_behavior=self.automatic_tax,
            asks_tax_id=self.collect_tax_ids,
            wants_invoice=self.invoices,
        )

    @property
    def livemode(self) -> bool:
        """Whether the key moves real money."""
        return "_live_" in self.stripe_secret_key

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read all settings; raises ConfigError at the first that is wrong.

        Tokens may be missing here: whoever needs one asks with :meth:`require`.
        """
        env = _Environ(environ)
        env.publishable_key()
        return cls(**{each.name: each.metadata["read"](env) for each in fields(cls)})

    def require(self, *names: str) -> None:
        """Raise ConfigError if one of these settings (``RASA_TOKEN`` …) has no value."""
        for name in names:
            if not getattr(self, _SEVERAL.get(name, name.lower())):
                raise ConfigError(
                    f"{name} is not set: write {name}=<value> into .env, "
                    "or let `make run` write a .env with random values."
                )
