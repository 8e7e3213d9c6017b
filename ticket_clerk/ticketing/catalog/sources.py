"""Chooses the catalog's source by the settings."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import STRIPE_CATALOG, Settings

from .reservations import keeps_seats
from .shows_file import ShowsFile
from .source import CatalogSource
from .stripe_products import StripeProducts

_FUNCTIONS = ("shows", "find", "availability")


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
    needed = (*_FUNCTIONS, "release") if keeps_seats(source) else _FUNCTIONS
    missing = [name for name in needed if not callable(getattr(source, name, None))]
    if missing:
        raise ConfigError(f"CATALOG names {address}, and what it gives has no {missing[0]}().")
    return source  # type: ignore[no-any-return]  # it has the functions
