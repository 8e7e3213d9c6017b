"""Products and one-time prices, as far as line items need them."""

from __future__ import annotations

from stripe_standin import currencies, errors, line_items
from stripe_standin.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    UNSUPPORTED,
    integer,
    listing,
    mapping,
    needed,
    text,
)
from stripe_standin.wire import Json
from stripe_standin.work import Call

RETRIEVE = EXPAND
CREATE_PRODUCT = {
    "active": BOOLEAN,
    "description": text(max_length=40000),
    "images": listing(text()),
    "metadata": METADATA,
    "name": needed(text()),
    "unit_label": text(max_length=12),
    **EXPAND,
}
CREATE_PRICE = {
    "active": BOOLEAN,
    "currency": needed(text()),
    "lookup_key": text(max_length=200),
    "metadata": METADATA,
    "nickname": text(),
    "product": text(),
    "product_data": mapping(name=needed(text()), metadata=METADATA, active=BOOLEAN),
    "recurring": UNSUPPORTED,
    "unit_amount": integer(0),
    "unit_amount_decimal": UNSUPPORTED,
    **EXPAND,
}


def create_product(call: Call) -> Json:
    """Makes a product."""
    product = line_items.add_product(call.work, call.params, active=call.params.get("active", True))
    call.work.emit("product.created", product)
    return product


def retrieve_product(call: Call) -> Json:
    """The product."""
    return call.work.load("product", call.ids["id"])


def create_price(call: Call) -> Json:
    """Makes a one-time price for a product that exists or is described in the request."""
    params = call.params
    if "unit_amount" not in params:
        raise errors.missing_parameter("unit_amount")
    currency = currencies.checked(params["currency"], "currency")
    if params.get("product"):
        product = call.work.load("product", params["product"], "product", 400)
    elif params.get("product_data"):
        product = line_items.add_product(call.work, params["product_data"])
    else:
        raise errors.missing_parameter("product")
    more = {name: params.get(name) for name in ("lookup_key", "metadata", "nickname")}
    price = line_items.add_price(
        call.work,
        product["id"],
        currency,
        params["unit_amount"],
        active=params.get("active", True),
        **more,
    )
    call.work.emit("price.created", price)
    return price


def retrieve_price(call: Call) -> Json:
    """The price."""
    return call.work.load("price", call.ids["id"])
