"""Check of payments: a dollar is paid with a test card and refunded, where the key is a test key.

It carries a name of its own at Stripe, so neither orders nor figures know of it. Stripe tells of
it like of every payment, so that its event must arrive at our webhook, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import PaymentError, StripeError
from ticket_clerk.ticketing.reports.manual_review import has_heard_of

from .result import Result, broken, note, ok

SERVICE = "ticket-clerk-doctor"
# https://docs.stripe.com/testing: a card that pays, as Stripe names it for programs.
TEST_CARD = "pm_card_visa"
EVENT_WITHIN_S = 15.0


def check_payment(
    container: Container, *, expects_event: bool, event_within_s: float = EVENT_WITHIN_S
) -> Iterator[Result]:
    """Pay and refund in test mode; skip the payment in live mode.

    With ``expects_event`` a server is there to take Stripe's event, which is waited for.
    """
    started = container.now()
    if container.settings.livemode:
        yield note("test payment", "not tried: the key is a live one, and real money would move")
        return
    try:
        intent = container.stripe.create_payment_intent(
            1, "usd", "make doctor", {"service": SERVICE}
        )
        paid = container.stripe.confirm_payment_intent(
            intent.id, TEST_CARD, return_url=f"{container.settings.public_url}/payments/success"
        )
    except PaymentError as error:
        yield broken("test payment", _advice(error, "PaymentIntents"))
        return
    if paid.status != "succeeded":
        yield broken("test payment", f"is {paid.status} and not succeeded: look at it in Stripe")
        return
    yield ok("test payment", "a dollar was paid with a test card")
    yield _refund(container, paid.id)
    if expects_event:
        yield _event(container, paid.id, started, event_within_s)


def _event(
    container: Container, payment_intent_id: str, since: datetime, within_s: float
) -> Result:
    deadline = time.monotonic() + within_s
    while not has_heard_of(container, payment_intent_id, since=since):
        if time.monotonic() > deadline:
            return broken(
                "stripe's event",
                f"of the test payment did not come within {within_s:.0f} s: see docs/payments.md, "
                "Webhook Not Receiving Events",
            )
        time.sleep(0.2)
    return ok("stripe's event", "of the test payment arrived")


def _refund(container: Container, payment_intent_id: str) -> Result:
    try:
        refund = container.stripe.refund(payment_intent_id)
    except PaymentError as error:
        return broken("test refund", _advice(error, "Refunds"))
    if refund.status == "succeeded":
        return ok("test refund", "and given back")
    return note("test refund", f"is {refund.status}: look at it in Stripe's dashboard")


def _advice(error: PaymentError, permission: str) -> str:
    request = (
        f" ({error.request_id})" if isinstance(error, StripeError) and error.request_id else ""
    )
    sentence = str(error).rstrip(".")
    return f"{sentence}{request}: the key needs to write {permission}, see docs/operations.md"
