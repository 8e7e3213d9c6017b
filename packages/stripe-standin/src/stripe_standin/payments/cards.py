"""Test cards and test bank accounts, and their outcomes (https://docs.stripe.com/testing).

A card number lives only in the form that carried it: it is looked up here and what is kept is the
brand, the last four digits and the behavior.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace

from stripe_standin.http.messages import Json

_MESSAGES = {
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently "
    "or exceeding its amount limit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "test_mode_live_card": "Your card was declined. Your request was in test mode, but used a non "
    "test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.",
}
# Declines whose error code is the decline code itself and not card_declined.
_OWN_CODE = ("authentication_required", "expired_card", "incorrect_cvc", "processing_error")


@dataclass(frozen=True)
class Card:
    """What the stand-in knows of a card; never its number."""

    brand: str = "visa"
    last4: str = "4242"
    funding: str = "credit"
    decline_code: str = ""
    needs_authentication: bool = False
    decline_unattended: str = ""
    decline_attached: str = ""
    refund: str = ""
    dispute: str = ""
    inquiry: bool = False
    delayed: str = ""
    delay_s: int = 60
    sepa_country: str = ""
    exp_month: int = 12
    exp_year: int = 2034

    @property
    def type(self) -> str:
        """The type of PaymentMethod: a card, or the bank account that a debit is taken from."""
        if self.sepa_country:
            return "sepa_debit"
        return "us_bank_account" if self.delayed else "card"

    @property
    def error_code(self) -> str:
        """The `code` of the error that a decline brings."""
        return self.decline_code if self.decline_code in _OWN_CODE else "card_declined"

    @property
    def message(self) -> str:
        """The sentence that a buyer reads after a decline."""
        return _MESSAGES.get(self.decline_code, "Your card was declined.")

    @property
    def fingerprint(self) -> str:
        """The same for the same card; made of what may be shown, so nothing can be got back."""
        return hashlib.sha256(f"{self.brand}:{self.last4}".encode()).hexdigest()[:16]

    def unattended(self) -> Card:
        """The card's behavior in an off-session charge."""
        code = self.decline_unattended or self.decline_code
        return replace(self, decline_code=code, needs_authentication=False)

    def attached(self) -> Card:
        """The card's behavior once it is attached to a customer."""
        return replace(self, decline_code=self.decline_attached or self.decline_code)

    def remembered(self) -> Json:
        """The card as JSON, for the store."""
        return asdict(self)


def _always_asked(last4: str) -> Card:
    """A card that needs authentication for each payment, so none goes without the buyer."""
    return Card(
        last4=last4, needs_authentication=True, decline_unattended="authentication_required"
    )


# Numbers of the stand-in's own, typed where a card's belongs: a debit of a bank account.
DELAYED = {"succeeds": "9000000000000001", "fails": "9000000000000019"}

_BY_NUMBER = {
    "4242424242424242": Card(),
    "4000056655665556": Card(last4="5556", funding="debit"),
    "5555555555554444": Card("mastercard", "4444"),
    "2223003122003222": Card("mastercard", "3222"),
    "5200828282828210": Card("mastercard", "8210", "debit"),
    "378282246310005": Card("amex", "0005"),
    "371449635398431": Card("amex", "8431"),
    "6011111111111117": Card("discover", "1117"),
    "3056930009020004": Card("diners", "0004"),
    "36227206271667": Card("diners", "1667"),
    "3566002020360505": Card("jcb", "0505"),
    "6200000000000005": Card("unionpay", "0005"),
    "4000000000000002": Card(last4="0002", decline_code="generic_decline"),
    "4000000000009995": Card(last4="9995", decline_code="insufficient_funds"),
    "4000000000009987": Card(last4="9987", decline_code="lost_card"),
    "4000000000009979": Card(last4="9979", decline_code="stolen_card"),
    "4000000000006975": Card(last4="6975", decline_code="card_velocity_exceeded"),
    "4000000000000069": Card(last4="0069", decline_code="expired_card"),
    "4000000000000127": Card(last4="0127", decline_code="incorrect_cvc"),
    "4000000000000119": Card(last4="0119", decline_code="processing_error"),
    "4000002500003155": Card(last4="3155", needs_authentication=True),
    "4000002760003184": _always_asked("3184"),
    "4000003800000446": Card(last4="0446", needs_authentication=True),
    "4000000000003220": _always_asked("3220"),
    "4000000000003063": _always_asked("3063"),
    "4000000000000341": Card(last4="0341", decline_attached="generic_decline"),
    "4000008400001629": Card(
        last4="1629", needs_authentication=True, decline_code="generic_decline"
    ),
    "4000008260003178": Card(
        last4="3178", needs_authentication=True, decline_code="insufficient_funds"
    ),
    "4000000000000259": Card(last4="0259", dispute="fraudulent"),
    "4000000000002685": Card(last4="2685", dispute="product_not_received"),
    "4000000000001976": Card(last4="1976", dispute="fraudulent", inquiry=True),
    DELAYED["succeeds"]: Card("unknown", "0001", delayed="succeeds"),
    DELAYED["fails"]: Card("unknown", "0019", delayed="fails"),
    # The stand-in's own: their refunds take a minute.
    "9000000000000118": Card("unknown", "0118", refund="requires_action"),
    "9000000000000126": Card("unknown", "0126", refund="slow"),
    "9000000000000134": Card("unknown", "0134", refund="slow_failed"),
    "4000000000005126": Card(last4="5126", refund="failed"),
    "4000000000007726": Card(last4="7726", refund="pending"),
}

