"""The two pages that Checkout sends a buyer back to. Anybody can open them: they prove nothing."""

from __future__ import annotations

from pathlib import Path

import jinja2

_TEMPLATE = jinja2.Template(
    (Path(__file__).parent / "page.html").read_text(encoding="utf-8"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)

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
