"""The payment form: parsing and validation. Card numbers and codes are not kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from stripe_standin.payments import cards
from stripe_standin.payments.cards import Card

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_EXPIRY = re.compile(r"(\d{1,2})\s*[/\-.]\s*(\d{2}|\d{4})|(\d{2})(\d{2})")


@dataclass(frozen=True)
class Entry:
    """The submitted fields. The card's number and code are in no repr, so in no log either."""

    card_number: str = field(default="", repr=False)
    exp_date: str = ""
    cvc: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    iban: str = field(default="", repr=False)
    tax_id: str = field(default="", repr=False)


def entry_of(typed: dict[str, str]) -> Entry:
    """The fields of a posted form."""
    names = ("card_number", "exp_date", "cvc", "email", "name", "iban", "tax_id")
    return Entry(**{name: typed.get(name, "")[:500].strip() for name in names})


def read(
    entry: Entry, now: int, types: Sequence[str] = ("card",), *, may_wait: bool = True
) -> tuple[Card | None, dict[str, str]]:
    """The card or bank account, or a sentence for each field that cannot be right.

    `types` are those of the PaymentMethods that the page takes; `may_wait` lets a bank debit pass
    for a card.
    """
    if "sepa_debit" in types and (entry.iban or "card" not in types):
        return _read_account(entry)
    digits = re.sub(r"[\s-]", "", entry.card_number)
    month, year = _expiry(entry.exp_date)
    problems = {
        "email": email_problem(entry.email),
        "card_number": _number_problem(digits),
        "exp_date": _expiry_problem(month, year, entry.exp_date, now),
        "cvc": _cvc_problem(entry.cvc.strip(), cards.brand_of(digits)),
        "name": "That name is too long." if len(entry.name) > 150 else "",
    }
    card = cards.by_number(digits)
    if card.delayed and not may_wait:
        problems["card_number"] = "Please pay this with a card."
    wrong = {name: sentence for name, sentence in problems.items() if sentence}
    if wrong:
        return None, wrong
    return replace(card, exp_month=month, exp_year=year), {}


def _read_account(entry: Entry) -> tuple[Card | None, dict[str, str]]:
    account = cards.by_iban(entry.iban)
    problems = {
        "email": email_problem(entry.email),
        "iban": "" if account else "Please enter one of Stripe's test IBANs.",
    }
    wrong = {name: sentence for name, sentence in problems.items() if sentence}
    return (None, wrong) if wrong else (account, {})


def _expiry(typed: str) -> tuple[int, int]:
    match = _EXPIRY.fullmatch(typed.strip())
    if not match:
        return 0, 0
    month, year = int(match[1] or match[3]), int(match[2] or match[4])
    return month, year + 2000 if year < 100 else year


def _number_problem(digits: str) -> str:
    if not digits:
        return "Please enter the card number."
    if not digits.isascii() or not digits.isdigit():
        return "A card number has digits only."
    if not 12 <= len(digits) <= 19:
        return "Your card number is incomplete."
    if not cards.passes_luhn(digits):
        return "Your card number is invalid. Please check each digit."
    return ""


def _expiry_problem(month: int, year: int, typed: str, now: int) -> str:
    if not typed.strip():
        return "Please enter the date on the card, month and year."
    if not 1 <= month <= 12:
        return "Your card's expiration date is incomplete. Write it like 12/34."
    today = datetime.fromtimestamp(now, timezone.utc)
    if (year, month) < (today.year, today.month):
        return "Your card's expiration date is in the past."
    if year > today.year + 50:
        return "Your card's expiration year is invalid."
    return ""


def _cvc_problem(code: str, brand: str) -> str:
    length = 4 if brand == "amex" else 3
    if not code:
        return "Please enter the security code of the card."
    if not code.isascii() or not code.isdigit() or len(code) not in (3, length):
        return f"Your card's security code is incomplete: it has {length} digits."
    return ""


def email_problem(email: str) -> str:
    """What is wrong with an address, in a sentence; empty where nothing is."""
    if not email.strip():
        return "Please enter your email address."
    if len(email) > 320 or not _EMAIL.fullmatch(email.strip()):
        return "Your email address is not complete. It looks like name@example.com."
    return ""
