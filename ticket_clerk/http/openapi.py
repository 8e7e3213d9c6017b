"""The OpenAPI document of the payments API, made by apispec of the schemas that check its bodies.

https://spec.openapis.org/oas/v3.0.3
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

from marshmallow import Schema

from . import schemas as wire
from .authorized import LONGEST_KEY
from .operations import ID, OPERATIONS, Operation
from .request_bodies import BODY_LIMIT

with warnings.catch_warnings():
    # apispec 5.2, which Rasa's pins hold us to, compares versions in a way that is going away.
    warnings.simplefilter("ignore", DeprecationWarning)
    from apispec import APISpec
    from apispec.ext.marshmallow import MarshmallowPlugin

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request give the same answer and do nothing twice.",
    "schema": {"type": "string", "pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
}
_SUM = {
    "oneOf": [
        {"type": "number", "minimum": 0.01, "maximum": 9_999_999_999.99, "multipleOf": 0.01},
        {"type": "string", "pattern": r"^([1-9][0-9]{0,9}(\.[0-9]{1,2})?|0\.[0-9]?[1-9])$"},
    ],
    "description": "Major units, with no more decimals than the currency has.",
}
_TEXTS = {
    "type": "object",
    "additionalProperties": {"type": "string", "maxLength": 500},
    "maxProperties": wire.MOST_METADATA,
}
_PROBLEMS = {
    400: "Malformed or invalid; the message names the field.",
    401: "The token is missing or wrong.",
    402: "The bank declined; the code is its reason.",
    404: "There is no such thing.",
    409: "Not in this state, or the Idempotency-Key belongs to another request.",
    413: f"The body is larger than {BODY_LIMIT // 1024} KiB.",
    429: "Too many requests without the right token from this address.",
    502: "Stripe refused, or does not answer.",
    503: "The database is locked or away; ask again.",
}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Give the document as plain JSON; made once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return _make_document()


def _make_document() -> dict[str, Any]:
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="The ticket clerk's payments",
        version="1",
        openapi_version="3.0.3",
        plugins=[plugin],
        info={"description": "Amounts are in major units. Errors all have one shape."},
    )
    _teach(plugin)
    scheme = {"type": "http", "scheme": "bearer", "description": "PAYMENTS_API_TOKEN"}
    spec.components.security_scheme("token", scheme)
    for operation in OPERATIONS:
        described = {operation.method: _operation(operation)}
        spec.path(f"/payments{operation.path}", operations=described)
    made: dict[str, Any] = spec.to_dict()
    return made


def _teach(plugin: MarshmallowPlugin) -> None:
    """Tell apispec what our own kinds of fields look like."""

    def describe(_self: object, field: object, **_options: object) -> dict[str, Any]:
        if isinstance(field, wire.MajorUnits):
            return _SUM
        return _TEXTS if isinstance(field, wire.Metadata) else {}

    plugin.converter.add_attribute_function(describe)  # type: ignore[union-attr]


def _operation(operation: Operation) -> dict[str, Any]:
    failure = {"application/json": {"schema": wire.Failure}}
    answers: dict[str, Any] = {
        str(status): {"description": _PROBLEMS[status], "content": failure}
        for status in (*operation.problems, 429)
    }
    answers["429"]["headers"] = _RETRY_AFTER
    shape = Schema.from_dict(dict(operation.answer), name=f"{_name(operation)}_answer")
    content: dict[str, Any] = {"application/json": {"schema": shape}}
    answers["200"] = {"description": "Done.", "content": content, **_links(operation)}
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _name(operation),
        "parameters": [*_path_parameters(operation.path), *operation.query],
        "responses": dict(sorted(answers.items())),
        "security": [] if operation.is_public else [{"token": []}],
    }
    if operation.details:
        described["description"] = operation.details
    if operation.method == "post" and not operation.is_public:
        described["parameters"].append(_KEY)
    if operation.body is not None:
        content = {"application/json": {"schema": operation.body}}
        described["requestBody"] = {"required": operation.is_body_needed, "content": content}
    return described


def _links(operation: Operation) -> dict[str, Any]:
    """Say in which addresses the id of this answer is of use."""
    pointer = f"$response.body#/{operation.thing}/id"
    links = {
        target: {"operationId": target, "parameters": {name: pointer}}
        for target, name in operation.leads_to
    }
    return {"links": links} if links else {}


def _name(operation: Operation) -> str:
    words = operation.path.replace("{", "").replace("}", "").strip("/").replace("/", "_")
    return f"{operation.method}_{words.replace('.', '_')}"


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": ID} for name in names]
