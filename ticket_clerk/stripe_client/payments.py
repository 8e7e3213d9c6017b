"""Payments: PaymentIntents, refunds and disputes.

https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/api/refunds,
https://docs.stripe.com/api/disputes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from ticket_clerk.ticketing.domain.errors import InvalidRequest, StripeRejected, WrongState
from ticket_clerk.ticketing.domain.money import Amount, to_minor
from ticket_clerk.ticketing.domain.payment_ids import as_parameter, is_charge
from ticket_clerk.ticketing.domain.stripe_objects import (
    Dispute,
    PaymentIntent,
    Refund,
    StripeFile,
)

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


class DisputeCalls(Connected):
    """Looking at payments that banks take back, and answering."""

    def list_disputes(self, created_since: datetime) -> Iterator[Dispute]:
        """List disputes, newest first, page by page as they are read."""
        since = {"gte": int(created_since.timestamp())}
        with translated():
            page = self._client.v1.disputes.list({"created": since, "limit": 100})  # type: ignore[arg-type]
            for dispute in page.auto_paging_iter():
                yield Dispute.from_json(dispute.to_dict())

    def get_dispute(self, dispute_id: str) -> Dispute:
        """Read a dispute; raises StripeNotFound."""
        with translated():
            return Dispute.from_json(self._client.v1.disputes.retrieve(dispute_id).to_dict())

    def upload_evidence(self, name: str, contents: bytes) -> StripeFile:
        """Have Stripe keep a file that a dispute's evidence may name by its id.

        A repetition makes another file: one that no evidence names is read by nobody.
        """
        file = BytesIO(contents)
        file.name = name
        params = {"file": file, "purpose": "dispute_evidence"}
        with translated():
            return StripeFile.from_json(self._client.v1.files.create(params).to_dict())  # type: ignore[arg-type]

    def get_file(self, file_id: str) -> StripeFile:
        """Read what Stripe knows of a file; raises StripeNotFound."""
        with translated():
            return StripeFile.from_json(self._client.v1.files.retrieve(file_id).to_dict())

    def put_evidence(self, dispute_id: str, evidence: Mapping[str, str]) -> Dispute:
        """Keep evidence, by Stripe's names, that is not sent to the bank yet; empty takes it out.

        Safe to repeat.
        """
        return self._update_dispute(dispute_id, evidence, submit=False)

    def submit_evidence(self, dispute_id: str, evidence: Mapping[str, str]) -> Dispute:
        """Send evidence, by Stripe's names, to the bank, which reads it once.

        What :meth:`put_evidence` kept goes with it. Safe to repeat as long as the bank has not
        decided: the same evidence takes its place.
        """
        return self._update_dispute(dispute_id, evidence, submit=True)

    def _update_dispute(
        self, dispute_id: str, evidence: Mapping[str, str], *, submit: bool
    ) -> Dispute:
        params = {"evidence": dict(evidence), "submit": submit}
        with translated():
            sent = self._client.v1.disputes.update(dispute_id, params)  # type: ignore[arg-type]
        return Dispute.from_json(sent.to_dict())


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

    def get_receipt_url(self, payment_id: str) -> str | None:
        """Read where Stripe shows the receipt of a payment; None where there is none yet."""
        with translated():
            if is_charge(payment_id):
                return self._client.v1.charges.retrieve(payment_id).receipt_url
            intent = self._client.v1.payment_intents.retrieve(
                payment_id, {"expand": ["latest_charge"]}
            )
        charge = intent.to_dict().get("latest_charge") or {}
        return charge.get("receipt_url")

    def _currency_of(self, payment_id: str) -> str:
        if not is_charge(payment_id):
            return self.get_payment_intent(payment_id).currency
        with translated():
            return str(self._client.v1.charges.retrieve(payment_id).currency)
