"""Request parameters: declared as fields, validated and converted in one place.

Refusals carry Stripe's codes: parameter_unknown, parameter_missing, parameter_invalid_integer,
parameter_invalid_empty, parameter_invalid_string, email_invalid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sanic.request import parse_multipart_form

from stripe_standin.http.messages import Json

from . import errors
from .errors import ApiError

Fields = Mapping[str, "Field"]
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class Field:
    """One parameter: its kind and its limits."""

    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()
    max_length: int = 5000
    minimum: int | None = None
    fields: Fields = field(default_factory=dict)
    item: Field | None = None


def text(*choices: str, max_length: int = 5000) -> Field:
    """A string; one of `choices` when any are given."""
    return Field("text", choices=choices, max_length=max_length)


def email(max_length: int = 512) -> Field:
    """An e-mail address, as far as its form tells."""
    return Field("email", max_length=max_length)


def integer(minimum: int | None = None) -> Field:
    """A whole number."""
    return Field("integer", minimum=minimum)


def mapping(**fields: Field) -> Field:
    """A nested object with these fields."""
    return Field("mapping", fields=fields)


def listing(item: Field) -> Field:
    """A list, each item checked by `item`; none of them may be empty."""
    return Field("listing", item=replace(item, required=True))


def needed(one: Field) -> Field:
    """The same field, required."""
    return replace(one, required=True)


BOOLEAN = Field("boolean")
METADATA = Field("metadata")
RANGE = Field("range")
ANYTHING = Field("anything")
UNSUPPORTED = Field("unsupported")
EXPAND = {"expand": listing(text())}
PAGING = {
    "limit": integer(),
    "starting_after": text(),
    "ending_before": text(),
    "created": RANGE,
    **EXPAND,
}


def check(tree: Tree, fields: Fields, prefix: str = "") -> dict[str, Any]:
    """The parameters with their types; raises the `ApiError` that Stripe would answer with."""
    unknown = [_name(prefix, key) for key in tree if key not in fields]
    if unknown:
        raise errors.unknown_parameters(unknown)
    for key, one in fields.items():
        if one.required and key not in tree:
            raise errors.missing_parameter(_name(prefix, key))
    return {key: _convert(value, fields[key], _name(prefix, key)) for key, value in tree.items()}


def _name(prefix: str, key: str) -> str:
    return f"{prefix}[{key}]" if prefix else key


def _convert(value: str | Tree, one: Field, name: str) -> Any:
    if one.kind == "unsupported":
        raise errors.unsupported(name)
    if one.kind == "anything":
        return value
    if one.kind == "metadata":
        return _metadata(value, name)
    if one.kind == "range":
        return _range(value, name)
    if one.kind in ("mapping", "listing"):
        return _nested(value, one, name)
    if not isinstance(value, str):
        raise errors.invalid_parameter(name, f"Invalid {one.kind}: an object was sent as {name}")
    if one.kind == "integer":
        return _integer(value, one, name)
    if one.kind == "boolean":
        if value not in ("true", "false"):
            raise errors.invalid_parameter(name, f"Invalid boolean: {value[:100]}")
        return value == "true"
    if one.kind == "email" and value and not EMAIL.fullmatch(value.strip()):
        raise errors.invalid_parameter(
            name, f"Invalid email address: {value[:100]}", "email_invalid"
        )
    return _text(value, one, name)


def _nested(value: str | Tree, one: Field, name: str) -> Any:
    if isinstance(value, str):
        if one.kind == "listing" and value == "":
            return []
        kind = "array" if one.kind == "listing" else "object"
        raise errors.invalid_parameter(name, f"Invalid {kind}")
    if one.kind == "mapping":
        return check(value, one.fields, name)
    if not all(key.isdigit() for key in value):
        raise errors.invalid_parameter(name, "Invalid array")
    item = one.item or ANYTHING
    keys = sorted(value, key=int)
    return [_convert(value[key], item, f"{name}[{key}]") for key in keys]


def _integer(value: str, one: Field, name: str) -> int:
    digits = value.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise errors.invalid_parameter(
            name, f"Invalid integer: {value[:100]}", "parameter_invalid_integer"
        )
    number = int(value)
    if one.minimum is not None and number < one.minimum:
        raise errors.invalid_parameter(
            name,
            f"This value must be greater than or equal to {one.minimum}.",
            "parameter_invalid_integer",
        )
    return number


def _text(value: str, one: Field, name: str) -> str | None:
    if value == "":
        if one.required or one.choices:
            raise errors.invalid_parameter(
                name,
                f"You passed an empty string for '{name}'. We assume empty values are an attempt "
                f"to unset a parameter; however '{name}' cannot be unset.",
                "parameter_invalid_empty",
            )
        return None
    if one.choices and value not in one.choices:
        raise errors.invalid_parameter(
            name, f"Invalid {name}: must be one of {', '.join(one.choices)}"
        )
    if len(value) > one.max_length:
        raise errors.invalid_parameter(
            name, f"Invalid string: {value[:20]}...; must be at most {one.max_length} characters"
        )
    return value


def _metadata(value: str | Tree, name: str) -> dict[str, str]:
    """Stripe's limits: 50 keys of 40 characters, values of 500 (docs.stripe.com/api/metadata)."""
    if value == "":
        return {}
    if isinstance(value, str) or not all(isinstance(one, str) for one in value.values()):
        raise errors.invalid_parameter(name, "Metadata must be a hash of strings")
    if len(value) > 50:
        raise errors.invalid_parameter(name, "You can have up to 50 metadata keys")
    checked = {key: str(one) for key, one in value.items()}
    for key, one in checked.items():
        if len(key) > 40:
            raise errors.invalid_parameter(
                name, f"Metadata keys can be up to 40 characters long; '{key[:45]}' is longer"
            )
        if len(one) > 500:
            raise errors.invalid_parameter(
                f"{name}[{key}]", "Metadata values can have up to 500 characters"
            )
    return checked


