"""The payment page: plain forms that work without JavaScript, from templates that escape.

`GET` shows where a session stands, `POST` is a press of `pay`, `authenticate` or `fail`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, PackageLoader

from stripe_standin import currencies, payer
from stripe_standin.card_form import Entry
from stripe_standin.errors import ApiError
from stripe_standin.payer import Outcome
from stripe_standin.wire import Json, Request, Response
from stripe_standin.work import Work

_PAGE = re.compile(r"/c/pay/(?P<id>cs_test_\w+)/?")
_STYLE = (Path(__file__).parent / "assets" / "checkout.css").read_bytes()
_TEMPLATES = Environment(
    loader=PackageLoader("stripe_standin"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


class Desk(Protocol):
    """What the pages need of the stand-in."""

    wait_for_answer: Callable[[str], None]

    def work(self) -> AbstractContextManager[Work]:
        """One transaction."""


def answer(desk: Desk, request: Request) -> Response:
    """Answers everything that is not the API."""
    if request.path == "/c/checkout.css":
        return Response(200, _STYLE, {"Content-Type": "text/css; charset=utf-8"})
    match = _PAGE.fullmatch(request.path)
    if not match:
        return _page(404, "message.html", title="Page not found", text=_NOT_FOUND)
    if request.method not in ("GET", "POST"):
        return Response(405, b"", {"Allow": "GET, POST"})
    try:
        return _checkout(desk, request, match["id"])
    except ApiError:
        return _page(404, "message.html", title="Page not found", text=_NOT_FOUND)


_NOT_FOUND = "There is no such payment page. Please check the link that you were given."


def _checkout(desk: Desk, request: Request, session_id: str) -> Response:
    posted = request.method == "POST"
    typed = _typed(request) if posted else {}
    with desk.work() as work:
        if not posted:
            outcome = payer.look(work, session_id)
        elif "authenticate" in typed or "fail" in typed:
            outcome = payer.authenticate(work, session_id, passed="authenticate" in typed)
        else:
            outcome = payer.pay(work, session_id, _entry(typed), typed.get("attempt", ""))
        session = work.load(payer.KIND, session_id)
        items = work.store.private(session_id)["line_items"]
    if posted and outcome.state == "paid":
        desk.wait_for_answer(outcome.completed_event)
        return Response.redirect(outcome.location)
    return _show(session, items, outcome, typed)


def _typed(request: Request) -> dict[str, str]:
    try:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}


def _entry(typed: dict[str, str]) -> Entry:
    names = ("card_number", "exp_date", "cvc", "email", "name")
    return Entry(**{name: typed.get(name, "")[:500].strip() for name in names})


def _show(session: Json, items: list[Json], outcome: Outcome, typed: dict[str, str]) -> Response:
    merchant = session["branding_settings"]["display_name"]
    if outcome.state in ("paid", "expired"):
        return _closed(session, outcome, merchant)
    template = "authenticate.html" if outcome.state == "requires_action" else "pay.html"
    return _page(
        200,
        template,
        form_targets=_targets(session),
        address=f"/c/pay/{session['id']}",
        attempt=secrets.token_urlsafe(16),
        cancel_url=session["cancel_url"],
        closes_at=datetime.fromtimestamp(session["expires_at"], timezone.utc),
        decline=outcome.message,
        fixed_email=session["customer_email"] or "",
        items=[_shown(item) for item in items],
        merchant=merchant,
        problems=dict(outcome.problems),
        total=currencies.write(session["amount_total"], session["currency"]),
        typed={name: typed.get(name, "") for name in ("email", "name", "exp_date")},
    )


def _shown(item: Json) -> Json:
    return {
        "name": item["description"],
        "quantity": item["quantity"],
        "each": currencies.write(item["price"]["unit_amount"], item["currency"]),
        "total": currencies.write(item["amount_total"], item["currency"]),
    }


def _closed(session: Json, outcome: Outcome, merchant: str) -> Response:
    if outcome.state == "paid":
        return _page(
            200,
            "message.html",
            title="Payment complete",
            text=f"{merchant} has received this payment. There is nothing more to do.",
            link=outcome.location,
            link_text="Continue",
        )
    return _page(
        200,
        "message.html",
        title="This link has expired",
        text="The time to pay is over and nothing was charged. "
        f"Please ask {merchant} for a new link.",
        link=session["cancel_url"],
        link_text=f"Back to {merchant}",
    )


def _targets(session: Json) -> str:
    """Where the form may lead: browsers apply `form-action` to the redirect after it too."""
    target = urlsplit(session["success_url"])
    return f"'self' {target.scheme}://{target.netloc}"


def _page(
    status: int, template: str, *, form_targets: str = "'none'", **context: object
) -> Response:
    html = _TEMPLATES.get_template(template).render(**context)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {form_targets}",
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, html.encode(), headers)
