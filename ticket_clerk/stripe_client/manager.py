"""The payments manager: all of Stripe that is used here, as one object."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import stripe

from ticket_clerk.ticketing.domain.errors import ConfigError, InvalidSignature
from ticket_clerk.ticketing.domain.promotions import Promotion
from ticket_clerk.ticketing.domain.stripe_objects import StripePrice, StripeProduct, WebhookEvent
from ticket_clerk.ticketing.settings import Settings, read_environ

from .billing import CustomerCalls, SubscriptionCalls
from .checkout_sessions import CheckoutCalls
from .connection import Connected, connect, given
from .error_translation import translated
from .events import EventCalls, verified
from .payments import DisputeCalls, RefundCalls

# Codes that read alike are one a customer at most, so few are enough.
_MOST_CODES = 20


class ProductCalls(Connected):
    """Reading what is for sale, and what a code takes off it."""

    def list_products(self) -> Iterator[StripeProduct]:
        """List the active products, newest first, page by page."""
        with translated():
            page = self._client.v1.products.list({"active": True, "limit": 100})
            for product in page.auto_paging_iter():
                yield StripeProduct.from_json(product.to_dict())

    def get_product(self, product_id: str) -> StripeProduct:
        """Read a product, active or not; raises StripeNotFound."""
        with translated():
            product = self._client.v1.products.retrieve(product_id)
        return StripeProduct.from_json(product.to_dict())

    def list_prices(self, product_id: str | None = None) -> Iterator[StripePrice]:
        """List the active prices, of one product or of all, newest first, page by page."""
        params = {"active": True, "limit": 100, **given(product=product_id)}
        with translated():
            for price in self._client.v1.prices.list(params).auto_paging_iter():  # type: ignore[arg-type]
                yield StripePrice.from_json(price.to_dict())

    def find_promotion_codes(self, code: str, *, is_active: bool | None = None) -> list[Promotion]:
        """Find the codes that read so in any case, newest first, active ones or all."""
        params = {
            "code": code,
            "limit": _MOST_CODES,
            "expand": ["data.promotion.coupon"],
            **given(active=is_active),
        }
        with translated():
            page = self._client.v1.promotion_codes.list(params)  # type: ignore[arg-type]
        return [Promotion.from_json(found.to_dict()) for found in page.data]


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

    def construct_event(self, payload: bytes, signature: str) -> WebhookEvent:
        """Verify a webhook's signature over its raw bytes and read it.

        Any of the configured secrets will do, so that they can be rolled. A timestamp more than
        300 seconds away is refused, also one from the future, which the library lets pass.

        Raises:
            InvalidSignature: not signed with our secret, too old or too early, or not an event.
        """
        body = verified(payload, signature, self._webhook_secrets, now=time.time())
        try:
            return WebhookEvent.from_json(json.loads(body))
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as exc:
            raise InvalidSignature("The body is signed but is no event.") from exc
