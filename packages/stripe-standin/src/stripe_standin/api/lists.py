"""Stripe's lists: newest first, by cursor (https://docs.stripe.com/api/pagination)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stripe_standin.api import errors
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call

Condition = tuple[str, Sequence[Any]]

_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def equals(call: Call, *names: str) -> list[Condition]:
    """Conditions for those of the named parameters that were sent: field equals value."""
    return [
        (f"json_extract(body, '$.{name}') = ?", [call.params[name]])
        for name in names
        if call.params.get(name) is not None
    ]


def page(
    call: Call,
    kind: str,
    url: str,
    conditions: Sequence[Condition] = (),
    show: Callable[[Json], Json] = lambda one: one,
) -> Json:
    """One page of the objects of a kind that meet the conditions, and `created` if it was sent."""
    limit = _limit(call)
    wanted = [*conditions, *_created(call)]
    backwards = call.params.get("ending_before") is not None
    wanted += _cursor(call, kind)
    order = "ASC" if backwards else "DESC"
    found = call.work.store.select(kind, wanted, f"ORDER BY seq {order} LIMIT {limit + 1}")
    shown = found[:limit]
    if backwards:
        shown.reverse()
    return listing([show(one) for one in shown], url, has_more=len(found) > limit)


def listing(data: list[Json], url: str, *, has_more: bool = False) -> Json:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _limit(call: Call) -> int:
    limit = int(call.params.get("limit", 10))
    if not 1 <= limit <= 100:
        bound = "less than or equal to 100" if limit > 100 else "greater than or equal to 1"
        raise errors.invalid_parameter("limit", f"This value must be {bound}.")
    return limit


def _created(call: Call) -> list[Condition]:
    bounds: dict[str, int] = call.params.get("created", {})
    return [(f"created {_COMPARISONS[name]} ?", [value]) for name, value in bounds.items()]


def _cursor(call: Call, kind: str) -> list[Condition]:
    if {"starting_after", "ending_before"} <= call.params.keys():
        raise errors.invalid_parameter(
            "ending_before",
            "Received both starting_after and ending_before parameters. Please pass in only one.",
        )
    for name, comparison in (("starting_after", "<"), ("ending_before", ">")):
        object_id = call.params.get(name)
        if object_id is not None:
            place = call.work.store.sequence_of(kind, object_id)
            if place is None:
                raise errors.no_such(kind, object_id, name, 400)
            return [(f"seq {comparison} ?", [place])]
    return []
