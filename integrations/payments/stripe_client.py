"""Stripe, and the only file that imports its library.

What comes out are our own frozen dataclasses and errors: a StripeObject is no dict since version
15, and its exceptions can carry request bodies. One client per process; calls block, so ``async``
code makes them in a thread. https://docs.stripe.com/api
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import stripe

from .config import Settings, read_environ
from .errors import (
    CardDeclined,
    IdempotencyConflict,
    InvalidSignature,
    StripeNotFound,
    StripeRejected,
    StripeUnavailable,
    WrongState,
)
from .line_items import line_items
from .models import PaymentItem
from .money import Amount, to_minor
from .stripe_objects import CheckoutSession, Customer, PaymentIntent, Refund, WebhookEvent

__all__ = ["PaymentItem", "StripePaymentManager"]

API_VERSION = "2026-10-28.endive"
# Twice this and the pause between must stay under the ten seconds that a buyer waits.
TIMEOUT_S = 4
RETRIES = 1
SIGNATURE_TOLERANCE_S = 300
# Codes of refusals that are no refusals: the same call with the same key will do.
_PASSING = frozenset({"lock_timeout", "idempotency_key_in_use", "rate_limit"})
_REFUSALS = {
    "resource_missing": StripeNotFound,
    "payment_intent_unexpected_state": WrongState,
    "charge_already_refunded": WrongState,
    "charge_disputed": WrongState,
}

# Usage figures of the client's are nobody's business.
stripe.enable_telemetry = False


class StripePaymentManager:
    """Payments at Stripe: every call returns a frozen dataclass or raises one of our errors.

    Raises of all calls: StripeRejected (asking again is no use), StripeUnavailable (repeat with
    the same idempotency key).
    """

    def __init__(
        self, settings: Settings | None = None, *, http_client: stripe.HTTPClient | None = None
    ) -> None:
        """Read the settings from environment and ``.env`` unless they are given."""
        settings = settings or Settings.from_env(read_environ())
        self._webhook_secrets = settings.stripe_webhook_secrets
        self._client = stripe.StripeClient(
            settings.stripe_secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": settings.stripe_api_base},
            max_network_retries=RETRIES,
            http_client=http_client or stripe.RequestsClient(timeout=TIMEOUT_S),
        )

    def create_checkout_session(
        self,
        items: Sequence[PaymentItem],
        success_url: str,
        cancel_url: str,
        customer_email: str | None = None,
        metadata: Mapping[str, str] | None = None,
        *,
        client_reference_id: str | None = None,
        expires_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> CheckoutSession:
        """Make a hosted payment page for the items.

        ``metadata`` is set on the session and on its PaymentIntent. ``expires_at`` is 30 minutes
        to 24 hours away. Safe to repeat with the same ``idempotency_key`` and arguments.

        Raises:
            InvalidRequest: no items, mixed currencies, a quantity below 1, or an InvalidAmount.
        """
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": line_items(items),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "metadata": dict(metadata or {}),
            "payment_intent_data": {"metadata": dict(metadata or {})},
            **_given(
                customer_email=customer_email,
                client_reference_id=client_reference_id,
                expires_at=int(expires_at.timestamp()) if expires_at else None,
            ),
        }
        with _translated():
            session = self._client.v1.checkout.sessions.create(params, _keyed(idempotency_key))  # type: ignore[arg-type]
        return CheckoutSession.from_json(session.to_dict())

    def get_checkout_session(self, checkout_session_id: str) -> CheckoutSession:
        """Read a Checkout Session as it is now."""
        with _translated():
            session = self._client.v1.checkout.sessions.retrieve(checkout_session_id)
        return CheckoutSession.from_json(session.to_dict())

    def expire_checkout_session(self, checkout_session_id: str) -> CheckoutSession:
        """Close an open Checkout Session, so that nobody can pay it any more.

        Raises StripeRejected when it is complete or expired already.
        """
        with _translated():
            session = self._client.v1.checkout.sessions.expire(checkout_session_id)
        return CheckoutSession.from_json(session.to_dict())

    def create_payment_intent(
        self,
        amount: Amount,
        currency: str = "usd",
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        customer_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> PaymentIntent:
        """Start to collect ``amount`` major units; the client confirms with the client secret.

        Safe to repeat with the same ``idempotency_key`` and arguments, and only then.

        Raises:
            InvalidAmount: not exactly a sum of that currency.
        """
        params: dict[str, Any] = {
            "amount": to_minor(amount, currency),
            "currency": currency,
            "metadata": dict(metadata or {}),
            **_given(description=description, customer=customer_id),
        }
        with _translated():
            intent = self._client.v1.payment_intents.create(params, _keyed(idempotency_key))  # type: ignore[arg-type]
        return PaymentIntent.from_json(intent.to_dict())

    def get_payment_intent(self, payment_intent_id: str) -> PaymentIntent:
        """Read a PaymentIntent as it is now."""
        with _translated():
            intent = self._client.v1.payment_intents.retrieve(payment_intent_id)
        return PaymentIntent.from_json(intent.to_dict())

    def cancel_payment_intent(self, payment_intent_id: str) -> PaymentIntent:
        """Give up collecting.

        An intent that belongs to a Checkout Session is given up by expiring the session, since
        Stripe cancels it no other way.

        Raises:
            WrongState: it has succeeded, or is canceled already.
        """
        with _translated():
            sessions = self._client.v1.checkout.sessions.list(
                {"payment_intent": payment_intent_id, "limit": 1}
            )
            if sessions.data and sessions.data[0].status == "open":
                self._client.v1.checkout.sessions.expire(sessions.data[0].id)
                intent = self._client.v1.payment_intents.retrieve(payment_intent_id)
            else:
                intent = self._client.v1.payment_intents.cancel(payment_intent_id)
        return PaymentIntent.from_json(intent.to_dict())

    def refund(
        self,
        payment_intent_id: str,
        amount: Amount | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> Refund:
        """Give money back: ``amount`` major units of the payment's currency, or all that is left.

        ``reason`` is duplicate, fraudulent or requested_by_customer; fraudulent also blocks the
        card. Look at the answer's ``status``: it need not be back yet. Safe to repeat with the
        same ``idempotency_key`` and arguments, and only then.
        """
        minor = None
        if amount is not None:
            minor = to_minor(amount, self.get_payment_intent(payment_intent_id).currency)
        params = _given(payment_intent=payment_intent_id, amount=minor, reason=reason)
        with _translated():
            refund = self._client.v1.refunds.create(params, _keyed(idempotency_key))  # type: ignore[arg-type]
        return Refund.from_json(refund.to_dict())

    def create_customer(
        self, email: str, name: str | None = None, idempotency_key: str | None = None
    ) -> Customer:
        """Make a customer. Safe to repeat with the same ``idempotency_key``, and only then."""
        with _translated():
            customer = self._client.v1.customers.create(
                _given(email=email, name=name),  # type: ignore[arg-type]
                _keyed(idempotency_key),
            )
        return Customer.from_json(customer.to_dict())

    def get_customer(self, customer_id: str) -> Customer:
        """Read a customer."""
        with _translated():
            customer = self._client.v1.customers.retrieve(customer_id)
        return Customer.from_json(customer.to_dict())

    def ping(self) -> None:
        """Ask Stripe for next to nothing, to see whether it answers and knows our key."""
        with _translated():
            self._client.v1.checkout.sessions.list({"limit": 1})

    def construct_event(
        self, payload: bytes, signature: str, *, clock: Callable[[], float] = time.time
    ) -> WebhookEvent:
        """Verify a webhook's signature over its raw bytes and read it.

        Any of the configured secrets will do, so that they can be rolled. A timestamp more than
        300 seconds away is refused, also one from the future, which the library lets pass.

        Raises:
            InvalidSignature: not signed with our secret, too old or too early, or not an event.
        """
        body = _verified(payload, signature, self._webhook_secrets, now=clock())
        try:
            return WebhookEvent.from_json(json.loads(body))
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as exc:
            raise InvalidSignature("The body is signed but is no event.") from exc


def _given(**params: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _keyed(idempotency_key: str | None) -> Any:
    return _given(idempotency_key=idempotency_key)


def _verified(payload: bytes, signature: str, secrets: Sequence[str], *, now: float) -> str:
    try:
        body = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidSignature("The body is not UTF-8.") from None
    stamp = re.search(r"(?:^|,)t=(\d{1,12})(?:,|$)", signature)
    if stamp is None or abs(now - int(stamp[1])) > SIGNATURE_TOLERANCE_S:
        raise InvalidSignature("The timestamp is missing or too far away.")
    for secret in secrets:
        try:
            # Age was checked above, in both directions.
            stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None)
        except stripe.SignatureVerificationError:
            continue
        return body
    # Raised outside of the except: the library's error carries the body.
    raise InvalidSignature("The signature does not fit.")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as exc:
        raise _error(exc) from None


def _error(exc: stripe.StripeError) -> StripeRejected | StripeUnavailable:
    # A wrong key is the operator's to mend; the buyer's order can wait for it.
    passing = (
        stripe.APIConnectionError,
        stripe.RateLimitError,
        stripe.AuthenticationError,
        stripe.PermissionError,
    )
    is_passing = isinstance(exc, passing) or (exc.http_status or 500) >= 500 or exc.code in _PASSING
    if is_passing:
        kind: type[StripeRejected | StripeUnavailable] = StripeUnavailable
    elif isinstance(exc, stripe.CardError):
        kind = CardDeclined
    elif isinstance(exc, stripe.IdempotencyError):
        kind = IdempotencyConflict
    else:
        kind = _REFUSALS.get(exc.code or "", StripeRejected)
    says = "does not answer right now" if is_passing else "refused"
    return kind(f"Stripe {says}.", stripe_code=_code(exc), request_id=exc.request_id)


def _code(exc: stripe.StripeError) -> str | None:
    decline_code = getattr(exc.error, "decline_code", None) if exc.error else None
    return decline_code or exc.code
