"""Stripe's errors as ours: what kind, whether asking again is of use, and Stripe's request id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from ticket_clerk.ticketing.domain.errors import (
    RATE_LIMITED,
    AmountNotTaken,
    CardDeclined,
    IdempotencyConflict,
    StripeNotFound,
    StripeRejected,
    StripeUnavailable,
    ValueNotTaken,
    WrongState,
)

# Codes of refusals that are no refusals: the same call with the same key will do.
_PASSING = frozenset({"lock_timeout", "idempotency_key_in_use", RATE_LIMITED})
_REFUSALS: dict[str, type[StripeRejected]] = {
    "resource_missing": StripeNotFound,
    "amount_too_small": AmountNotTaken,
    "amount_too_large": AmountNotTaken,
    "payment_intent_unexpected_state": WrongState,
    "charge_already_refunded": WrongState,
    "charge_disputed": WrongState,
}
# Stripe's names of what our callers give in words of their own; the rest is ours to get right.
_CALLERS = frozenset(
    {"amount", "currency", "customer_email", "description", "email", "name"}
    | {"cancel_url", "success_url"}
)
_SENTENCES: dict[type, str] = {
    StripeNotFound: "Stripe has no object of that id.",
    AmountNotTaken: "amount is too small, too large, or more than is left of the payment.",
    WrongState: "In the state that it is in, that can't be done.",
    CardDeclined: "The bank declined.",
    IdempotencyConflict: "The Idempotency-Key was used before, for another request.",
    StripeUnavailable: "Stripe does not answer right now.",
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's exceptions into ours; no text of theirs is kept."""
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
    # 409: another call with the same key is still at work, and will have the answer.
    is_passing = (
        isinstance(exc, passing)
        or (exc.http_status or 500) >= 500
        or exc.http_status == 409
        or exc.code in _PASSING
    )
    kind: type[StripeRejected | StripeUnavailable]
    kind = StripeUnavailable if is_passing else _kind(exc)
    sentence = _SENTENCES.get(kind, "Stripe refused.")
    if kind is ValueNotTaken:
        sentence = f"{_param(exc)} is nothing that Stripe takes."
    return kind(sentence, stripe_code=_code(exc), request_id=exc.request_id)


def _kind(exc: stripe.StripeError) -> type[StripeRejected]:
    if isinstance(exc, stripe.CardError):
        return CardDeclined
    if isinstance(exc, stripe.IdempotencyError):
        return IdempotencyConflict
    if exc.code in _REFUSALS:
        return _REFUSALS[exc.code]
    param = _param(exc)
    if param not in _CALLERS:
        return StripeRejected
    return AmountNotTaken if param == "amount" else ValueNotTaken


def _code(exc: stripe.StripeError) -> str | None:
    decline_code = getattr(exc.error, "decline_code", None) if exc.error else None
    return decline_code or exc.code or (RATE_LIMITED if exc.http_status == 429 else None)


def _param(exc: stripe.StripeError) -> str | None:
    param: str | None = getattr(exc, "param", None)
    return param
