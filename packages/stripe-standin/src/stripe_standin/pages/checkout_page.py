"""The hosted payment page: plain forms that work without JavaScript.

`GET` shows where a session stands, `POST` is a press of `pay`, `authenticate` or `fail`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from typing import Protocol

from stripe_standin.api.errors import ApiError
from stripe_standin.checkout import session_discounts, session_payment, totals
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.pages import authentication_page, billing_pages, rendering
from stripe_standin.payments import currencies
from stripe_standin.payments.card_form import entry_of
from stripe_standin.payments.payment_attempts import Outcome
from stripe_standin.products import prices
from stripe_standin.storage.unit_of_work import Work

_CHECKOUT = re.compile(r"/c/pay/(?P<id>cs_test_\w+)/?")
_OTHERS = [
    (re.compile(r"/c/authenticate/(?P<id>pi_\w+)/?"), authentication_page.answer),
    (re.compile(r"/i/(?P<id>in_\w+)/?"), billing_pages.invoice),
    (re.compile(r"/receipts/(?P<id>ch_\w+)/?"), billing_pages.receipt),
]


_RENEWAL = "This is a subscription. The card is charged again for each period until it is canceled."


_DONE = {
    "paid": (
        "Payment complete",
        "{merchant} has received this payment. There is nothing more to do.",
    ),
    "processing": (
        "Payment under way",
        "Your bank was asked for this payment. {merchant} will tell you when it has come.",
    ),
    "failed": (
        "Payment failed",
        "Your bank did not make this payment. Please ask {merchant} for a new link.",
    ),
}


class Desk(Protocol):
    """What the pages need of the stand-in."""

    wait_for_answer: Callable[[str], None]

    def work(self) -> AbstractContextManager[Work]:
        """One transaction."""


def answer(desk: Desk, request: Request) -> Response:
    """Handles every request outside the API."""
    if request.path == "/c/checkout.css":
        return Response(200, rendering.STYLE, {"Content-Type": "text/css; charset=utf-8"})
    checkout = _CHECKOUT.fullmatch(request.path)
    other = _find(request.path)
    if not checkout and not other:
        return rendering.not_found()
    if request.method not in ("GET", "POST"):
        return Response(405, b"", {"Allow": "GET, POST"})
    try:
        if checkout:
            return _checkout(desk, request, checkout["id"])
        if other is None:
            return rendering.not_found()
        with desk.work() as work:
            return other[0](work, request, other[1])
    except ApiError:
        return rendering.not_found()


def _find(path: str) -> tuple[Callable[[Work, Request, str], Response], str] | None:
    for pattern, page in _OTHERS:
        match = pattern.fullmatch(path)
        if match:
            return page, match["id"]
    return None


def _checkout(desk: Desk, request: Request, session_id: str) -> Response:
    posted = request.method == "POST"
    typed = rendering.typed(request) if posted else {}
    with desk.work() as work:
        if not posted:
            outcome = session_payment.look(work, session_id)
        elif "authenticate" in typed or "fail" in typed:
            outcome = session_payment.authenticate(work, session_id, passed="authenticate" in typed)
        elif "apply" in typed or "remove" in typed:
            outcome = _enter_code(work, session_id, typed)
        else:
            outcome = session_payment.pay(
                work, session_id, entry_of(typed), typed.get("attempt", "")
            )
        # The page says the tax before anybody presses `pay`.
        session, priced = totals.priced(
            work, work.load(session_payment.KIND, session_id), taxed=True
        )
        items = [_item(work, one) for one in priced]
        code = _code_of(work, session)
    if posted and outcome.state in ("paid", "processing"):
        desk.wait_for_answer(outcome.completed_event)
        return Response.redirect(outcome.location)
    return _show(session, items, code, outcome, typed)


def _enter_code(work: Work, session_id: str, typed: dict[str, str]) -> Outcome:
    """Takes a code from the page, or gives it back; the payment itself stays where it was."""
    code = typed.get("promotion_code", "")[:500].strip() if "apply" in typed else ""
    session = work.load(session_payment.KIND, session_id)
    problem = session_discounts.enter(work, session, code)
    before = session_payment.look(work, session_id)
    if not problem or before.state != "open":
        return before
    return Outcome("open", problems=(("promotion_code", problem),))


def _code_of(work: Work, session: Json) -> str:
    """The code of the session's discount, as whoever made it wrote it; or the coupon's name."""
    for one in session["discounts"]:
        if one["promotion_code"]:
            return str(work.load("promotion_code", one["promotion_code"])["code"])
        return str(work.load("coupon", one["coupon"])["name"] or "Discount")
    return ""


def _show(
    session: Json, items: list[Json], code: str, outcome: Outcome, typed: dict[str, str]
) -> Response:
    merchant = session["branding_settings"]["display_name"]
    if outcome.state in ("paid", "processing", "failed", "expired"):
        return _closed(session, outcome, merchant)
    template = "authenticate.html" if outcome.state == "requires_action" else "pay.html"
    return rendering.page(
        200,
        template,
        leads_to=rendering.here_and(session["success_url"]),
        address=f"/c/pay/{session['id']}",
        attempt=secrets.token_urlsafe(16),
        cancel_url=session["cancel_url"],
        code=code,
        discount=_amount(session, "amount_discount"),
        tax=_amount(session, "amount_tax"),
        tax_is_extra=_tax_is_extra(session),
        may_enter_code=session["allow_promotion_codes"],
        asks_tax_id=session.get("tax_id_collection", {}).get("enabled"),
        is_free=session["amount_total"] == 0,
        closes_at=datetime.fromtimestamp(session["expires_at"], timezone.utc),
        decline=outcome.message,
        email=session["customer_email"] or typed.get("email") or _known_email(session),
        email_is_fixed=bool(session["customer_email"]),
        every=items[0]["every"],
        items=items,
        merchant=merchant,
        problems=dict(outcome.problems),
        renewal=_RENEWAL if items[0]["every"] else "",
        types=session["payment_method_types"],
        total=currencies.write(session["amount_total"], session["currency"]),
        typed={name: typed.get(name, "") for name in ("name", "exp_date")},
    )


def _amount(session: Json, name: str) -> str:
    amount = session["total_details"][name]
    return currencies.write(amount, session["currency"]) if amount else ""


def _tax_is_extra(session: Json) -> bool:
    discount = session["total_details"]["amount_discount"]
    return bool(session["amount_total"] > session["amount_subtotal"] - discount)


def _known_email(session: Json) -> str:
    return (session["customer_details"] or {}).get("email") or ""


def _item(work: Work, item: Json) -> Json:
    """A line item as the page shows it."""
    product = work.load("product", item["price"]["product"])
    return {
        "name": item["description"],
        "description": product["description"],
        "quantity": item["quantity"],
        "each": currencies.write(item["price"]["unit_amount"], item["currency"]),
        "every": prices.every(item["price"]),
        "total": currencies.write(item["amount_subtotal"], item["currency"]),
    }


def _closed(session: Json, outcome: Outcome, merchant: str) -> Response:
    if outcome.state in _DONE:
        title, text = _DONE[outcome.state]
        return rendering.page(
            200,
            "message.html",
            title=title,
            text=text.format(merchant=merchant),
            link=outcome.location,
            link_text="Continue",
        )
    return rendering.page(
        200,
        "message.html",
        title="This link has expired",
        text="The time to pay is over and nothing was charged. "
        f"Please ask {merchant} for a new link.",
        link=session["cancel_url"],
        link_text=f"Back to {merchant}",
    )
