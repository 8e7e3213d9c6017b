"""Line items of Checkout Sessions."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.api.lists import listing
from stripe_standin.api.params import METADATA, UNSUPPORTED, integer, mapping, text
from stripe_standin.http.messages import Json
from stripe_standin.products import prices
from stripe_standin.products.prices import PRICE_DATA
from stripe_standin.storage.unit_of_work import Call, Work, new_id

MOST_ITEMS = 100

ITEM = mapping(
    adjustable_quantity=UNSUPPORTED,
    dynamic_tax_rates=UNSUPPORTED,
    metadata=METADATA,
    price=text(),
    price_data=PRICE_DATA,
    quantity=integer(0),
    tax_rates=UNSUPPORTED,
)


def list_all(call: Call) -> Json:
    """The line items of the session in the address, in the order in which they were given."""
    session_id = call.work.load("checkout.session", call.ids["id"])["id"]
    items = of_session(call.work, session_id)["data"]
    start, limit = 0, call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise errors.invalid_parameter("limit", "This value must be between 1 and 100.")
    after = call.params.get("starting_after")
    if after:
        places = [place for place, one in enumerate(items) if one["id"] == after]
        if not places:
            raise errors.no_such("item", after, "starting_after", 400)
        start = places[0] + 1
    shown = items[start : start + limit]
    return listing(shown, _url(session_id), has_more=start + limit < len(items))


def of_session(work: Work, session_id: str) -> Json:
    """All line items of a session as a list object."""
    return listing(work.store.private(session_id)["line_items"], _url(session_id))


def build(work: Work, given: list[dict[str, Any]]) -> list[Json]:
    """The line items that a request described; raises for what Stripe would not sell."""
    if not given:
        raise errors.missing_parameter("line_items")
    if len(given) > MOST_ITEMS:
        raise errors.invalid_parameter(
            "line_items", f"A Checkout Session can have at most {MOST_ITEMS} line items."
        )
    items = [_item(work, one, f"line_items[{place}]") for place, one in enumerate(given)]
    if len({item["currency"] for item in items}) > 1:
        raise errors.invalid_parameter(
            "line_items", "All prices on a Checkout Session must have the same currency."
        )
    return items


def _item(work: Work, given: dict[str, Any], name: str) -> Json:
    if "quantity" not in given:
        raise errors.missing_parameter(f"{name}[quantity]")
    price = prices.of_item(work, given, name)
    product = work.load("product", price["product"])
    total = price["unit_amount"] * given["quantity"]
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": given.get("metadata", {}),
        "price": price,
        "quantity": given["quantity"],
    }


def _url(session_id: str) -> str:
    return f"/v1/checkout/sessions/{session_id}/line_items"
