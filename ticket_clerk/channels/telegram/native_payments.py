"""Native payments: an order is sent as an invoice, checked before the money moves, and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ticket_clerk.channels.messaging.api_client import ApiClient, NotSent
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.orders import native_payments
from ticket_clerk.ticketing.orders.native_payments import NativePayment

from .invoices import DESCRIPTION, Checkout, Invoices, refusal_of
from .parser import Address

logger = get_logger(__name__)

# Telegram waits for ten seconds; a buyer with a thumb on the button does not.
_CHECK_WITHIN_S = 1.5
_APOLOGY = "utter_error_internal"

Words = Callable[..., str | None]


class NativePayments:
    """Native payments over one API client; `words` gives a response's text."""

    def __init__(self, api: ApiClient, invoices: Invoices, words: Words) -> None:
        """Keep the API client; send no request."""
        self._api = api
        self._invoices = invoices
        self._words = words

    async def offer(self, address: Address, message: Mapping[str, Any]) -> None:
        """Send the invoice of the open order in a message with a payment link.

        It comes in addition to the link, so a failure is logged and no more.
        """
        try:
            body = await asyncio.to_thread(self._invoice, message)
            if body is not None:
                await self._api.call("sendInvoice", {**address.params, **body})
        except PaymentError as error:
            logger.warning("channels.telegram.invoice_not_sent", reason=error.code)
        except NotSent as error:
            logger.warning("channels.telegram.invoice_not_sent", reason=error.reason)

    async def answer(self, update: Mapping[str, Any]) -> bool | None:
        """Handle an update about a payment; None if it is about none, False to have it again.

        Raises Malformed.
        """
        checkout = self._invoices.read_checkout(update)
        if checkout is not None:
            await self._answer_checkout(checkout)
            return True
        payment = self._invoices.read_payment(update)
        return None if payment is None else await self._take(payment)

    def _invoice(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        order = native_payments.payable_order(get_container(), str(message.get("order_id")))
        template = self._words(DESCRIPTION, message)
        if order is None or template is None:
            return None
        return self._invoices.invoice(order, template.format_map(message))

    async def _answer_checkout(self, checkout: Checkout) -> None:
        refusal = await self._refusal(checkout)
        answer: dict[str, Any] = {"pre_checkout_query_id": checkout.query_id, "ok": refusal is None}
        if refusal is not None:
            logger.info("channels.telegram.payment_refused", reason=refusal)
            answer["error_message"] = self._words(refusal) or refusal
        try:
            await self._api.call("answerPreCheckoutQuery", answer)
        except NotSent as error:
            # Then nobody is charged, and Telegram says so.
            logger.warning("channels.telegram.payment_unanswered", reason=error.reason)

    async def _refusal(self, checkout: Checkout) -> str | None:
        look = asyncio.to_thread(lambda: refusal_of(get_container(), checkout))
        try:
            return await asyncio.wait_for(look, _CHECK_WITHIN_S)
        except asyncio.TimeoutError:
            return _APOLOGY
        except PaymentError as error:
            logger.error("channels.telegram.check_failed", error=error.code)
            return _APOLOGY

    async def _take(self, payment: NativePayment) -> bool:
        """Settle, then expire the Checkout Session; Telegram retries failures. Safe to repeat."""
        try:
            await asyncio.to_thread(_settle, payment)
        except PaymentError as error:
            logger.error("channels.telegram.payment_not_settled", error=error.code)
            return False
        return True


def _settle(payment: NativePayment) -> None:
    container = get_container()
    native_payments.settle(container, payment)
    if payment.order_id:
        native_payments.close_page(container, payment.order_id)
