"""Line items of Checkout Sessions, and the prices and products that they bring along."""

from __future__ import annotations

from typing import Any

from stripe_standin import currencies, errors
from stripe_standin.ids import new_id
from stripe_standin.lists import listing
from stripe_standin.params import METADATA, UNSUPPORTED, integer, mapping, needed, text
from stripe_standin.params import listing as listing_of
from stripe_standin.wire import Json
from stripe_standin.work import Call, Work

MOST_ITEMS = 100

ITEM = mapping(
    adjustable_quantity=UNSUPPORTED,
    dynamic_tax_rates=UNSUPPORTED,
    metadata=METADATA,
    price=text(),
    price_data=mapping(
        currency=needed(text()),
        product=text(),
        product_data=mapping(
            description=text(max_length=40000),
            images=listing_of(text()),
            metadata=METADATA,
            name=needed(text()),
            tax_code=UNSUPPORTED,
            unit_label=text(),
        ),
        recurring=UNSUPPORTED,
        tax_behavior=text("exclusive", "inclusive", "unspecified"),
        unit_amount=integer(0),
        unit_amount_decimal=UNSUPPORTED,
    ),
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
    price = _price(work, given, name)
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


def _price(work: Work, given: dict[str, Any], name: str) -> Json:
    if given.get("price"):
        return work.load("price", given["price"], f"{name}[price]", 400)
    data = given.get("price_data")
    if data is None:
        raise errors.missing_parameter(f"{name}[price]")
    where = f"{name}[price_data]"
    if "unit_amount" not in data:
        raise errors.missing_parameter(f"{where}[unit_amount]")
    if data.get("product"):
        product = work.load("product", data["product"], f"{where}[product]", 400)
    elif data.get("product_data"):
        product = add_product(work, data["product_data"], active=False)
    else:
        raise errors.missing_parameter(f"{where}[product_data]")
    currency = currencies.checked(data["currency"], f"{where}[currency]")
    return add_price(work, product["id"], currency, data["unit_amount"], active=False)


def add_product(work: Work, data: dict[str, Any], *, active: bool = True) -> Json:
    """Stores a product; those of price_data are inactive, as at Stripe."""
    product: Json = {
        "id": new_id("prod", 14),
        "object": "product",
        "active": active,
        "created": work.now,
        "default_price": None,
        "description": data.get("description"),
        "images": data.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": data.get("metadata", {}),
        "name": data["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "unit_label": data.get("unit_label"),
        "updated": work.now,
        "url": None,
    }
    work.store.insert(product)
    return product


def add_price(
    work: Work, product: str, currency: str, unit_amount: int, *, active: bool = True, **more: Any
) -> Json:
    """Stores a one-time price."""
    price: Json = {
        "id": new_id("price"),
        "object": "price",
        "active": active,
        "billing_scheme": "per_unit",
        "created": work.now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": more.get("lookup_key"),
        "metadata": more.get("metadata") or {},
        "nickname": more.get("nickname"),
        "product": product,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }
    work.store.insert(price)
    return price


def _url(session_id: str) -> str:
    return f"/v1/checkout/sessions/{session_id}/line_items"
