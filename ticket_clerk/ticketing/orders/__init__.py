"""Orders: checkout, replacement, upgrades, and reading them."""

from . import ownership
from .checkout import cancel_order, check_quantity, place_order
from .checkout_links import ensure_checkout_session
from .checkout_sessions import SESSION_LIFETIME, close_session, current_session, has_failed
from .host_reservations import keep_promises

__all__ = [
    "SESSION_LIFETIME",
    "cancel_order",
    "check_quantity",
    "close_session",
    "current_session",
    "has_failed",
    "keep_promises",
    "ownership",
    "place_order",
    "ensure_checkout_session",
]
