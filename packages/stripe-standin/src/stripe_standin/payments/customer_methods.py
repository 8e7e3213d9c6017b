"""PaymentMethods of a customer: attach, detach, list; creating a customer with one.

Source: https://docs.stripe.com/api/payment_methods/attach.
"""

from __future__ import annotations

from stripe_standin.api import lists
from stripe_standin.api.errors import ApiError
from stripe_standin.api.params import EXPAND, PAGING, needed, text
from stripe_standin.http.messages import Json
from stripe_standin.payments import customers, payment_methods
from stripe_standin.storage.unit_of_work import Call

ATTACH = {"customer": needed(text()), **EXPAND}
DETACH = EXPAND
LIST = {**PAGING, "customer": text(), "type": text()}


def create_customer(call: Call) -> Json:
    """Creates a customer; `payment_method` is attached, and may be the default one too."""
    work, params = call.work, call.params
    reference = params.get("payment_method")
    default = params.get("invoice_settings", {}).get("default_payment_method")
    customer = customers.create(call)
    if not reference:
        return customer
    attached = attach_to(Call(work, {"customer": customer["id"]}, {"id": reference}))
    if default == reference:
        settings = {**customer["invoice_settings"], "default_payment_method": attached["id"]}
        customer = {**customer, "invoice_settings": settings}
        work.store.update(customer)
    return customer


def attach_to(call: Call) -> Json:
    """Attaches a PaymentMethod, or one of Stripe's test tokens, to a customer."""
    work, customer = call.work, call.params["customer"]
    customers.active(work, customer, "customer", 400)
    method, card = payment_methods.of_reference(work, call.ids["id"], "payment_method")
    if method["customer"] not in (None, customer):
        raise ApiError(
            400,
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    if card.decline_code:
        raise ApiError(
            402,
            card.message,
            type="card_error",
            code=card.error_code,
            decline_code=card.decline_code,
        )
    return payment_methods.attach(work, method, customer)


def detach(call: Call) -> Json:
    """Detaches it from its customer."""
    method = call.work.load("payment_method", call.ids["id"])
    if not method["customer"]:
        raise ApiError(
            400, "The payment method you provided is not attached to a customer so detachment "
            "is impossible.",
        )  # fmt: skip
    after = {**method, "customer": None}
    call.work.store.update(after)
    call.work.emit("payment_method.detached", after, {"customer": method["customer"]})
    return after


def list_all(call: Call) -> Json:
    """A customer's PaymentMethods, newest first."""
    wanted = lists.equals(call, "customer", "type")
    if not call.params.get("customer"):
        wanted.append(("json_extract(body, '$.customer') IS NOT NULL", []))
    return lists.page(call, "payment_method", "/v1/payment_methods", wanted)


def list_of_customer(call: Call) -> Json:
    """The same, for the customer in the address."""
    customer = customers.active(call.work, call.ids["id"])["id"]
    wanted = [*lists.equals(call, "type"), ("json_extract(body, '$.customer') = ?", [customer])]
    url = f"/v1/customers/{customer}/payment_methods"
    return lists.page(call, "payment_method", url, wanted)
