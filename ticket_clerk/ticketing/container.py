"""The parts that every use case needs, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ticket_clerk.operators_client import OperatorsClient
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.stripe_client import StripePaymentManager

from .database.store import Store
from .settings import Settings


@dataclass(frozen=True)
class Shop:
    """Settings, database, Stripe, Rasa, operators and the clock. ``now()`` is aware UTC."""

    settings: Settings
    store: Store
    stripe: StripePaymentManager
    rasa: RasaClient
    operators: OperatorsClient
    now: Callable[[], datetime]
