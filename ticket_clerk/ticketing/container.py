"""The container: every part that a service needs, made and joined in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from ticket_clerk.language_model_client import LanguageModelClient
from ticket_clerk.mail_client import MailClient
from ticket_clerk.operators_client import OperatorsClient
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.stripe_client import StripePaymentManager

from . import failpoints
from .catalog.source import CatalogSource
from .catalog.sources import source_of
from .database.engine import Database
from .settings import Settings, read_environ


@dataclass(frozen=True)
class Container:
    """Settings, database, the clients of what is outside, and the clock.

    ``now()`` is aware UTC.
    """

    settings: Settings
    database: Database
    stripe: StripePaymentManager
    rasa: RasaClient
    operators: OperatorsClient
    mail: MailClient
    language_model: LanguageModelClient
    now: Callable[[], datetime]

    @property
    def catalog(self) -> CatalogSource:
        """Where what is for sale comes from; raises ConfigError where CATALOG names nothing."""
        return source_of(self.settings, self.stripe)


def build_container(
    settings: Settings,
    *,
    stripe: StripePaymentManager | None = None,
    now: Callable[[], datetime] | None = None,
) -> Container:
    """Join the parts; connects to nothing yet. Tests pass another Stripe or clock."""
    return Container(
        settings=settings,
        database=Database(settings.database_url),
        stripe=stripe or StripePaymentManager(settings),
        rasa=RasaClient(settings.rasa_url, settings.rasa_token),
        operators=OperatorsClient(settings.operator_webhook_url, settings.payments_api_token),
        mail=MailClient(settings.mail_server),
        language_model=LanguageModelClient(
            settings.llm_api_base,
            key=settings.llm_api_key,
            model=settings.llm_model,
            timeout_s=settings.llm_timeout_s,
            calls_per_conversation=settings.llm_calls_per_conversation,
            calls_per_hour=settings.llm_calls_per_hour,
        ),
        now=now or shifted_clock(settings.clock_offset),
    )


@lru_cache(maxsize=1)
def get_container() -> Container:
    """Return this process's container, made from environment and ``.env`` at the first call.

    Raises ConfigError.
    """
    settings = Settings.from_env(read_environ())
    failpoints.arm(settings.crash_at)
    return build_container(settings)


def shifted_clock(offset: timedelta) -> Callable[[], datetime]:
    """Make a clock of aware UTC that is ``offset`` ahead."""
    return lambda: datetime.now(timezone.utc) + offset
