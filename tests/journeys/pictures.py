"""``python -m tests.journeys.pictures``: the README's pictures, taken of a running clerk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from launch.environment import ROOT
from tests.channels.chromium import Chromium
from tests.journeys import browsing
from tests.journeys.clerk import Clerk

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Buy two tickets and photograph the pages on the way."""
    with tempfile.TemporaryDirectory() as folder:
        clerk = Clerk(Path(folder), shows=ROOT / "shows.yml")
        browser = Chromium()
        try:
            clerk.start()
            _take(browser, clerk)
        finally:
            browser.close()
            clerk.stop()


def _take(browser: Chromium, clerk: Clerk) -> None:
    browsing.look(browser, width=420, height=860)
    browsing.open_chat(browser, clerk)
    _, link = browsing.order_tickets(
        browser, "I'd like to buy 2 tickets for the Lakers game", "Section 101"
    )
    browsing.pay(browser, link)
    browser.read("window.scrollTo(0, 0)")
    browsing.photograph(browser, IMAGES / "page.png")
    browsing.press_pay(browser)
    browsing.open_chat(browser, clerk)
    browser.wait_for("document.body.innerText.includes('confirmed')", 20)
    browser.wait_for("document.getAnimations().length === 0")
    browsing.photograph(browser, IMAGES / "chat.png")
    browsing.look(browser, width=420, height=860, dark=True)
    browsing.photograph(browser, IMAGES / "chat-dark.png")


if __name__ == "__main__":
    main()
