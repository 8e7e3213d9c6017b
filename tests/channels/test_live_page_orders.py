"""The Pay button on the page: where it leads, how long, and what becomes of it."""

from __future__ import annotations

import re

import pytest

from tests.channels.chromium import needs_browser
from tests.channels.visitor import Visitor, wait_arrived

pytestmark = needs_browser

ORDER = "ord_abcdefghij"
LINK = "http://127.0.0.1:12111/c/pay/cs_test_abc123"
NOTES = "[...document.querySelectorAll('.payment')].map(e => e.innerText.trim()).join('|')"


def _offer(page: Visitor, order_id: str = ORDER, **change: object) -> None:
    filled = {
        "order_id": order_id,
        "order_status": "open",
        "seconds_left": 1800,
        "link": LINK,
        "total": "$145.00",
        **change,
    }
    page.told(f"Order {order_id}, $145.00. Please pay here: {LINK}", **filled)


def _seconds(page: Visitor) -> int:
    shown = page.wait_for("document.querySelector('[role=timer]')?.innerText")
    minutes, seconds = re.fullmatch(r"(\d+):(\d\d) left to pay", shown).groups()
    return int(minutes) * 60 + int(seconds)


def test_the_button_opens_the_payment_page_in_a_new_tab(page: Visitor) -> None:
    """The page that opens learns nothing of this one, and the address itself is not shown."""
    _offer(page)
    wait_arrived(page, 1)
    link = "document.querySelector('a.pay')"

    assert page.read(f"{link}.href") == LINK
    assert page.read(f"{link}.target") == "_blank"
    assert page.read(f"{link}.rel") == "noopener noreferrer"
    assert page.read(f"{link}.firstChild.textContent") == "Pay $145.00"
    assert "cs_test" not in page.read("document.body.innerText")
    assert page.read("document.querySelector('strong.number').innerText") == ORDER


def test_a_link_without_more_is_a_button_all_the_same(page: Visitor) -> None:
    """A bot of somebody else's says no more than the address."""
    page.type("I want two tickets")
    wait_arrived(page, 2)

    assert page.read("document.querySelector('a.pay').firstChild.textContent") == "Pay now"
    assert page.read("document.querySelector('[role=timer]')") is None


def test_the_time_to_pay_is_counted_down(page: Visitor) -> None:
    """Also after a reload, when the server takes off what has passed."""
    _offer(page, seconds_left=1805)
    first = _seconds(page)
    page.wait_for(f"!document.querySelector('[role=timer]').innerText.startsWith('{_mm(first)}')")
    page.reload()
    wait_arrived(page, 1)

    assert 1700 < _seconds(page) < first <= 1805


def test_a_wrong_clock_changes_nothing(page: Visitor) -> None:
    """The browser's may be hours off: only what passes on it counts."""
    page.read("const now = Date.now; Date.now = () => now() - 7200000")
    _offer(page, seconds_left=1800)

    assert 1700 < _seconds(page) <= 1800


def test_when_the_time_is_up_the_button_goes(page: Visitor) -> None:
    """By itself, without a word from the server."""
    _offer(page, seconds_left=3)
    wait_arrived(page, 1)
    page.wait_for(f"{NOTES} === 'The time to pay is up'")

    assert page.read("document.querySelector('a.pay')") is None


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("paid", "Paid"),
        ("expired", "The time to pay is up"),
        ("canceled", "Canceled"),
        ("processing", "Payment on its way"),
    ],
)
def test_news_of_the_order_stop_the_countdown(page: Visitor, status: str, note: str) -> None:
    """And only that order's."""
    _offer(page)
    _offer(page, "ord_klmnopqrst")
    page.told("News.", order_id=ORDER, order_status=status)
    wait_arrived(page, 3)

    notes = page.read(NOTES).split("|")
    assert notes[0] == note
    assert notes[1].startswith("Pay $145.00")


def test_a_newer_link_takes_the_older_one_s_place(page: Visitor) -> None:
    """One order has one button; a word about it that has no link changes nothing."""
    _offer(page)
    page.told("It waits for you.", order_id=ORDER, order_status="open")
    wait_arrived(page, 2)
    assert page.read("document.querySelectorAll('a.pay').length") == 1
    _offer(page)
    wait_arrived(page, 3)

    assert page.read("document.querySelectorAll('a.pay').length") == 1
    assert page.read(NOTES).startswith("The newest link is further down|")


@pytest.mark.parametrize("change", [{"replaces": ORDER}, {"parent_id": "ord_root"}])
def test_an_order_instead_of_another_ends_its_button(
    page: Visitor, change: dict[str, object]
) -> None:
    """Its page is closed, so that nobody pays twice for one wish."""
    _offer(page, parent_id="ord_root")
    _offer(page, "ord_klmnopqrst", **change)
    wait_arrived(page, 2)

    assert page.read(NOTES).startswith("Canceled|Pay $145.00")


def _mm(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
