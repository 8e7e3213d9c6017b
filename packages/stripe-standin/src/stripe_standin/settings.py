"""Settings, read once from the environment and validated."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit


class SettingsError(Exception):
    """A value that the stand-in cannot start with; the message says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """Where to listen, where to keep state, and where to send webhooks."""

    host: str = "127.0.0.1"
    port: int = 12111
    database: str = "var/stripe_standin.db"
    webhook_url: str = ""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    clock_offset_s: float = 0.0
    tax_rate: Decimal = Decimal(0)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Reads the settings; raises `SettingsError`."""
        secrets = environ.get("STRIPE_WEBHOOK_SECRET", "").split(",")
        settings = cls(
            host=environ.get("BIND_HOST", "").strip() or cls.host,
            port=_port(environ.get("STRIPE_STANDIN_PORT", "")),
            database=environ.get("STRIPE_STANDIN_DB", "").strip() or cls.database,
            webhook_url=_webhook_url(environ.get("STRIPE_STANDIN_WEBHOOK_URL", "").strip()),
            webhook_secrets=tuple(one.strip() for one in secrets if one.strip()),
            clock_offset_s=_offset(environ.get("STRIPE_STANDIN_CLOCK_OFFSET_S", "")),
            tax_rate=_tax_rate(environ.get("STRIPE_STANDIN_TAX_RATE", "")),
        )
        if not is_loopback(settings.host):
            raise SettingsError(
                f"BIND_HOST is {settings.host}, but the stand-in listens on this machine only; "
                "write 127.0.0.1."
            )
        if settings.webhook_url and not settings.webhook_secrets:
            raise SettingsError(
                "STRIPE_WEBHOOK_SECRET is missing, and webhooks to STRIPE_STANDIN_WEBHOOK_URL "
                "must be signed; write any whsec_… value, the same for sender and receiver."
            )
        return settings


def _port(value: str) -> int:
    if not value.strip():
        return Settings.port
    if not value.strip().isdigit() or int(value) > 65535:
        raise SettingsError(
            "STRIPE_STANDIN_PORT is not a port; write a number from 0 (any free one) to 65535."
        )
    return int(value)


def _offset(value: str) -> float:
    try:
        offset = float(value.strip() or 0)
        if not math.isfinite(offset):
            raise ValueError("no moment is that far away")
        return offset
    except ValueError as exc:
        raise SettingsError(
            "STRIPE_STANDIN_CLOCK_OFFSET_S is not a number; write seconds, for example 3600."
        ) from exc


def _tax_rate(value: str) -> Decimal:
    try:
        rate = Decimal(value.strip() or 0)
    except InvalidOperation:
        rate = Decimal(-1)
    if not rate.is_finite() or not 0 <= rate <= 100:
        raise SettingsError(
            "STRIPE_STANDIN_TAX_RATE is not a rate; write percent from 0 to 100, for example 8.875."
        )
    return rate


def _webhook_url(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
        raise SettingsError(
            "STRIPE_STANDIN_WEBHOOK_URL is not an address; write for example "
            "http://127.0.0.1:5055/payments/webhook, or nothing to send no webhooks."
        )
    return value


def is_loopback(host: str) -> bool:
    """True of `localhost` and of loopback addresses."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_host(header: str) -> bool:
    """The same of a `Host` header, which may carry a port."""
    try:
        return is_loopback(urlsplit(f"//{header}").hostname or "")
    except ValueError:
        return False
