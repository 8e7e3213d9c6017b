"""Request bodies: JSON of at most 256 KiB with exact numbers, validated by a schema.

Every complaint names the field and never repeats its value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError
from sanic.request import Request

from ticket_clerk.ticketing.domain.errors import InvalidRequest

from .connections import receive_body

BODY_LIMIT = 256 * 1024


async def read_body(request: Request) -> bytes:
    """Read the raw bytes, but never more than the limit: the rest is not even taken in.

    For routes with ``stream=True``. Raises PayloadTooLarge, RequestTimeout.
    """
    return await receive_body(request, BODY_LIMIT)


def parse(raw: bytes, schema: Schema, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Read a JSON object as the schema says; numbers with decimals become Decimals.

    Raises InvalidRequest, which names the first field that is wrong.
    """
    if may_be_empty and not raw.strip():
        raw = b"{}"
    try:
        # Decoded here: json itself would take UTF-16 and 32, too.
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse,
            object_pairs_hook=_unrepeated,
        )
    except (ValueError, RecursionError):
        raise InvalidRequest("The body must be JSON.") from None
    if not isinstance(value, Mapping):
        raise InvalidRequest("The body must be a JSON object.")
    return load(value, schema)


def load(value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Read what a client sent as the schema says; raises InvalidRequest, as :func:`parse`."""
    try:
        loaded: dict[str, Any] = schema.load(value)
    except ValidationError as exc:
        field, complaint = _first(exc.messages)
        raise InvalidRequest(f"{field} {complaint}", field=field) from None
    return loaded


def _first(messages: Any, field: str = "") -> tuple[str, str]:
    """Find the first complaint, and the innermost named field that it is about."""
    if isinstance(messages, Mapping):
        key, inner = next(iter(messages.items()))
        return _first(inner, field if isinstance(key, int) else str(key))
    text = str(messages[0]).rstrip(".")
    known = {
        "Missing data for required field": "is missing",
        "Field may not be null": "may not be null",
    }
    return field, known.get(text, text[0].lower() + text[1:])


def _refuse(constant: str) -> None:
    raise ValueError("NaN and infinity are no JSON")


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; which of two values was meant nobody can know."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found
