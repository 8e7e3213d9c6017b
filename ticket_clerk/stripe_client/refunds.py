"""Refunds: https://docs.stripe.com/api/refunds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.money import Amount, to_minor
from ticket_clerk.ticketing.domain.payment_ids import as_parameter, is_charge
from ticket_clerk.ticketing.domain.stripe_objects import Refund

from .connection import given, keyed
from .error_translation import translated
from .payment_intents import IntentCalls

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class RefundCalls(IntentCalls):
    """Giving payments back."""

    def refund(
        self,
        payment_intent_id: str,
        amount: Amount | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
        *,
        currency: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Refund:
        """Give money back: ``amount`` major units of the payment's currency, or all that is left.

        ``reason`` is duplicate, fraudulent or requested_by_customer; fraudulent also blocks the
        card. ``currency`` saves asking Stripe for the payment's. What a messenger's provider
        collected is named by its charge (``ch_…``). Look at the answer's ``status``: it need not be
        back yet. Safe to repeat with the same ``idempotency_key`` and arguments,
        and only then.
        """
        if reason is not None and reason not in REASONS:
            raise InvalidRequest(f"reason must be one of {', '.join(REASONS)}", field="reason")
        minor = None
        if amount is not None:
            currency = currency or self._currency_of(payment_intent_id)
            minor = to_minor(amount, currency)
        params = given(
            **as_parameter(payment_intent_id),
            amount=minor,
            reason=reason,
            metadata=dict(metadata) if metadata else None,
        )
        with translated():
            refund = self._client.v1.refunds.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        return Refund.from_json(refund.to_dict())

    def get_refund(self, refund_id: str) -> Refund:
        """Read a refund as it is now."""
        with translated():
            refund = self._client.v1.refunds.retrieve(refund_id)
        return Refund.from_json(refund.to_dict())

    def list_refunds(
        self, payment_intent_id: str | None = None, created_since: datetime | None = None
    ) -> Iterator[Refund]:
        """List refunds, newest first, page by page as they are read."""
        since = {"gte": int(created_since.timestamp())} if created_since else None
        of_payment = as_parameter(payment_intent_id) if payment_intent_id else {}
        params = given(**of_payment, created=since, limit=100)
        with translated():
            page = self._client.v1.refunds.list(params)  # type: ignore[arg-type]
            for refund in page.auto_paging_iter():
                yield Refund.from_json(refund.to_dict())

    def _currency_of(self, payment_id: str) -> str:
        if not is_charge(payment_id):
            return self.get_payment_intent(payment_id).currency
        with translated():
            return str(self._client.v1.charges.retrieve(payment_id).currency)
