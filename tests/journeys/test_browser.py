"""The whole purchase in a real browser, without touching the chat after paying."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.chromium import Chromium, needs_browser
from tests.journeys import browsing
from tests.journeys.browsing import WISHES
from tests.journeys.clerk import Clerk

pytestmark = [needs_browser, pytest.mark.sqlite_only]

PAY_NOTE = "[...document.querySelectorAll('.payment')].pop().innerText"


@pytest.fixture
def browser() -> Iterator[Chromium]:
    """A browser with a fresh profile."""
    browser = Chromium()
    yield browser
    browser.close()


def test_buy_pay_and_read_the_confirmation(clerk: Clerk, browser: Chromium) -> None:
    """The button opens the payment page beside the chat, and the confirmation comes by itself."""
    browsing.open_chat(browser, clerk)
    order_id = browsing.order_tickets(browser, *WISHES)
    assert "left to pay" in browser.read(PAY_NOTE)
    page = browsing.press_pay_button(browser)
    assert page.read("window.opener") is None
    browsing.pay(page)

    browsing.wait_confirmed(browser, order_id)
    browser.wait_for(f"{PAY_NOTE} === 'Paid'")
    # A conversation that is longer than the window is shown at its end.
    log = "document.getElementById('scroll')"
    browser.wait_for(f"{log}.scrollTop + {log}.clientHeight >= {log}.scrollHeight - 2")
    assert clerk.order(order_id)["status"] == "paid"
    assert clerk.order(order_id)["channel"] == "web"


def test_the_page_after_paying_leads_back_to_the_same_chat(clerk: Clerk, browser: Chromium) -> None:
    """It names the order, and its link shows the conversation with the confirmation."""
    browsing.open_chat(browser, clerk)
    order_id = browsing.order_tickets(browser, *WISHES)
    page = browsing.press_pay_button(browser)
    browsing.pay(page)
    page.wait_for(f"document.body?.innerText.includes('{order_id}')")
    page.click("a.back")
    page.wait_for(f"location.pathname === '/webhooks/web/' && {browsing.IS_ONLINE}")

    browsing.wait_confirmed(page, order_id)
    browsing.wait_confirmed(browser, order_id)
    assert browsing.conversation(page) == browsing.conversation(browser)


def test_buy_with_reloads_on_the_way(clerk: Clerk, browser: Chromium) -> None:
    """Before the order, with the link on the screen, and after paying."""
    browsing.open_chat(browser, clerk)
    browsing.say(browser, WISHES[0])
    browser.reload()
    browser.wait_for(browsing.IS_ONLINE)
    order_id = browsing.order_tickets(browser, WISHES[1])
    before = browsing.conversation(browser)
    browser.reload()
    browser.wait_for(browsing.PAYABLE)
    assert browsing.conversation(browser) == before
    browsing.pay(browsing.press_pay_button(browser))
    browser.reload()

    browsing.wait_confirmed(browser, order_id)
    assert browsing.conversation(browser)[: len(before) - 1] == before[:-1]
    browser.wait_for(f"{PAY_NOTE} === 'Paid'")


def test_buy_with_the_network_gone_while_paying(clerk: Clerk, browser: Chromium) -> None:
    """What was confirmed and what was typed meanwhile is there when it is back, each once."""
    browsing.open_chat(browser, clerk)
    order_id = browsing.order_tickets(browser, *WISHES)
    page = browsing.press_pay_button(browser)
    browser.call("Page.bringToFront")
    browser.cut_network()
    browser.wait_for("document.querySelector('[data-state=offline]') !== null")
    browser.type("thank you")
    browser.wait_for("document.querySelector('.sending .waits') !== null")
    browsing.pay(page)
    assert not any("confirmed:" in text for text in browsing.replies(browser))
    browser.cut_network(is_cut=False)

    browsing.wait_confirmed(browser, order_id)
    browser.wait_for("document.querySelectorAll('.sending').length === 0")
    browser.wait_for("document.querySelector('.message:last-of-type.clerk') !== null")
    assert browsing.conversation(browser).count("thank you") == 1


def test_buy_in_one_tab_and_watch_in_another(clerk: Clerk, browser: Chromium) -> None:
    """Both show the same conversation, and the confirmation once each."""
    browsing.open_chat(browser, clerk)
    other = browser.new_tab()
    browsing.open_chat(other, clerk)
    browser.call("Page.bringToFront")
    order_id = browsing.order_tickets(browser, *WISHES)
    other.wait_for(browsing.PAYABLE)
    browsing.pay(browsing.press_pay_button(browser))

    browsing.wait_confirmed(browser, order_id)
    browsing.wait_confirmed(other, order_id)
    assert browsing.conversation(other) == browsing.conversation(browser)


def test_buy_with_rasa_killed_while_paying(clerk: Clerk, browser: Chromium) -> None:
    """The open page finds its way back, and the confirmation comes to it."""
    browsing.open_chat(browser, clerk)
    order_id = browsing.order_tickets(browser, *WISHES)
    before = browsing.conversation(browser)
    page = browsing.press_pay_button(browser)
    clerk.kill("rasa")
    browsing.pay(page)
    clerk.revive("rasa")

    browsing.wait_confirmed(browser, order_id)
    assert browsing.conversation(browser)[: len(before) - 1] == before[:-1]
