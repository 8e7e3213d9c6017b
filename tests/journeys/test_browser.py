"""The whole purchase in a real browser, without touching the chat after paying."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.chromium import PROGRAM, Chromium
from tests.journeys import browsing
from tests.journeys.clerk import Clerk

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome on this machine")


@pytest.fixture
def browser() -> Iterator[Chromium]:
    """A browser with a fresh profile."""
    browser = Chromium()
    yield browser
    browser.close()


def test_buy_pay_and_read_the_confirmation(clerk: Clerk, browser: Chromium) -> None:
    """Asked for, paid on the page, and back in the chat the confirmation is there, once."""
    browsing.open_chat(browser, clerk)
    order_id, link = browsing.order_tickets(
        browser, "I'd like to buy 2 tickets for the Lakers game", "the cheapest"
    )
    browsing.pay(browser, link)
    browsing.press_pay(browser)

    browsing.open_chat(browser, clerk)

    browser.wait_for("document.body.innerText.includes('confirmed')", 20)
    # A conversation that is longer than the window opens at its end.
    log = "document.getElementById('scroll')"
    browser.wait_for(f"{log}.scrollTop + {log}.clientHeight >= {log}.scrollHeight - 2")
    confirmed = [text for text in browsing.said(browser) if "confirmed" in text]
    assert len(confirmed) == 1
    assert order_id in confirmed[0]
    assert clerk.order(order_id)["status"] == "paid"
    assert clerk.order(order_id)["channel"] == "web"
