"""The ticket's page in a browser: for everybody, in the dark, on a phone and on paper."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.channels.chromium import Chromium, needs_browser
from tests.http.test_ticket_pages import CODE, SEASON, TICKET
from ticket_clerk.http import pages
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus
from ticket_clerk.ticketing.tickets import document

pytestmark = needs_browser

USED = replace(TICKET, status=TicketStatus.USED, show_name="A" * 60)
REFUNDED = replace(TICKET, status=TicketStatus.REFUNDED)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """A browser with a fresh profile."""
    browser = Chromium()
    yield browser
    browser.close()


def _open(browser: Chromium, folder: Path, ticket: Ticket, width: int, **media: object) -> None:
    file = folder / "ticket.html"
    file.write_text(pages.ticket(document.describe(ticket, CODE, "en")), encoding="utf-8")
    size = {"width": width, "height": 844, "deviceScaleFactor": 2, "mobile": width < 500}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    browser.call("Emulation.setEmulatedMedia", **media)
    browser.open(file.as_uri())
    browser.wait_for("document.querySelector('main') !== null")


def _scheme(value: str) -> list[dict[str, str]]:
    return [{"name": "prefers-color-scheme", "value": value}]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ticket", [TICKET, SEASON, USED, REFUNDED])
def test_axe_finds_nothing_wrong(
    browser: Chromium, tmp_path: Path, ticket: Ticket, scheme: str, width: int
) -> None:
    """Headings, contrast, the picture's name; and nothing runs off the page."""
    _open(browser, tmp_path, ticket, width, features=_scheme(scheme))

    assert browser.violations() == []
    assert browser.read("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_qr_code_is_read_from_a_photo_of_the_phone(
    browser: Chromium, tmp_path: Path, scheme: str
) -> None:
    """Black on white in the dark, too, with the margin that scanners want."""
    _open(browser, tmp_path, TICKET, 390, features=_scheme(scheme))
    shot = b64decode(browser.call("Page.captureScreenshot")["data"])

    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)))

    assert found.text == CODE


def test_on_paper_there_is_no_dark_and_no_link(browser: Chromium, tmp_path: Path) -> None:
    """Ink for what counts."""
    _open(browser, tmp_path, TICKET, 800, media="print", features=_scheme("dark"))

    colors = "getComputedStyle(document.querySelector('main'))"
    assert browser.read(f"{colors}.backgroundColor") == "rgb(255, 255, 255)"
    assert browser.read(f"{colors}.color") == "rgb(0, 0, 0)"
    assert not browser.read("document.querySelector('.links').checkVisibility()")
