"""What the modes of a Checkout Session allow (payment, subscription), and its payment methods."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.http.messages import Json

_OF_THE_OTHER = {
    "payment": ("subscription_data", "payment_method_collection"),
    "subscription": ("payment_intent_data", "customer_creation", "submit_type"),
}


def check(params: dict[str, Any], items: list[Json]) -> None:
    """Refuses parameters and prices of the other mode."""
    mode = params["mode"]
    for name in _OF_THE_OTHER[mode]:
        if params.get(name):
            raise errors.invalid_parameter(name, f"You can not pass `{name}` in `{mode}` mode.")
    _check_methods(method_types(params), mode, items)
    recurring = [item["price"] for item in items if item["price"]["recurring"]]
    if mode == "payment" and recurring:
        raise errors.invalid_parameter(
            "line_items",
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
        )
    if mode == "subscription":
        _check_recurring(items, recurring)


def method_types(params: dict[str, Any]) -> list[str]:
    """The types of PaymentMethod that the page takes."""
    return list(params.get("payment_method_types") or ["card"])


def _check_methods(types: list[str], mode: str, items: list[Json]) -> None:
    if "sepa_debit" not in types:
        return
    if mode == "subscription":
        raise errors.unsupported("`sepa_debit` in `subscription` mode")
    if any(item["currency"] != "eur" for item in items):
        raise errors.invalid_parameter(
            "payment_method_types",
            "The payment method type `sepa_debit` takes the currency `eur` only.",
        )


def customer_creation(params: dict[str, Any]) -> str:
    """A subscription always has a customer."""
    if params["mode"] == "subscription":
        return "always"
    return str(params.get("customer_creation") or "if_required")


def method_collection(params: dict[str, Any]) -> str:
    """Whether a card is collected when nothing is due now."""
    return "always" if params["mode"] == "subscription" else "if_required"


def _check_recurring(items: list[Json], recurring: list[Json]) -> None:
    if not recurring:
        raise errors.invalid_parameter(
            "line_items",
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices.",
        )
    if len(recurring) < len(items):
        raise errors.unsupported("one-time prices in `subscription` mode")
    rhythms = {(one["recurring"]["interval"], one["recurring"]["interval_count"])
               for one in recurring}  # fmt: skip
    if len(rhythms) > 1:
        raise errors.invalid_parameter(
            "line_items",
            "Checkout does not support multiple prices with different billing intervals.",
        )
