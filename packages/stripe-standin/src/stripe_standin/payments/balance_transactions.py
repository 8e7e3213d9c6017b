"""Balance transactions: what charges and refunds did to the balance, fees included."""

from __future__ import annotations

from functools import partial

from stripe_standin.api import lists
from stripe_standin.api.params import PAGING, text
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call, Work, new_id

LIST = {**PAGING, "currency": text(), "source": text(), "type": text()}

_TWO_DAYS_S = 2 * 24 * 3600
_DISPUTE_FEE = 1500


def retrieve(call: Call) -> Json:
    """The balance transaction."""
    return _shown(call.work, call.work.load("balance_transaction", call.ids["id"]))


def list_all(call: Call) -> Json:
    """Balance transactions, newest first."""
    wanted = lists.equals(call, "currency", "source", "type")
    return lists.page(
        call, "balance_transaction", "/v1/balance_transactions", wanted, partial(_shown, call.work)
    )


def balance(call: Call) -> Json:
    """What the account has, by currency: available, and on its way there."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for booked in call.work.store.select("balance_transaction"):
        state = _shown(call.work, booked)["status"]
        currency = booked["currency"]
        sums[state][currency] = sums[state].get(currency, 0) + booked["net"]
    currencies = sorted({**sums["available"], **sums["pending"]}) or ["usd"]
    funds = {
        state: [_funds(currency, sums[state].get(currency, 0)) for currency in currencies]
        for state in sums
    }
    return {"object": "balance", "livemode": False, **funds}


def _funds(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _shown(work: Work, booked: Json) -> Json:
    """Two days after it was booked it is available, by the stand-in's clock."""
    return {**booked, "status": "available" if booked["available_on"] <= work.now else "pending"}


def of_charge(work: Work, charge: Json) -> Json:
    """Books a charge, less Stripe's fee of 2.9 % + 30 in minor units."""
    fee = min(charge["amount"], (charge["amount"] * 29 + 500) // 1000 + 30)
    return _add(work, charge["id"], charge["amount"], fee, charge["currency"], "charge")


def of_refund(work: Work, refund: Json, *, failed: bool = False) -> Json:
    """Books a refund, or its return when it failed; fees are not given back."""
    amount = refund["amount"] if failed else -refund["amount"]
    kind = "refund_failure" if failed else "refund"
    return _add(work, refund["id"], amount, 0, refund["currency"], kind)


def of_dispute(work: Work, dispute: Json, *, won: bool = False) -> Json:
    """Books what a bank takes back, with a fee of 15.00, or both when it gives them again."""
    amount = dispute["amount"] if won else -dispute["amount"]
    fee = -_DISPUTE_FEE if won else _DISPUTE_FEE
    booked = _add(work, dispute["id"], amount, fee, dispute["currency"], "adjustment")
    after: Json = {
        **booked,
        "description": f"Chargeback {'reversal' if won else 'withdrawal'} for {dispute['charge']}",
        "reporting_category": "dispute_reversal" if won else "dispute",
    }
    work.store.update(after)
    return after


def _add(work: Work, source: str, amount: int, fee: int, currency: str, kind: str) -> Json:
    detail = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Dispute fee" if kind == "adjustment" else "Stripe processing fees",
        "type": "stripe_fee",
    }
    booked: Json = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": work.now + _TWO_DAYS_S,
        "balance_type": "payments",
        "created": work.now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source,
        "status": "pending",
        "type": kind,
    }
    work.store.insert(booked)
    return booked
