"""The payments manager: all of Stripe that is used here, as one object."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import stripe

from ticket_clerk.ticketing.domain.errors import ConfigError, InvalidSignature
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.settings import Settings, read_environ

from .billing import CustomerCalls, SubscriptionCalls
from .checkout_sessions import CheckoutCalls
from .connection import connect
from .error_translation import translated
from .events import EventCalls, verified
from .payments import DisputeCalls, RefundCalls
from .products import ProductCalls


class StripePaymentManager(
    CheckoutCalls,
    RefundCalls,
    DisputeCalls,
    CustomerCalls,
    SubscriptionCalls,
    ProductCalls,
    EventCalls,
):
    """Payments at Stripe: every call returns a frozen dataclass or raises one of our errors.

    Raises of all calls: StripeRejected (asking again is no use), StripeUnavailable (repeat with
    the same idempotency key). Managers of the same settings share one client; threads may share a
    manager.
    """

    def __init__(
        self, settings: Settings | None = None, *, http_client: stripe.HTTPClient | None = None
    ) -> None:
        """Read the settings from environment and ``.env`` unless they are given."""
        settings = settings or Settings.from_env(read_environ())
        self._webhook_secrets = settings.stripe_webhook_secrets
        self._client = connect(settings, http_client)

    def ping(self) -> None:
        """Ask Stripe for next to nothing, to see whether it answers and knows our key.

        Raises:
            ConfigError: it answers, and the key is unknown, revoked or allowed too little.
        """
        with translated():
            try:
                self._client.v1.checkout.sessions.list({"limit": 1})
            except (stripe.AuthenticationError, stripe.PermissionError):
                raise ConfigError(
                    "STRIPE_SECRET_KEY is not taken by Stripe: copy it again from Developers → API "
                    "keys, and let a restricted key write Checkout Sessions."
                ) from None

    def construct_event(
        self, payload: bytes, signature: str, *, clock: Callable[[], float] = time.time
    ) -> WebhookEvent:
        """Verify a webhook's signature over its raw bytes and read it.

        Any of the configured secrets will do, so that they can be rolled. A timestamp more than
        300 seconds away is refused, also one from the future, which the library lets pass.

        Raises:
            InvalidSignature: not signed with our secret, too old or too early, or not an event.
        """
        body = verified(payload, signature, self._webhook_secrets, now=clock())
        try:
            return WebhookEvent.from_json(json.loads(body))
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as exc:
            raise InvalidSignature("The body is signed but is no event.") from exc