_BY_TOKEN = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_discover": "6011111111111117",
    "pm_card_diners": "3056930009020004",
    "pm_card_jcb": "3566002020360505",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureRequired": "4000000000003063",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeProductNotReceived": "4000000000002685",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_refundFail": "4000000000005126",
    "pm_usBankAccount": DELAYED["succeeds"],
    "pm_usBankAccount_insufficientFunds": DELAYED["fails"],
    "pm_card_pendingRefund": "4000000000007726",
}

_MOMENT_S, _MINUTES_S = 2, 180
# https://docs.stripe.com/payments/sepa-debit/accept-a-payment, "Test your integration".
_BY_IBAN = {
    "AT611904300234573201": ("succeeds", _MOMENT_S),
    "AT321904300235473204": ("succeeds", _MINUTES_S),
    "AT861904300235473202": ("fails", _MOMENT_S),
    "AT051904300235473205": ("fails", _MINUTES_S),
    "DE89370400440532013000": ("succeeds", _MOMENT_S),
    "DE08370400440532013003": ("succeeds", _MINUTES_S),
    "DE62370400440532013001": ("fails", _MOMENT_S),
    "DE78370400440532013004": ("fails", _MINUTES_S),
    "IT40S0542811101000000123456": ("succeeds", _MOMENT_S),
    "IT60X0542811101000000123456": ("fails", _MOMENT_S),
}

_BRANDS = {
    "34": "amex",
    "37": "amex",
    "36": "diners",
    "30": "diners",
    "35": "jcb",
    "62": "unionpay",
}


def by_number(digits: str) -> Card:
    """The card with this number; one that is no test card is declined, as in Stripe's test mode."""
    known = _BY_NUMBER.get(digits)
    if known:
        return known
    return Card(brand_of(digits), digits[-4:], decline_code="test_mode_live_card")


def by_token(token: str) -> Card | None:
    """The card behind one of Stripe's test PaymentMethods (`pm_card_visa` …)."""
    number = _BY_TOKEN.get(token)
    return _BY_NUMBER[number] if number else None


def by_card_token(token: str) -> Card | None:
    """The card behind one of Stripe's test tokens (`tok_visa` …), which have the same names."""
    return by_token(f"pm_card_{token[4:]}") if token.startswith("tok_") else None


def by_iban(iban: str) -> Card | None:
    """The bank account behind one of Stripe's test IBANs."""
    plain = iban.replace(" ", "").upper()
    if plain not in _BY_IBAN:
        return None
    delayed, delay_s = _BY_IBAN[plain]
    return Card("unknown", plain[-4:], delayed=delayed, delay_s=delay_s, sepa_country=plain[:2])


def of_memory(remembered: Json) -> Card:
    """The card that `Card.remembered` wrote."""
    return replace(Card(), **remembered)


def brand_of(digits: str) -> str:
    """The brand that a number's first digits name; decides how long its security code is."""
    by_first = {"4": "visa", "5": "mastercard", "2": "mastercard", "6": "discover"}
    return _BRANDS.get(digits[:2]) or by_first.get(digits[:1], "unknown")


def passes_luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
