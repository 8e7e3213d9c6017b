"""A buyer at a real browser: the chat in one tab, the payment page where its button leads."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from tests.channels.chromium import Chromium, Tab
from tests.journeys.buyers import CARD, LINK, ORDER
from tests.journeys.clerk import Clerk

WISHES = ("I'd like to buy 2 tickets for the Lakers game", "the cheapest")
SAID = "JSON.stringify([...document.querySelectorAll('.message{} .words')].map(e => e.innerText))"
_CLOCK = re.compile(r"\n\d+:\d\d left to pay")
PAYABLE = "document.querySelectorAll('a.pay').length"
IS_ONLINE = "document.querySelector('[data-state=online]') !== null"


def open_chat(tab: Tab, clerk: Clerk) -> None:
    """Go to the chat and wait until it is connected."""
    tab.open(f"{clerk.environ['RASA_URL']}/webhooks/web/")
    tab.wait_for(IS_ONLINE)


def replies(tab: Tab) -> list[str]:
    """Read what the clerk has said on the page."""
    texts: list[str] = json.loads(tab.read(SAID.format(".clerk")))
    return texts


def conversation(tab: Tab) -> list[str]:
    """Read what both have said on the page and the server has, without the clock of a link.

    It comes when the order's state does, and never says the same twice.
    """
    texts: list[str] = json.loads(tab.read(SAID.format(":not(.sending)")))
    return [_CLOCK.sub("", text) for text in texts]


def say(tab: Tab, text: str) -> str:
    """Type a message; returns the clerk's next words."""
    before = len(replies(tab))
    tab.type(text)
    tab.wait_for(f"document.querySelectorAll('.message.clerk .words').length > {before}", 90)
    return "\n".join(replies(tab)[before:])


def order_tickets(tab: Tab, *wishes: str) -> str:
    """Send each request and confirm; return the order number."""
    for wish in wishes:
        say(tab, wish)
    answer = say(tab, "yes")
    order = ORDER.search(answer)
    assert order, answer
    link = tab.read("[...document.querySelectorAll('a.pay')].pop().href")
    assert LINK.fullmatch(link), link
    return order[0]


def press_pay_button(browser: Chromium) -> Tab:
    """Press the chat's Pay button; returns the tab with the payment page."""
    browser.click("a.pay")
    page = browser.wait_for_tab("/c/pay/")
    page.wait_for("document.getElementById('card_number') !== null")
    return page


def pay(page: Tab) -> None:
    """Pay with a card that is good, and read the page that this leads to."""
    fill_in(page)
    press_pay(page)


def fill_in(page: Tab) -> None:
    """Type a card that is good into the payment page."""
    for name, value in CARD.items():
        page.read(f"document.getElementById('{name}').focus()")
        page.call("Input.insertText", text=value)


def press_pay(page: Tab) -> None:
    """Press the payment page's button and wait for the page that it leads to."""
    page.read("document.getElementById('pay').click()")
    page.wait_for("location.pathname === '/payments/success'", 90)


def wait_confirmed(tab: Tab, order_id: str) -> None:
    """Wait until the page shows the one confirmation of an order; nothing else is done to it."""
    words = "[...document.querySelectorAll('.message.clerk .words')].map(e => e.innerText)"
    tab.wait_for(f"{words}.some(text => text.includes('confirmed'))", 90)
    confirmed = [text for text in replies(tab) if "confirmed:" in text]
    assert len(confirmed) == 1
    assert order_id in confirmed[0]


def look(tab: Tab, *, width: int, height: int, dark: bool = False, zoom: int = 2) -> None:
    """Choose the size of the window, the colors, and how many pixels make one of the page."""
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=zoom,
        mobile=width < 500,
    )
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    tab.call("Emulation.setEmulatedMedia", features=[scheme])


def photograph(tab: Tab, path: Path) -> None:
    """Keep what is on the screen as a PNG file."""
    tab.wait_for("document.getAnimations().length === 0")
    picture = tab.call("Page.captureScreenshot", format="png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(picture["data"]))
