"""Writes the desk's pages: templates that escape all they are given, and the headers around them.

There is no script, so whatever a buyer may have written is text.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timezone
from typing import Any

import jinja2
from markupsafe import Markup
from sanic.response import HTTPResponse, html

from ticket_clerk.project import PACKAGE
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.domain.operators import OperatorSession

_FOLDER = PACKAGE / "http" / "desk" / "templates"
STYLE = (_FOLDER / "desk.css").read_bytes()
# Part of the style's address, so that browsers keep it until it changes.
STYLE_VERSION = hashlib.sha256(STYLE).hexdigest()[:12]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    # Without an origin the desk could not tell its own forms from others'.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


# The desk's pages in the order of its menu.
PAGES = (
    ("/", "Overview"),
    ("/orders", "Orders"),
    ("/review", "Needs somebody"),
    ("/questions", "Questions"),
    ("/acts", "Acts"),
)
# What a page says after an act, by the act's name: addresses carry no text of their own.
SENTENCES = {
    "logout": "The session has ended.",
    "cancel": "The order is canceled, and its seats are for sale again.",
    "refund": "The refund is on its way; its state is below.",
    "end_season": "The season ticket ends with the period that is paid.",
    "replace": "The ticket's code has ended; the buyer gets the new link by asking for it.",
    "resend": "All parked notifications are tried once more.",
    "replay": "The event was taken.",
    "close_event": "The event no longer waits for anybody.",
    "reply": "Your message is on its way to the buyer.",
    "give_back": "The bot leads the conversation again.",
}


def _words(name: str) -> str:
    return name.replace("_", " ")


def _when(moment: datetime | None) -> str | Markup:
    if moment is None:
        return "never"
    shown = moment.astimezone(timezone.utc)
    return Markup('<time datetime="{}">{}</time>').format(
        shown.isoformat(timespec="seconds"), f"{shown:%Y-%m-%d %H:%M}"
    )


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(when=_when, money=format_amount, words=_words)
_ENVIRONMENT.globals.update(pages=PAGES, sentences=SENTENCES)


def render(
    template: str,
    *,
    base: str,
    session: OperatorSession | None = None,
    form_token: str = "",
    status: int = 200,
    **values: Any,
) -> HTTPResponse:
    """Write a page; ``base`` is where the desk is, and every form of a page has the same new key.

    Pages are kept by no cache and framed by nobody.
    """
    text = _ENVIRONMENT.get_template(template).render(
        base=base,
        session=session,
        form_token=form_token,
        form_key=secrets.token_urlsafe(16),
        style=STYLE_VERSION,
        **values,
    )
    return html(text, status=status, headers=HEADERS)
