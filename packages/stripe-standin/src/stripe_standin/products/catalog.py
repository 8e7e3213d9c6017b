"""Product and price endpoints (https://docs.stripe.com/api/prices)."""

from __future__ import annotations

from stripe_standin.api import errors, lists, params
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    integer,
    listing,
    mapping,
    needed,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies
from stripe_standin.products import prices
from stripe_standin.storage.unit_of_work import Call, Work

_PRODUCT = {
    "active": BOOLEAN,
    "description": text(max_length=40000),
    "images": listing(text()),
    "metadata": METADATA,
    "unit_label": text(max_length=12),
    "url": text(),
    **EXPAND,
}
CREATE_PRODUCT = {
    **_PRODUCT,
    "default_price_data": UNSUPPORTED,
    "id": UNSUPPORTED,
    "name": needed(text()),
}
UPDATE_PRODUCT = {**_PRODUCT, "default_price": text(), "name": text()}
LIST_PRODUCTS = {**PAGING, "active": BOOLEAN, "ids": listing(text()), "url": text()}
_PRICE = {
    "active": BOOLEAN,
    "lookup_key": text(max_length=200),
    "metadata": METADATA,
    "nickname": text(),
    "transfer_lookup_key": BOOLEAN,
    **EXPAND,
}
CREATE_PRICE = {
    **_PRICE,
    "currency": needed(text()),
    "product": text(),
    "product_data": mapping(name=needed(text()), metadata=METADATA, active=BOOLEAN),
    "recurring": prices.RECURRING,
    "tax_behavior": text("exclusive", "inclusive", "unspecified"),
    "unit_amount": integer(0),
    "unit_amount_decimal": UNSUPPORTED,
}
UPDATE_PRICE = {**_PRICE, "currency_options": UNSUPPORTED, "tax_behavior": UNSUPPORTED}
LIST_PRICES = {
    **PAGING,
    "active": BOOLEAN,
    "currency": text(),
    "lookup_keys": listing(text()),
    "product": text(),
    "recurring": mapping(interval=text("day", "month", "week", "year"), usage_type=text()),
    "type": text("one_time", "recurring"),
}

_PRODUCT_FIELDS = ("active", "default_price", "description", "images", "name", "unit_label", "url")
_PRICE_FIELDS = ("active", "lookup_key", "nickname")


def create_product(call: Call) -> Json:
    """Makes a product."""
    product = prices.add_product(call.work, call.params, active=call.params.get("active", True))
    call.work.emit("product.created", product)
    return product


def update_product(call: Call) -> Json:
    """Changes what was sent and leaves the rest."""
    price = call.params.get("default_price")
    if price:
        call.work.load("price", price, "default_price", 400)
    return _change(call, "product", _PRODUCT_FIELDS)


def list_products(call: Call) -> Json:
    """Products, newest first; those that price_data brought along are inactive."""
    wanted = lists.equals(call, "active", "url")
    if call.params.get("ids"):
        wanted.append(_one_of("id", call.params["ids"]))
    return lists.page(call, "product", "/v1/products", wanted)


def create_price(call: Call) -> Json:
    """Makes a price for a product that exists or is described in the request."""
    sent = call.params
    if "unit_amount" not in sent:
        raise errors.missing_parameter("unit_amount")
    currency = currencies.checked(sent["currency"], "currency")
    repeats = prices.recurring(sent.get("recurring"), "recurring")
    _claim_lookup_key(call, "")
    if sent.get("product"):
        product = call.work.load("product", sent["product"], "product", 400)
    elif sent.get("product_data"):
        product = prices.add_product(call.work, sent["product_data"])
    else:
        raise errors.missing_parameter("product")
    more = {name: sent.get(name) for name in ("lookup_key", "metadata", "nickname", "tax_behavior")}
    price = prices.add_price(
        call.work,
        product["id"],
        currency,
        sent["unit_amount"],
        active=sent.get("active", True),
        recurring=repeats,
        **more,
    )
    call.work.emit("price.created", price)
    return price


def update_price(call: Call) -> Json:
    """Changes what was sent; amount, currency and interval of a price never change."""
    call.work.load("price", call.ids["id"])
    _claim_lookup_key(call, call.ids["id"])
    return _change(call, "price", _PRICE_FIELDS)


def list_prices(call: Call) -> Json:
    """Prices, newest first."""
    wanted = lists.equals(call, "active", "currency", "product", "type")
    if call.params.get("lookup_keys"):
        wanted.append(_one_of("lookup_key", call.params["lookup_keys"]))
    for name, value in call.params.get("recurring", {}).items():
        wanted.append((f"json_extract(body, '$.recurring.{name}') = ?", [value]))
    return lists.page(call, "price", "/v1/prices", wanted)


def _change(call: Call, kind: str, fields: tuple[str, ...]) -> Json:
    before = call.work.load(kind, call.ids["id"])
    after = params.overlaid(before, call.params, *fields)
    changed = params.previous(before, after)
    if changed:
        if kind == "product":
            after["updated"] = call.work.now
        call.work.store.update(after)
        call.work.emit(f"{kind}.updated", after, changed)
    return after


def _claim_lookup_key(call: Call, price_id: str) -> None:
    """A lookup key names one price; `transfer_lookup_key` takes it from the one that has it."""
    key = call.params.get("lookup_key")
    if not key:
        return
    for holder in _holders(call.work, key):
        if holder["id"] == price_id:
            continue
        if not call.params.get("transfer_lookup_key"):
            raise errors.invalid_parameter(
                "lookup_key",
                f"A price (`{holder['id']}`) already uses that lookup key. Use "
                "`transfer_lookup_key=true` to take it over.",
            )
        call.work.store.update({**holder, "lookup_key": None})


def _holders(work: Work, key: str) -> list[Json]:
    return work.store.select("price", [("json_extract(body, '$.lookup_key') = ?", [key])])


def _one_of(name: str, values: list[str]) -> lists.Condition:
    marks = ", ".join("?" for _ in values)
    return f"json_extract(body, '$.{name}') IN ({marks})", values
