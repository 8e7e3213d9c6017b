"""Writes the desk's pages: templates that escape all they are given, and the headers around them;
and serves what the pages load.

A page has only the scripts that are named for it here, all of them files of ours, and its policy
allows no other: whatever a buyer may have written is text.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw

from ticket_clerk.languages import FIRST
from ticket_clerk.project import PACKAGE
from ticket_clerk.ticketing.domain.facts import Place, Scope
from ticket_clerk.ticketing.domain.money import format_amount, to_major
from ticket_clerk.ticketing.domain.operators import OperatorSession
from ticket_clerk.ticketing.domain.order_lines import status_of
from ticket_clerk.ticketing.tickets.seat_names import seat_name

_FOLDER = PACKAGE / "http" / "desk" / "templates"
FILES, FILES_AT = PACKAGE / "http" / "desk" / "files", "/files"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_KEPT = "public, max-age=31536000, immutable"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; " + (
    "frame-ancestors 'none'"
)
# Pages whose lists and acts replace a part of the page, by htmx; without a script all of it loads.
_LIVE = frozenset(
    f"{name}.html"
    for name in ("acts", "catalog", "dispute", "handoff", "order", "orders", "review", "show")
)
# No text becomes markup or code, whatever a script does with it.
_TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'"
_POLICIES = {
    "door.html": f"{_POLICY}; script-src 'self'; connect-src 'self'; {_TRUSTED_TYPES}",
    "overview.html": f"{_POLICY}; script-src 'self'; {_TRUSTED_TYPES}",
    **dict.fromkeys(_LIVE, f"{_POLICY}; script-src 'self'; connect-src 'self'"),
}
# htmx runs no text as code, writes no style into the page, and keeps no page for going back.
_HTMX = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        # An error is a page, too, which says what is wrong.
        "responseHandling": [{"code": "...", "swap": True}],
    }
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
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
    ("/shows", "Shows"),
    ("/catalog", "Catalog"),
    ("/sell", "Box office"),
    ("/door", "Door"),
    ("/review", "Needs somebody"),
    ("/questions", "Questions"),
    ("/acts", "Acts"),
)
# What a page says after an act, by the act's name: addresses carry no text of their own.
SENTENCES = {
    "logout": "The session has ended.",
    "cancel": "The order is canceled, and its seats are for sale again.",
    "release": "Its seats are for sale again; its link still works as long as there are any.",
    "refund": "The refund is on its way; its state is below.",
    "end_season": "The season ticket ends with the period that is paid.",
    "replace": "The ticket's code has ended; the buyer gets the new link by asking for it.",
    "name_holder": "The name is on the ticket's page from now on; its code is the same.",
    "call_off": "The show is called off; the worker gives the money back.",
    "move": "The show is moved; the worker tells its buyers.",
    "add_show": "The show is on sale.",
    "change_show": "The show is sold as it is written now; orders that were made stay as they are.",
    "close_sale": "Nothing more of the show is sold; orders that were made stay as they are.",
    "put_fact": "Buyers are told so from now on.",
    "put_question": "Buyers who ask it are answered so from now on.",
    "take_back_change": "The change is taken back: what the catalog's owner wrote counts again.",
    "mail": "The tickets go to the e-mail address of the payment.",
    "sell": "Sold. Each ticket's link is below.",
    "take_back": "The tickets have ended, and their seats are for sale again. No money was moved.",
    "resend": "All parked notifications are tried once more.",
    "add_evidence": "The file is in the evidence; the bank reads it once that is submitted.",
    "take_out_evidence": "The file is no longer in the evidence.",
    "submit_evidence": "The evidence is at the bank, which decides.",
    "tell_again": "It is told again in the buyer's conversation, if it is still true.",
    "try_again": "The notification is tried once more.",
    "replay": "The event was taken.",
    "close_event": "The event no longer waits for anybody.",
    "reply": "Your message is on its way to the buyer.",
    "give_back": "The bot leads the conversation again.",
}


@cache
def _file(name: str) -> str:
    """Give a file's address, which changes with it, so that browsers keep it until then."""
    version = hashlib.sha256((FILES / name).read_bytes()).hexdigest()[:12]
    return f"{FILES_AT}/{name}?v={version}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{(size + 999) // 1000} kB"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _when(moment: datetime | None) -> str | Markup:
    if moment is None:
        return "never"
    shown = moment.astimezone(timezone.utc)
    return Markup('<time datetime="{}">{}</time>').format(
        shown.isoformat(timespec="seconds"), f"{shown:%Y-%m-%d %H:%M}"
    )


def _place_name(place: Place) -> str:
    """Say a place of facts in words."""
    return "the shop" if place.scope is Scope.SHOP else f"{place.scope.value} {place.id}"


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(
    size=_megabytes,
    when=_when,
    money=format_amount,
    major=to_major,
    words=_words,
    status=lambda order: status_of(order).value,
    seat=partial(seat_name, language=FIRST),
)
_ENVIRONMENT.globals.update(
    file=_file, htmx_config=_HTMX, pages=PAGES, sentences=SENTENCES, place_name=_place_name
)


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
        is_live=template in _LIVE,
        **values,
    )
    policy = _POLICIES.get(template, _POLICY)
    return html(text, status=status, headers={**HEADERS, "Content-Security-Policy": policy})


def describe_change(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Say which fields are other than before, as "price: 5 → 6"; of something new, all it has."""
    said = []
    for name, value in after.items():
        was, now = _line(before.get(name, "")), _line(value)
        if was != now:
            change = f"{was or 'nothing'} → {now or 'nothing'}" if before else now
            said.append(f"{name.replace('_', ' ')}: {change}")
    return "; ".join(said)


def _line(text: str) -> str:
    return " / ".join(part.strip() for part in text.splitlines() if part.strip())


def add_files(bp: Blueprint, folder: Path, at: str, *, changing: Collection[str] = ()) -> None:
    """Serve a folder's scripts and styles below ``at`` to anybody: they are the same for all.

    Browsers keep them for a year, and ask each time for those that are ``changing`` under the
    address that they have.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix in _TYPES:
            _add_file(bp, path, at, kept="no-store" if path.name in changing else _KEPT)


def _add_file(bp: Blueprint, path: Path, at: str, *, kept: str) -> None:
    content, kind = path.read_bytes(), _TYPES[path.suffix]
    name = "desk_file_" + re.sub(r"\W", "_", f"{at}_{path.name}")

    @bp.get(f"/admin{at}/{path.name}", name=name)
    async def give_file(_request: Request) -> HTTPResponse:
        return raw(content, headers={**HEADERS, "Cache-Control": kept}, content_type=kind)
