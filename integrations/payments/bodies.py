"""Reading what a client sends: JSON of at most 256 KiB, exact numbers, fields by name.

Every complaint names the field and never repeats its value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sanic.exceptions import PayloadTooLarge
from sanic.request import Request

from .errors import InvalidRequest
from .models import PaymentItem
from .money import Amount

BODY_LIMIT = 256 * 1024
MOST_ITEMS = 100
_MOST_METADATA = 50


async def read_body(request: Request) -> bytes:
    """Read the raw bytes, but never more than the limit: the rest is not even taken in.

    For routes with ``stream=True``. Raises PayloadTooLarge.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > BODY_LIMIT:
        raise PayloadTooLarge("")
    body = bytearray()
    while (chunk := await request.stream.read()) is not None:
        body += chunk
        if len(body) > BODY_LIMIT:
            raise PayloadTooLarge("")
    return bytes(body)


async def read_fields(request: Request) -> Fields:
    """Read a JSON object; numbers with decimals become Decimals. Raises InvalidRequest."""
    try:
        value = json.loads(await read_body(request), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body must be JSON.") from None
    if not isinstance(value, Mapping):
        raise InvalidRequest("The body must be a JSON object.")
    return Fields(value)


class Fields:
    """The fields of a JSON object, read by name and kind; each raises InvalidRequest."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        """Read from this object."""
        self._value = value

    def text(self, name: str, *, limit: int = 1000) -> str:
        """Read a text that must be there."""
        value = self.optional_text(name, limit=limit)
        if value is None:
            raise InvalidRequest(f"{name} is missing", field=name)
        return value

    def optional_text(self, name: str, *, limit: int = 1000) -> str | None:
        """Read a text of 1 to ``limit`` characters, or None."""
        value = self._value.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= limit or "\0" in value:
            raise InvalidRequest(f"{name} must be a text of 1 to {limit} characters", field=name)
        return value

    def amount(self, name: str = "amount") -> Amount:
        """Read an amount in major units that must be there; money.py judges it."""
        value = self.optional_amount(name)
        if value is None:
            raise InvalidRequest(f"{name} is missing", field=name)
        return value

    def optional_amount(self, name: str = "amount") -> Amount | None:
        """Read an amount in major units, a number or a text, or None."""
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str | None):
            raise InvalidRequest(f"{name} must be a number", field=name)
        return value

    def metadata(self) -> dict[str, str]:
        """Read ``metadata`` within Stripe's limits: https://docs.stripe.com/api/metadata."""
        value = self._value.get("metadata") or {}
        is_mapping = isinstance(value, Mapping) and len(value) <= _MOST_METADATA
        if not is_mapping or not all(_is_metadata(key, value[key]) for key in value):
            raise InvalidRequest(
                "metadata must be an object of at most 50 short texts", field="metadata"
            )
        return dict(value)

    def items(self, currency: str) -> list[PaymentItem]:
        """Read ``items``, 1 to 100 line items."""
        values = self._value.get("items")
        if not isinstance(values, list) or not 1 <= len(values) <= MOST_ITEMS:
            raise InvalidRequest(f"items must be a list of 1 to {MOST_ITEMS}", field="items")
        return [_item(value, currency) for value in values]

    def whole(self, name: str, default: int) -> int:
        """Read a whole number."""
        value = self._value.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**6:
            raise InvalidRequest(f"{name} must be a whole number", field=name)
        return value


def _item(value: Any, currency: str) -> PaymentItem:
    if not isinstance(value, Mapping):
        raise InvalidRequest("items must be objects", field="items")
    fields = Fields(value)
    return PaymentItem(
        name=fields.text("name", limit=250),
        amount=fields.amount(),
        quantity=fields.whole("quantity", 1),
        description=fields.optional_text("description"),
        currency=fields.optional_text("currency") or currency,
    )


def _is_metadata(key: str, value: Any) -> bool:
    is_key = 0 < len(key) <= 40 and "[" not in key and "]" not in key
    return is_key and isinstance(value, str) and len(value) <= 500


def _refuse(constant: str) -> None:
    raise ValueError("NaN and infinity are no JSON")