def _range(value: str | Tree, name: str) -> dict[str, int]:
    """A time or a range of times: `created=5`, `created[gte]=5`."""
    if isinstance(value, str):
        moment = _integer(value, integer(), name)
        return {"gte": moment, "lte": moment}
    bounds = {key: integer() for key in ("gt", "gte", "lt", "lte")}
    return check(value, bounds, name)


def merged(before: dict[str, str], sent: dict[str, str]) -> dict[str, str]:
    """Keys are added and replaced; an empty value removes its key, an empty whole all of them."""
    if not sent:
        return {}
    return {key: value for key, value in {**before, **sent}.items() if value != ""}


def overlaid(before: Json, sent: Mapping[str, Any], *names: str) -> Json:
    """The object with the named fields that were sent, and with its metadata merged."""
    after = {**before, **{name: sent[name] for name in names if name in sent}}
    if "metadata" in sent:
        after["metadata"] = merged(before["metadata"], sent["metadata"])
    return after


def previous(before: Json, after: Json) -> Json:
    """The `previous_attributes` of an event: what changed, as it was; of metadata key by key."""
    was: Json = {name: before[name] for name in after if after[name] != before[name]}
    if "metadata" in was:
        was["metadata"] = changed(before["metadata"], after["metadata"])
    return was


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, str | None]:
    """The changed keys with their values from before, None for those that are new."""
    keys = {**before, **after}
    return {key: before.get(key) for key in keys if before.get(key) != after.get(key)}


Tree = dict[str, "str | Tree"]

MAX_FIELDS = 5000
MAX_DEPTH = 12


def decode(encoded: bytes | str) -> Tree:
    """The tree of a query string or form body; raises `ApiError` for what cannot be read."""
    try:
        text = encoded.decode("utf-8") if isinstance(encoded, bytes) else encoded
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except (UnicodeDecodeError, ValueError) as exc:
        raise ApiError(400, "Invalid form encoding in the request.", before_work=True) from exc
    tree: Tree = {}
    for name, value in pairs:
        segments = _segments(name)
        if len(segments) > MAX_DEPTH:
            raise ApiError(400, f"Too many levels in {segments[0]}.", before_work=True)
        _put(tree, segments, value)
    return tree


def decode_multipart(body: bytes, content_type: str) -> tuple[Tree, dict[str, bytes]]:
    """The tree of a multipart/form-data body, with the contents of its files.

    A file's value in the tree is its name. Raises `ApiError` for what cannot be read.
    """
    boundary = content_type.partition("boundary=")[2].strip('"')
    try:
        fields, files = parse_multipart_form(body, boundary.encode())
        tree = decode(urlencode({name: values[0] for name, values in fields.items()}))
    except (ValueError, LookupError) as exc:
        raise ApiError(400, "Invalid form encoding in the request.", before_work=True) from exc
    found = {name: values[0] for name, values in files.items()}
    return (
        {**tree, **{name: file.name for name, file in found.items()}},
        {name: file.body for name, file in found.items()},
    )


def _segments(name: str) -> list[str]:
    """`a[b][]` as `['a', 'b', '']`; a name with broken brackets is one segment."""
    head, bracket, rest = name.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return [name]
    return [head, *rest[:-1].split("][")]


def _put(tree: Tree, segments: list[str], value: str) -> None:
    """Places one value; the later of two equal names wins, as at Stripe."""
    for segment in segments[:-1]:
        inner = tree.setdefault(segment or str(len(tree)), {})
        if not isinstance(inner, dict):
            raise ApiError(400, f"Invalid object in {segments[0]}.", param=segments[0])
        tree = inner
    last = segments[-1] if segments[-1] or len(segments) == 1 else str(len(tree))
    tree[last] = value
