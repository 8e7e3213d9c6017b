"""`expand[]`: ids replaced by the objects they name (docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.billing import invoice_states
from stripe_standin.checkout import line_items
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Work

MAX_DEPTH = 4

_KIND_OF = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "customer": "customer",
    "default_payment_method": "payment_method",
    "default_price": "price",
    "invoice": "invoice",
    "latest_invoice": "invoice",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "product": "product",
    "price": "price",
    "source": "charge",
    "subscription": "subscription",
}


def expand(work: Work, answer: Json, paths: list[str]) -> Json:
    """The answer with every path of `paths` expanded; raises for what cannot be."""
    for path in paths:
        segments = path.split(".")
        if len(segments) > MAX_DEPTH:
            raise errors.invalid_parameter(
                "expand", f"You cannot expand more than {MAX_DEPTH} levels of a property ({path})."
            )
        _follow(work, answer, segments, path)
    return answer


def _follow(work: Work, holder: Any, segments: list[str], path: str) -> None:
    if not segments:
        return
    if isinstance(holder, list):
        for one in holder:
            _follow(work, one, segments, path)
        return
    name, rest = segments[0], segments[1:]
    if not isinstance(holder, dict) or not _expand_one(work, holder, name):
        raise errors.invalid_parameter(
            "expand",
            f"This property cannot be expanded ({path}). You may want to try expanding "
            f"'data.{path}' if you're calling an endpoint that returns a list.",
        )
    if holder[name] is not None:
        _follow(work, holder[name], rest, path)


def _expand_one(work: Work, holder: Json, name: str) -> bool:
    """Replaces an id by its object; returns whether the property is expandable."""
    if holder.get("object") == "invoice" and name in ("payments", "confirmation_secret"):
        holder[name] = invoice_states.included(work, holder, name)
        return True
    if name == "line_items" and holder.get("object") == "checkout.session":
        holder[name] = line_items.of_session(work, holder["id"])
        return True
    if name not in holder:
        return False
    value = holder[name]
    if isinstance(value, (dict, list)) or (value is None and name in _KIND_OF):
        return True
    kind = _KIND_OF.get(name)
    if kind is None or not isinstance(value, str):
        return False
    found = work.store.find(kind, value)
    if found and kind == invoice_states.KIND:
        found = invoice_states.shown(work, found)
    holder[name] = found or value
    return True
