"""Stripe's errors as ours: what kind, whether asking again is of use, and Stripe's request id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from ..errors import (
    AmountNotTaken,
    CardDeclined,
    IdempotencyConflict,
    StripeNotFound,
    StripeRejected,
    StripeUnavailable,
    WrongState,
)

# Codes of refusals that are no refusals: the same call with the same key will do.
_PASSING = frozenset({"lock_timeout", "idempotency_key_in_use", "rate_limit"})
_REFUSALS = {
    "resource_missing": StripeNotFound,
    "amount_too_small": AmountNotTaken,
    "amount_too_large": AmountNotTaken,
    "payment_intent_unexpected_state": WrongState,
    "charge_already_refunded": WrongState,
    "charge_disputed": WrongState,
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
    if is_passing:
        kind: type[StripeRejected | StripeUnavailable] = StripeUnavailable
    elif isinstance(exc, stripe.CardError):
        kind = CardDeclined
    elif isinstance(exc, stripe.IdempotencyError):
        kind = IdempotencyConflict
    else:
        kind = _REFUSALS.get(exc.code or "", StripeRejected)
    return kind(_sentence(kind, is_passing), stripe_code=_code(exc), request_id=exc.request_id)


def _code(exc: stripe.StripeError) -> str | None:
    decline_code = getattr(exc.error, "decline_code", None) if exc.error else None
    return decline_code or exc.code


def _sentence(kind: type, is_passing: bool) -> str:
    if kind is AmountNotTaken:
        return "amount is below the smallest or above the largest that Stripe takes."
    return "Stripe does not answer right now." if is_passing else "Stripe refused."
