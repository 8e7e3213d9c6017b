"""The pages that Checkout sends a buyer back to, a ticket's page, and the API's reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jinja2

from ticket_clerk import languages
from ticket_clerk.project import PACKAGE
from ticket_clerk.ticketing.tickets.document import QUIET_ZONE, Description, qr_code

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(PACKAGE / "http" / "pages"), autoescape=True
)
_TEMPLATE = ENVIRONMENT.get_template("page.html")

_ORDER = re.compile(r"ord_[0-9A-Za-z]{10,40}")


def success(order_id: str | None, chat_url: str | None, language: str) -> str:
    """Write the page after paying: where the order can be looked at, and the way to the chat.

    It proves nothing and looks nothing up; an ``order_id`` that is none is left out.
    """
    return _page("success", "\N{CHECK MARK}", order_id, chat_url, language)


def cancel(order_id: str | None, chat_url: str | None, language: str) -> str:
    """Write the page after turning back from paying; as :func:`success` otherwise."""
    return _page("cancel", "\N{LEFTWARDS ARROW WITH HOOK}", order_id, chat_url, language)


def _page(name: str, mark: str, order_id: str | None, chat_url: str | None, language: str) -> str:
    is_order = order_id is not None and _ORDER.fullmatch(order_id)
    words = languages.pages(language)["after_paying"]
    return _TEMPLATE.render(
        words=words,
        said=words[name],
        mark=mark,
        language=language,
        order_id=order_id if is_order else None,
        chat_url=chat_url,
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
    template = ENVIRONMENT.get_template("reference.html")
    return template.render(doc=document, schemas=document["components"]["schemas"])


def ticket(described: Description) -> str:
    """Write a ticket's page: for a phone, for the dark and for paper, without a script."""
    return ENVIRONMENT.get_template("ticket.html").render(
        it=described,
        ticket=described.ticket,
        words=described.words,
        qr=qr_code(described.code).svg_inline(
            border=QUIET_ZONE, omitsize=True, light="#fff", title=described.words["qr"]
        )
        if described.code
        else None,
    )
