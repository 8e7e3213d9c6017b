"""The parts that every use case needs, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .config import Settings
from .operators_client import OperatorsClient
from .rasa_client import RasaClient
from .store import Store
from .stripe_client import StripePaymentManager


@dataclass(frozen=True)
class Shop:
    """Settings, database, Stripe, Rasa, operators and the clock. ``now()`` is aware UTC."""

    settings: Settings
    store: Store
    stripe: StripePaymentManager
    rasa: RasaClient
    operators: OperatorsClient
    now: Callable[[], datetime]
