"""``python -m tests.journeys.pictures``: the README's pictures, taken of a running clerk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.channels.chromium import Chromium, Tab
from tests.journeys import browsing
from tests.journeys.clerk import Clerk
from ticket_clerk.cli.environment import ROOT

IMAGES = ROOT / "docs" / "images"
DESK = {"width": 760, "height": 900}
PHONE = {"width": 390, "height": 844}


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
    browsing.look(browser, **DESK)
    browsing.open_chat(browser, clerk)
    order_id = browsing.order_tickets(browser, browsing.WISHES[0], "Section 101")
    _keep(browser, "chat")
    page = browsing.press_pay_button(browser)
    browsing.look(page, **PHONE)
    browsing.fill_in(page)
    page.read("document.activeElement.blur(); window.scrollTo(0, 0)")
    _keep(page, "page")
    browsing.press_pay(page)
    browsing.wait_confirmed(browser, order_id)
    _keep(browser, "chat-dark", dark=True, **DESK)
    _keep(browser, "phone", **PHONE)


def _keep(tab: Tab, name: str, *, dark: bool = False, width: int = 0, height: int = 0) -> None:
    if width:
        browsing.look(tab, width=width, height=height, dark=dark)
    browsing.photograph(tab, IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
