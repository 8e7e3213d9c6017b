"""The pages that Checkout sends a buyer back to, which prove nothing, and the API's reference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True
)
_TEMPLATE = _ENVIRONMENT.get_template("page.html")

SUCCESS = _TEMPLATE.render(
    title="Thank you",
    mark="\N{CHECK MARK}",
    text="Go back to the chat: as soon as your bank's answer is in, usually within seconds, the "
    "clerk writes to you there. That message, with your order number, tells you that the tickets "
    "are yours. You can close this page.",
)
CANCEL = _TEMPLATE.render(
    title="Nothing was paid",
    mark="\N{LEFTWARDS ARROW WITH HOOK}",
    text="Your seats are still held and the payment link in the chat still works, until the time "
    "it says there. If you no longer want them, tell the clerk to cancel. You can close this page.",
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def reference(document: Mapping[str, Any]) -> str:
    """Write an OpenAPI document as a page for people: no script, one section an address."""
    template = _ENVIRONMENT.get_template("reference.html")
    return template.render(doc=document, schemas=document["components"]["schemas"])
