"""Products and prices: the objects themselves, and how a request names or describes a price."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.api.params import METADATA, UNSUPPORTED, integer, listing, mapping, needed, text
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies
from stripe_standin.storage.unit_of_work import Work, new_id

# Stripe's longest intervals: three years (https://docs.stripe.com/api/prices/create).
_LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}

RECURRING = mapping(
    interval=needed(text("day", "month", "week", "year")),
    interval_count=integer(1),
    meter=UNSUPPORTED,
    trial_period_days=UNSUPPORTED,
    usage_type=text("licensed"),
)
PRODUCT_DATA = mapping(
    description=text(max_length=40000),
    images=listing(text()),
    metadata=METADATA,
    name=needed(text()),
    tax_code=text(),
    unit_label=text(),
)
PRICE_DATA = mapping(
    currency=needed(text()),
    product=text(),
    product_data=PRODUCT_DATA,
    recurring=RECURRING,
    tax_behavior=text("exclusive", "inclusive", "unspecified"),
    unit_amount=integer(0),
    unit_amount_decimal=UNSUPPORTED,
)


def of_item(work: Work, given: dict[str, Any], name: str) -> Json:
    """The price that an item names with `price` or describes with `price_data`."""
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
    repeats = recurring(data.get("recurring"), f"{where}[recurring]")
    return add_price(
        work,
        product["id"],
        currency,
        data["unit_amount"],
        active=False,
        recurring=repeats,
        tax_behavior=data.get("tax_behavior"),
    )


def recurring(given: dict[str, Any] | None, name: str) -> Json | None:
    """How a price repeats, or None for one that is paid once; at most every three years."""
    if not given:
        return None
    count = given.get("interval_count", 1)
    if count > _LONGEST[given["interval"]]:
        raise errors.invalid_parameter(
            f"{name}[interval_count]", "The maximum billing interval is three years."
        )
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "usage_type": "licensed",
    }


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
        "tax_code": data.get("tax_code"),
        "unit_label": data.get("unit_label"),
        "updated": work.now,
        "url": None,
    }
    work.store.insert(product)
    return product


def add_price(
    work: Work, product: str, currency: str, unit_amount: int, *, active: bool = True, **more: Any
) -> Json:
    """Stores a price, one-time unless `recurring` says how it repeats."""
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
        "recurring": more.get("recurring"),
        "tax_behavior": more.get("tax_behavior") or "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if more.get("recurring") else "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }
    work.store.insert(price)
    return price


def every(price: Json) -> str:
    """How often a recurring price is paid, in words: `per year`, `every 3 months`; else empty."""
    repeats = price["recurring"]
    if not repeats:
        return ""
    count, interval = repeats["interval_count"], repeats["interval"]
    return f"per {interval}" if count == 1 else f"every {count} {interval}s"
