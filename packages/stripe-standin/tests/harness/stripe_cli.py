"""What Stripe's command line sends for `stripe trigger EVENT`, and a replay of it.

Recorded from `@stripe/cli` 1.52.0. A value such as `${price:id}` is a field of an earlier answer.
`test_stripe_cli.py` replays the requests; `python tests/run_stripe_cli.py` runs the program itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from stripe_standin import StandIn
from stripe_standin.testing import openapi

_HEADERS = {
    "Authorization": "Bearer sk_test_standin",
    "Content-Type": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True)
class Step:
    """One request; `refused` is the type of the error that the command line expects."""

    name: str
    request: str
    params: Mapping[str, str]
    refused: str = ""


def _step(step: str, request: str, refused: str = "", /, **params: str) -> Step:
    return Step(step, request, params, refused)


_NOTE = {"description": "(created by Stripe CLI)"}
_SHIPPING = {
    "payment_intent_data[shipping][name]": "Jenny Rosen",
    "payment_intent_data[shipping][address][line1]": "510 Townsend St",
    "payment_intent_data[shipping][address][postal_code]": "94103",
    "payment_intent_data[shipping][address][city]": "San Francisco",
    "payment_intent_data[shipping][address][state]": "CA",
    "payment_intent_data[shipping][address][country]": "US",
}
_SESSION = {
    "success_url": "https://httpbin.org/post",
    "cancel_url": "https://httpbin.org/post",
    "mode": "payment",
    "line_items[0][price]": "${price:id}",
    "line_items[0][quantity]": "2",
}
_DEBIT = {
    "payment_method_types[]": "sepa_debit",
    "payment_intent_data[setup_future_usage]": "off_session",
}
_BILLING = {
    "billing_details[email]": "stripe@example.com",
    "billing_details[name]": "Jenny Rosen",
    "billing_details[address][city]": "London",
    "billing_details[address][country]": "GB",
}
_PRODUCT = _step("product", "POST /v1/products", name="myproduct", **_NOTE)


def _price(currency: str, **more: str) -> Step:
    amount = {"unit_amount": "1500", "currency": currency}
    return _step("price", "POST /v1/prices", product="${product:id}", **amount, **more)


def _session(currency: str, **more: str) -> list[Step]:
    session = _step("checkout_session", "POST /v1/checkout/sessions", **_SESSION, **more)
    return [_PRODUCT, _price(currency), session]


def _pay_page(type_: str, detail: str, value: str) -> list[Step]:
    method = {"type": type_, f"{type_}[{detail}]": value, **_BILLING}
    page = "/v1/payment_pages/${checkout_session:id}"
    paid = {"payment_method": "${payment_method:id}", "expected_amount": "3000"}
    return [
        _step("payment_page", f"GET {page}"),
        _step("payment_method", "POST /v1/payment_methods", **method),
        _step("payment_page_confirm", f"POST {page}/confirm", **paid),
    ]


def _payment(method: str, amount: str = "100", refused: str = "") -> Step:
    params = {"amount": amount, "currency": "usd", "payment_method": method, "confirm": "true"}
    params["payment_method_types[]"] = "card"
    return _step("payment_intent", "POST /v1/payment_intents", refused, **params, **_NOTE)


def _subscription() -> list[Step]:
    card = {"payment_method": "pm_card_visa"}
    card["invoice_settings[default_payment_method]"] = "pm_card_visa"
    items = {"customer": "${customer:id}", "items[0][price]": "${price:id}"}
    return [
        _step("customer", "POST /v1/customers", **card, **_NOTE),
        _PRODUCT,
        _price("usd", **{"recurring[interval]": "month"}),
        _step("subscription", "POST /v1/subscriptions", **items),
    ]


def _invoice(method: str, refused: str = "") -> list[Step]:
    customer = {"customer": "${customer:id}"}
    item = {"amount": "2000", "currency": "usd", **customer, **_NOTE}
    invoice = {**customer, "pending_invoice_items_behavior": "include", **_NOTE}
    pay = "POST /v1/invoices/${invoice:id}/pay"
    return [
        _step("customer", "POST /v1/customers", **_NOTE),
        _step("payment_method", f"POST /v1/payment_methods/{method}/attach", **customer),
        _step("invoiceitem", "POST /v1/invoiceitems", **item),
        _step("invoice", "POST /v1/invoices", **invoice),
        _step("invoice_pay", pay, refused, payment_method="${payment_method:id}"),
    ]


_EXPIRE = _step("expired", "POST /v1/checkout/sessions/${checkout_session:id}/expire")
_REFUND = _step("refund", "POST /v1/refunds", payment_intent="${payment_intent:id}")
_CHANGE_REFUND = _step("update", "POST /v1/refunds/${refund:id}", **{"metadata[order_id]": "6735"})
_DISPUTES = _step("disputes_list", "GET /v1/disputes?payment_intent=${payment_intent:id}")
_DISPUTE = "/v1/disputes/${disputes_list:data.0.id}"
_NOTED = {"metadata[foo]": "bar"}
_WON = {**_NOTED, "evidence[uncategorized_text]": "winning_evidence"}

# By trigger; the last ones are those that `--override` and `--add` change, as the README has them.
TRIGGERS: dict[str, list[Step]] = {
    "checkout.session.completed": [
        *_session("usd", **_SHIPPING),
        *_pay_page("card", "token", "tok_visa"),
    ],
    "checkout.session.async_payment_succeeded": [
        *_session("eur", **_DEBIT, **_SHIPPING),
        *_pay_page("sepa_debit", "iban", "AT611904300234573201"),
    ],
    "checkout.session.async_payment_failed": [
        *_session("eur", **_DEBIT, **_SHIPPING),
        *_pay_page("sepa_debit", "iban", "IT60X0542811101000000123456"),
    ],
    "checkout.session.expired": [*_session("usd"), _EXPIRE],
    "payment_intent.payment_failed": [
        _payment("pm_card_chargeDeclined", "2000", refused="card_error")
    ],
    "payment_intent.succeeded": [_payment("pm_card_visa", "2000")],
    "charge.refunded": [_payment("pm_card_visa"), _REFUND],
    "charge.refund.updated": [_payment("pm_card_visa"), _REFUND, _CHANGE_REFUND],
    "charge.dispute.created": [_payment("pm_card_createDisputeInquiry")],
    "charge.dispute.updated": [
        _payment("pm_card_createDisputeInquiry"),
        _DISPUTES,
        _step("disputes_update", f"POST {_DISPUTE}", **_NOTED),
    ],
    "charge.dispute.closed": [
        _payment("pm_card_createDisputeInquiry"),
        _DISPUTES,
        _step("disputes_close", f"POST {_DISPUTE}/close"),
    ],
    "customer.subscription.created": _subscription(),
    "customer.subscription.updated": [
        *_subscription(),
        _step("updated", "POST /v1/subscriptions/${subscription:id}", **_NOTED),
    ],
    "customer.subscription.deleted": [
        *_subscription(),
        _step("deleted", "DELETE /v1/subscriptions/${subscription:id}"),
    ],
    "invoice.paid": _invoice("pm_card_visa"),
    "invoice.payment_failed": _invoice("pm_card_chargeCustomerFail", refused="card_error"),
    "refund.failed": [_payment("pm_card_refundFail"), _REFUND],
    "charge.dispute.funds_withdrawn": [_payment("pm_card_createDispute")],
    "charge.dispute.funds_reinstated": [
        _payment("pm_card_createDispute"),
        _DISPUTES,
        _step("disputes_update", f"POST {_DISPUTE}", **_WON),
    ],
}


def replay(standin: StandIn, steps: list[Step]) -> dict[str, Any]:
    """Sends the requests one after the other; returns the answers by name."""
    answers: dict[str, Any] = {}
    for step in steps:
        method, path = _filled(step.request, answers).split(" ")
        body = urlencode({name: _filled(value, answers) for name, value in step.params.items()})
        status, _, content = standin.handle(method, path, _HEADERS, body.encode())
        answer = json.loads(content)
        if not path.startswith("/v1/payment_pages/"):  # Stripe's document has no such address
            openapi.check_answer(method, path, status, answer)
        assert answer.get("error", {}).get("type", "") == step.refused, answer
        answers[step.name] = answer
    return answers


def _filled(text: str, answers: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        held = answers[found[1]]
        for name in found[2].split("."):
            held = held[int(name)] if name.isdigit() else held[name]
        return str(held)

    return re.sub(r"\$\{(\w+):([\w.]+)\}", value, text)
