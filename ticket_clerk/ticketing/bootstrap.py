"""The one place where the parts are made and joined."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from ticket_clerk.operators_client import OperatorsClient
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.stripe_client import StripePaymentManager

from . import failpoints
from .catalog.shows_file import read_shows_file
from .container import Shop
from .database.store import Store
from .database.tables.shows import load_catalog
from .settings import Settings, read_environ


def build_shop(
    settings: Settings,
    *,
    stripe: StripePaymentManager | None = None,
    now: Callable[[], datetime] | None = None,
) -> Shop:
    """Join the parts; connects to nothing yet. Tests hand in another Stripe or clock."""
    return Shop(
        settings=settings,
        store=Store(settings.database_url),
        stripe=stripe or StripePaymentManager(settings),
        rasa=RasaClient(settings.rasa_url, settings.rasa_token),
        operators=OperatorsClient(settings.operator_webhook_url, settings.payments_api_token),
        now=now or shifted_clock(settings.clock_offset),
    )


@lru_cache(maxsize=1)
def get_shop() -> Shop:
    """Give this process's shop, made from environment and ``.env`` at the first call.

    Raises ConfigError.
    """
    settings = Settings.from_env(read_environ())
    failpoints.arm(settings.crash_at)
    return build_shop(settings)


def load_shows(shop: Shop) -> int:
    """Load the shows file into the database; returns the number of shows. Safe to repeat.

    Raises ConfigError when the file says something that cannot be; then nothing changes.
    """
    catalog = read_shows_file(shop.settings.shows_file)
    with shop.store.begin() as conn:
        load_catalog(conn, catalog, now=shop.now())
    return len(catalog.shows)


def quiet_libraries() -> None:
    """Keep libraries from logging each request: our own lines say what happened, with ids."""
    for name in ("alembic", "stripe", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def shifted_clock(offset: timedelta) -> Callable[[], datetime]:
    """Make a clock of aware UTC that is ``offset`` ahead."""
    return lambda: datetime.now(timezone.utc) + offset
