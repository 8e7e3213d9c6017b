"""PaymentIntents: https://docs.stripe.com/api/payment_intents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ticket_clerk.ticketing.domain.errors import StripeRejected, WrongState
from ticket_clerk.ticketing.domain.money import Amount, to_minor
from ticket_clerk.ticketing.domain.stripe_objects import PaymentIntent

from .connection import Connected, given, keyed
from .error_translation import translated


class IntentCalls(Connected):
    """Collecting payments without a hosted page."""

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
            **given(description=description, customer=customer_id),
        }
        with translated():
            intent = self._client.v1.payment_intents.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        return PaymentIntent.from_json(intent.to_dict())

    def get_payment_intent(self, payment_intent_id: str) -> PaymentIntent:
        """Read a PaymentIntent as it is now."""
        with translated():
            intent = self._client.v1.payment_intents.retrieve(payment_intent_id)
        return PaymentIntent.from_json(intent.to_dict())

    def cancel_payment_intent(
        self, payment_intent_id: str, idempotency_key: str | None = None
    ) -> PaymentIntent:
        """Give up collecting. Safe to repeat with the same ``idempotency_key``, and only then.

        An intent that belongs to a Checkout Session is given up by expiring the session, since
        Stripe cancels it no other way.

        Raises:
            WrongState: it has succeeded, or is canceled already.
        """
        with translated():
            sessions = self._client.v1.checkout.sessions.list(
                {"payment_intent": payment_intent_id, "limit": 1}
            )
        if sessions.data and sessions.data[0].status == "open":
            return self._cancel_by_session(sessions.data[0].id, payment_intent_id)
        with translated():
            intent = self._client.v1.payment_intents.cancel(
                payment_intent_id, {}, keyed(idempotency_key)
            )
        return PaymentIntent.from_json(intent.to_dict())

    def _cancel_by_session(self, checkout_session_id: str, payment_intent_id: str) -> PaymentIntent:
        try:
            with translated():
                self._client.v1.checkout.sessions.expire(checkout_session_id)
        except StripeRejected as exc:
            # Paid or expired since it was looked at; Stripe has no code of its own for that.
            raise WrongState(
                "The Checkout Session is no longer open.", request_id=exc.request_id
            ) from None
        return self.get_payment_intent(payment_intent_id)

    def confirm_payment_intent(
        self,
        payment_intent_id: str,
        payment_method: str | None = None,
        return_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> PaymentIntent:
        """Try to collect with a payment method, as a page does with the client secret.

        ``requires_action`` in the answer means that the buyer has to authenticate first, at
        ``next_action_url``. Safe to repeat with the same ``idempotency_key``, and only then.

        Raises:
            CardDeclined: the bank said no; the intent waits for another payment method.
            WrongState: it has succeeded or is canceled.
        """
        params = given(payment_method=payment_method, return_url=return_url)
        with translated():
            intent = self._client.v1.payment_intents.confirm(
                payment_intent_id,
                params,  # type: ignore[arg-type]
                keyed(idempotency_key),
            )
        return PaymentIntent.from_json(intent.to_dict())
