"""HTTP requests and responses, independent of the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One HTTP request; the header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Takes the parts as servers and clients have them; `target` may carry a query."""
        parts = urlsplit(target)
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method.upper(), parts.path, parts.query, lowered, body)


@dataclass
class Response:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, body: Json) -> Response:
        """An answer in JSON, indented as Stripe's are."""
        return cls(status, dump(body), {"Content-Type": "application/json"})

    @classmethod
    def redirect(cls, location: str) -> Response:
        """Sends a browser on with GET, also after a POST."""
        return cls(303, b"", {"Location": location})


def dump(value: Json) -> bytes:
    """JSON as Stripe writes it: two blanks of indentation, so a receiver that re-serialises a
    webhook instead of verifying the bytes it got is found out.
    """
    return json.dumps(value, indent=2, ensure_ascii=False).encode()
