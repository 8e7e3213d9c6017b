"""The pages that Checkout sends a buyer back to: they prove nothing and lead back."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from tests.http.api import Api
from tests.stripe_wire import StripeWire
from ticket_clerk import languages
from ticket_clerk.http import pages
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import checkout

pytestmark = pytest.mark.sqlite_only

ORDER = "ord_abcdefghij123456"


@pytest.mark.parametrize("page", ["success", "cancel"])
def test_a_web_order_s_page_names_it_and_leads_back_to_the_chat(api: Api, page: str) -> None:
    """With the chat's address from the settings, never from the request."""
    answer = api.get(f"/payments/{page}?order={ORDER}&chat=web")

    assert ORDER in answer.text
    assert 'href="http://127.0.0.1:9/webhooks/web/"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", ["success", "cancel"])
def test_other_channels_have_no_page_to_go_back_to(api: Api, page: str) -> None:
    """The order is named all the same."""
    text = api.get(f"/payments/{page}?order={ORDER}").text

    assert ORDER in text
    assert "href" not in text


@pytest.mark.parametrize(
    "query",
    [
        "order=<script>alert(1)</script>",
        "order=ord_<b>abcdefghij</b>",
        "order=ord_short",
        f"order={ORDER}%0d%0aSet-Cookie:x",
        "order=ord_" + "a" * 5000,
        "order=&chat=javascript:alert(1)",
        "chat=http://evil.example",
        "%00=%ff&order=%ff",
    ],
)
def test_nothing_made_up_is_repeated(api: Api, query: str) -> None:
    """Whoever sends somebody a link to these pages cannot write on them."""
    answer = api.get(f"/payments/success?{query}")

    assert answer.status_code == 200
    assert answer.text == api.get("/payments/success").text


@pytest.mark.parametrize("page", ["success", "cancel"])
@pytest.mark.parametrize("code", languages.codes())
def test_the_pages_speak_the_clerks_language(page: str, code: str) -> None:
    """Every word of them, with and without a chat to go back to."""
    words = languages.pages(code)["after_paying"]
    write = {"success": pages.success, "cancel": pages.cancel}[page]
    with_chat = html.unescape(write(ORDER, "http://127.0.0.1:9/", code))

    assert f'<html lang="{code}">' in with_chat
    wanted = [*words[page].values(), words["order"], words["order_more"], words["back"]]
    assert all(text in with_chat for text in wanted)
    assert words["close"] in html.unescape(write(None, None, code))


@pytest.mark.parametrize(("code", "locale"), [("en", None), ("es", "es")])
def test_stripes_page_speaks_the_clerks_language(
    container: Container, stripe_wire: StripeWire, code: str, locale: str | None
) -> None:
    """Told as Stripe's `locale`; in English the buyer's browser says."""
    container = replace(container, settings=replace(container.settings, languages=(code,)))
    ann = Buyer("rest", "ann")
    checkout.start_checkout(container, ann, show_id="lakers-warriors", section_id="101", quantity=1)

    assert stripe_wire.sessions()[0]["locale"] == locale


def test_the_session_says_where_the_buyer_comes_from(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Only who ordered in the web chat is led to it."""
    for channel in ("web", "rest"):
        order = checkout.start_checkout(
            container,
            Buyer(channel, "sam"),
            show_id="lakers-warriors",
            section_id="101",
            quantity=2,
        )
        session = stripe_wire.sessions()[0]
        way = f"/payments/success?order={order.id}" + ("&chat=web" if channel == "web" else "")

        assert session["success_url"].endswith(way)
