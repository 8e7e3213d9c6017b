"""Promotion codes (https://docs.stripe.com/api/promotion_codes): what buyers type for coupons."""

from __future__ import annotations

import re
from typing import Any

from stripe_standin.api import errors, lists
from stripe_standin.api import params as metadata
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    integer,
    mapping,
    needed,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies, customers
from stripe_standin.promotions import coupons
from stripe_standin.storage.unit_of_work import Call, Work, new_id

KIND = "promotion_code"
_CODE = re.compile(r"[A-Za-z0-9-]+")
_RESTRICTIONS = mapping(
    currency_options=UNSUPPORTED,
    first_time_transaction=BOOLEAN,
    minimum_amount=integer(1),
    minimum_amount_currency=text(),
)
CREATE = {
    "active": BOOLEAN,
    "code": text(max_length=500),
    "customer": text(),
    "customer_account": UNSUPPORTED,
    "expires_at": integer(1),
    "max_redemptions": integer(1),
    "metadata": METADATA,
    "promotion": needed(mapping(coupon=text(), type=needed(text("coupon")))),
    "restrictions": _RESTRICTIONS,
    **EXPAND,
}
UPDATE = {"active": BOOLEAN, "metadata": METADATA, "restrictions": UNSUPPORTED, **EXPAND}
LIST = {
    **PAGING,
    "active": BOOLEAN,
    "code": text(),
    "coupon": text(),
    "customer": text(),
    "customer_account": UNSUPPORTED,
}


def create(call: Call) -> Json:
    """Makes a code for a coupon."""
    params, work = call.params, call.work
    coupon_id = params["promotion"].get("coupon")
    if not coupon_id:
        raise errors.missing_parameter("promotion[coupon]")
    work.load(coupons.KIND, coupon_id, "promotion[coupon]", 400)
    if params.get("customer"):
        customers.active(work, params["customer"], "customer", 400)
    promotion: Json = {
        "id": new_id("promo"),
        "object": KIND,
        "active": params.get("active", True),
        "code": _code(work, params),
        "created": work.now,
        "customer": params.get("customer"),
        "customer_account": None,
        "expires_at": params.get("expires_at"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "promotion": {"coupon": coupon_id, "type": "coupon"},
        "restrictions": _restrictions(params.get("restrictions", {})),
        "times_redeemed": 0,
    }
    work.store.insert(promotion)
    work.emit("promotion_code.created", promotion)
    return promotion


def retrieve(call: Call) -> Json:
    """The code."""
    return shown(call.work, call.work.load(KIND, call.ids["id"]))


def update(call: Call) -> Json:
    """Switches the code off or on, or changes its metadata."""
    before = call.work.load(KIND, call.ids["id"])
    after = metadata.overlaid(before, call.params, "active")
    changed = {name: before[name] for name in after if after[name] != before[name]}
    if changed:
        call.work.store.update(after)
        call.work.emit("promotion_code.updated", after, changed)
    return shown(call.work, after)


def list_all(call: Call) -> Json:
    """Codes, newest first; `code` finds them in any case."""
    sent = call.params
    wanted = lists.equals(call, "customer")
    if sent.get("code"):
        wanted.append(_called(sent["code"]))
    if sent.get("coupon"):
        wanted.append(("json_extract(body, '$.promotion.coupon') = ?", [sent["coupon"]]))
    if "active" in sent:
        active = [one["id"] for one in call.work.store.select(KIND) if is_active(call.work, one)]
        marks = ", ".join("?" for _ in active)
        which = "IN" if sent["active"] else "NOT IN"
        wanted.append((f"id {which} ({marks})", active))
    return lists.page(call, KIND, "/v1/promotion_codes", wanted, lambda one: shown(call.work, one))


def find_active(work: Work, code: str) -> list[Json]:
    """The codes that are written so, in any case, and can be redeemed."""
    found = work.store.select(KIND, [_called(code)], "ORDER BY seq")
    return [one for one in found if is_active(work, one)]


def coupon_of(work: Work, promotion: Json) -> Json:
    """The coupon behind a code."""
    return coupons.shown(work, work.load(coupons.KIND, promotion["promotion"]["coupon"]))


def is_active(work: Work, promotion: Json) -> bool:
    """Whether it is switched on, in time, not used up, and its coupon valid."""
    most, until = promotion["max_redemptions"], promotion["expires_at"]
    used_up = most is not None and promotion["times_redeemed"] >= most
    over = until is not None and until <= work.now
    on = promotion["active"] and not used_up and not over
    return bool(on and coupon_of(work, promotion)["valid"])


def shown(work: Work, promotion: Json) -> Json:
    """The code as it stands at this moment."""
    return {**promotion, "active": is_active(work, promotion)}


def _called(code: str) -> lists.Condition:
    return "lower(json_extract(body, '$.code')) = ?", [code.lower()]


def _code(work: Work, params: dict[str, Any]) -> str:
    code = str(params.get("code") or new_id("p", 8)[2:].upper())
    if not _CODE.fullmatch(code):
        raise errors.invalid_parameter(
            "code", "A promotion code has letters (a-z, A-Z), digits and dashes only."
        )
    same = [one for one in find_active(work, code) if one["customer"] == params.get("customer")]
    if same:
        raise errors.invalid_parameter(
            "code", f"An active promotion code with `code: {code}` already exists."
        )
    return code


def _restrictions(given: dict[str, Any]) -> Json:
    least, currency = given.get("minimum_amount"), given.get("minimum_amount_currency")
    if (least is None) != (currency is None):
        name = "minimum_amount" if least is None else "minimum_amount_currency"
        raise errors.missing_parameter(f"restrictions[{name}]")
    return {
        "first_time_transaction": given.get("first_time_transaction", False),
        "minimum_amount": least,
        "minimum_amount_currency": currency
        and currencies.checked(currency, "restrictions[minimum_amount_currency]"),
    }
