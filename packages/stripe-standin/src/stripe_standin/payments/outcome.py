"""The outcome of a payment attempt, and the recognition of a repeated one."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_standin.http.messages import Json
from stripe_standin.payments.cards import Card

NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again."
)


@dataclass(frozen=True)
class Outcome:
    """The result of a payment attempt, as the page shows it.

    `state` is paid, processing (a bank debit is under way), failed (it came to nothing), declined,
    requires_action (3-D Secure), invalid (see `problems`, by field), open (nothing was tried) or
    expired. `location` is where what is paid or under way leads.
    """

    state: str
    message: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    location: str = ""
    completed_event: str = ""

    def remembered(self) -> Json:
        """What is kept of it for a repeat."""
        return {"state": self.state, "message": self.message}


def repeat_key(attempt: str, card: Card) -> str:
    """The same form may be sent again with another card; only form and card together are a
    repeat. Empty where the form had no token.
    """
    return f"{attempt}:{card.last4}:{card.exp_month}/{card.exp_year}" if attempt else ""


def of_repeat(earlier: Json, now: Outcome) -> Outcome:
    """The outcome of a repeated attempt: the decline again, or the current state."""
    if earlier["state"] == "declined":
        return Outcome("declined", earlier["message"])
    return now
