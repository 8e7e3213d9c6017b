"""The page about HTTP, made of the OpenAPI document that also checks the bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .tables import table

Document = Mapping[str, Any]
# Deeper than anything goes: a thing that contains its own kind would never end.
_DEEPEST = 4


def http_page(document: Document) -> str:
    """Describe each request: its parameters, its body, its answer, what may go wrong."""
    parts = [
        "# HTTP\n",
        "Every request under `/payments`, as `/payments/openapi.json` describes it. Unless it "
        "says public, it wants `Authorization: Bearer $PAYMENTS_API_TOKEN`. Amounts are in major "
        "units. [The payments API](../api.md) has what goes beyond single fields. This page is "
        "made from the code each time the site is built.\n",
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts += _request(document, f"{method.upper()} {path}", operation)
    return "\n".join(parts)


def _request(document: Document, title: str, operation: Document) -> Iterator[str]:
    yield f"## {title}\n"
    access = " Public." if not operation["security"] else ""
    yield f"{operation['summary']}.{access} {operation.get('description', '')}\n"
    parameters = [_parameter(each) for each in operation["parameters"]]
    if parameters:
        yield table(["parameter", "in", "kind", "means"], parameters)
    body = operation.get("requestBody")
    if body:
        rows = list(_fields(document, body["content"]["application/json"]["schema"]))
        yield "Body:\n\n" + table(["field", "kind", "means"], rows)
    (media, answer), *_ = operation["responses"]["200"]["content"].items()
    rows = [row for row in _fields(document, answer["schema"]) if row[0] != "`success`"]
    if rows:
        yield "Answer:\n\n" + table(["field", "kind", "means"], rows)
    else:
        yield f"Answers with `{media}`.\n"
    yield "Else: " + ", ".join(code for code in operation["responses"] if code != "200") + ".\n"


def _parameter(parameter: Document) -> list[str]:
    kind = _kind(parameter["schema"], is_needed=bool(parameter.get("required")))
    return [f"`{parameter['name']}`", parameter["in"], kind, parameter.get("description", "")]


def _fields(
    document: Document, schema: Document, prefix: str = "", depth: int = 0
) -> Iterator[list[str]]:
    """List the fields of a body or an answer, what is inside of one behind it."""
    schema = _resolved(document, schema)
    needed = schema.get("required", [])
    for name, described in schema.get("properties", {}).items():
        field = _resolved(document, described)
        below, mark = _inside(document, field)
        about = described.get("description", field.get("description", ""))
        yield [f"`{prefix}{name}{mark}`", _kind(field, is_needed=name in needed), about]
        if below and depth < _DEEPEST:
            yield from _fields(document, below, f"{prefix}{name}{mark}.", depth + 1)


def _inside(document: Document, field: Document) -> tuple[Document | None, str]:
    """Give the schema of what is in a field, and how its name says that there are several."""
    if "items" in field:
        return _resolved(document, field["items"]), "[]"
    if isinstance(field.get("additionalProperties"), Mapping):
        return _resolved(document, field["additionalProperties"]), ".*"
    return field, ""


def _resolved(document: Document, schema: Document) -> Document:
    for part in schema.get("allOf", []):
        schema = {**_resolved(document, part), **{k: v for k, v in schema.items() if k != "allOf"}}
    if "$ref" not in schema:
        return schema
    found: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _kind(field: Document, *, is_needed: bool) -> str:
    """Say in words what a field takes."""
    words = [str(field.get("format") or field.get("type") or "amount")]
    if "enum" in field and field["enum"] != [True]:
        words = [", ".join(f"`{value}`" for value in field["enum"])]
    if field.get("nullable"):
        words.append("or null")
    if not is_needed:
        words.append("(optional)")
    if field.get("default") not in (None, ""):
        words.append(f"default `{field['default']}`")
    return " ".join(words)
