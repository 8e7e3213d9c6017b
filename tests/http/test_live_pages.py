"""axe-core looks over the pages that a buyer pays on, and comes back to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.channels.chromium import Chromium, needs_browser
from tests.servers import standin_server
from ticket_clerk.http import pages

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """A browser with a fresh profile."""
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a payment page."""
    with standin_server(tmp_path_factory.mktemp("standin")) as url:
        line = "line_items[0]"
        fields = {
            "mode": "payment",
            "success_url": "https://shop.example/paid",
            "cancel_url": "https://shop.example/not-paid",
            f"{line}[quantity]": "2",
            f"{line}[price_data][currency]": "usd",
            f"{line}[price_data][unit_amount]": "20000",
            f"{line}[price_data][product_data][name]": "Lakers vs Warriors",
        }
        answer = requests.post(
            f"{url}/v1/checkout/sessions", data=fields, auth=("sk_test_standin", ""), timeout=60
        )
        yield str(answer.json()["url"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_the_payment_page(
    browser: Chromium, checkout: str, scheme: str
) -> None:
    """Names of fields, contrast, landmarks."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", features=features)
    browser.open(checkout)
    browser.wait_for("document.querySelector('[name=card_number]') !== null")

    assert browser.violations() == []


@pytest.mark.parametrize("page", [pages.success, pages.cancel], ids=lambda page: page.__name__)
def test_axe_finds_nothing_wrong_with_the_page_after_paying(
    browser: Chromium, tmp_path: Path, page: object
) -> None:
    """With the order's number and the way back to the chat."""
    file = tmp_path / "page.html"
    html = page("ord_0123456789abcdef", "https://chat.example", "en")  # type: ignore[operator]
    file.write_text(html, encoding="utf-8")
    browser.open(file.as_uri())
    browser.wait_for("document.querySelector('main') !== null")

    assert browser.violations() == []
