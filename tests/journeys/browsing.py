"""A buyer at a real browser: the chat's page in one tab, the payment page where the link leads."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from tests.channels.chromium import Chromium
from tests.journeys.buyers import CARD, LINK, ORDER
from tests.journeys.clerk import Clerk

SAID = (
    "JSON.stringify([...document.querySelectorAll('.message.clerk .words')].map(e => e.innerText))"
)


def open_chat(browser: Chromium, clerk: Clerk) -> None:
    """Go to the chat and wait until it is connected."""
    browser.open(f"{clerk.environ['RASA_URL']}/webhooks/web/")
    browser.wait_for("document.querySelector('[data-state=online]') !== null")


def said(browser: Chromium) -> list[str]:
    """Read what the clerk has said on the page."""
    texts: list[str] = json.loads(browser.read(SAID))
    return texts


def say(browser: Chromium, text: str) -> str:
    """Type a message; returns the clerk's next words."""
    before = len(said(browser))
    browser.type(text)
    browser.wait_for(f"document.querySelectorAll('.message.clerk .words').length > {before}", 20)
    return "\n".join(said(browser)[before:])


def order_tickets(browser: Chromium, *wishes: str) -> tuple[str, str]:
    """Say each wish and agree; returns the order number and the Pay button's link."""
    for wish in wishes:
        say(browser, wish)
    answer = say(browser, "yes")
    order = ORDER.search(answer)
    assert order, answer
    link = browser.read("[...document.querySelectorAll('a.pay')].pop().href")
    assert LINK.fullmatch(link), link
    return order[0], link


def pay(browser: Chromium, link: str) -> None:
    """Fill in the payment page by hand and press the button."""
    browser.open(link)
    browser.wait_for("document.getElementById('card_number') !== null")
    for name, value in CARD.items():
        browser.read(f"document.getElementById('{name}').focus()")
        browser.call("Input.insertText", text=value)


def press_pay(browser: Chromium) -> None:
    """Press the button and wait for the page that it leads to."""
    browser.read("document.getElementById('pay').click()")
    browser.wait_for("location.pathname === '/payments/success'", 20)


def look(browser: Chromium, *, width: int, height: int, dark: bool = False) -> None:
    """Choose the size of the window and the colors."""
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=2,
        mobile=width < 500,
    )
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.call("Emulation.setEmulatedMedia", features=[scheme])


def photograph(browser: Chromium, path: Path) -> None:
    """Keep what is on the screen as a PNG file."""
    picture = browser.call("Page.captureScreenshot", format="png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(picture["data"]))
