"""The container: every part that a service needs, made and joined in one place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ticket_clerk.language_model_client import LanguageModelClient
from ticket_clerk.mail_client import MailClient
from ticket_clerk.operators_client import OperatorsClient
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.stripe_client import StripePaymentManager

from . import failpoints
from .catalog.reservations import keeps_seats
from .catalog.shows_file import ShowsFile
from .catalog.source import CatalogSource
from .catalog.stripe_products import StripeProducts
from .database.engine import Database
from .domain.errors import ConfigError
from .settings import STRIPE_CATALOG, Settings, read_environ

_CATALOG_FUNCTIONS = ("shows", "find", "availability")


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


def source_of(settings: Settings, stripe: StripePaymentManager) -> CatalogSource:
    """Give the source that CATALOG names, ``shows.yml`` where it names none.

    Raises ConfigError where there is no such module or function, or what it gives is no catalog.
    """
    if not settings.catalog:
        return ShowsFile(settings.shows_file)
    if settings.catalog == STRIPE_CATALOG:
        return StripeProducts(stripe)
    return host_source(settings.catalog)


@lru_cache(maxsize=4)
def host_source(address: str) -> CatalogSource:
    """Call ``module:function``, once a process. Raises ConfigError as :func:`source_of`."""
    module, _, function = address.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        # A command of an environment does not look into the folder that it was called in.
        sys.path.append(here)
    try:
        source: Any = getattr(import_module(module), function)()
    except Exception as exc:  # the host's own code, which may raise anything
        raise ConfigError(
            f"CATALOG names {address}, which can't be called: {type(exc).__name__}."
        ) from exc
    # What sets seats aside must be able to give them back.
    needed = (*_CATALOG_FUNCTIONS, "release") if keeps_seats(source) else _CATALOG_FUNCTIONS
    missing = [name for name in needed if not callable(getattr(source, name, None))]
    if missing:
        raise ConfigError(f"CATALOG names {address}, and what it gives has no {missing[0]}().")
    return source  # type: ignore[no-any-return]  # it has the functions
