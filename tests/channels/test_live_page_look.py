"""The chat page for everybody: small screens, large text, keyboard, screen readers, the dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.chromium import Tab, needs_browser
from tests.channels.visitor import Visitor, texts, wait_arrived

pytestmark = needs_browser

LINK = "http://127.0.0.1:12111/c/pay/cs_test_abc123"
# WCAG 2.1, success criteria 1.4.3 and 1.4.11; what is behind a text is found by going up.
CONTRASTS = """
(() => {
  const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    return over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  const light = (color) => {
    const [r, g, b] = color.map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words || !element.checkVisibility() || element.closest(".unseen, noscript")) continue;
    const back = behind(element);
    const front = over(rgba(getComputedStyle(element).color), back);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    found.push([(high + 0.05) / (low + 0.05), element.className, element.textContent.trim()]);
  }
  return found;
})()
"""


@pytest.fixture
def full_page(page: Visitor) -> Visitor:
    """A page with one of everything on it."""
    page.type("hello")
    wait_arrived(page, 2)
    open_order = {"order_status": "open", "link": LINK, "total": "$145.00"}
    for number, left in (("ord_aaaaaaaaaa", 1800), ("ord_bbbbbbbbbb", 200)):
        page.told(f"{number}: {LINK}", order_id=number, seconds_left=left, **open_order)
    page.told(f"ord_cccccccccc: {LINK}", order_id="ord_cccccccccc", seconds_left=60, **open_order)
    page.told("Confirmed.", order_id="ord_cccccccccc", order_status="paid")
    page.told("More at https://help.example/page", buttons=[])
    wait_arrived(page, 7)
    return page


def _show(tab: Tab, width: int, height: int, zoom: float = 1) -> None:
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=zoom,
        mobile=width < 500,
    )


def _emulate(tab: Tab, **features: str) -> None:
    listed = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
    tab.call("Emulation.setEmulatedMedia", features=listed)


@pytest.mark.parametrize(
    ("width", "height", "zoom"),
    [(320, 568, 1), (390, 844, 1), (768, 1024, 1), (640, 400, 2), (320, 256, 4)],
)
def test_nothing_is_wider_than_the_screen(
    full_page: Visitor, width: int, height: int, zoom: float
) -> None:
    """On telephones, and on a desktop's screen of 1280 by 800 or 1024 at 200 and 400 percent."""
    _show(full_page, width, height, zoom)
    full_page.type("x" * 300)
    wait_arrived(full_page, 9)

    assert full_page.read("document.documentElement.scrollWidth") <= width
    assert full_page.read("document.getElementById('scroll').scrollWidth") <= width
    assert full_page.read("document.getElementById('scroll').clientHeight") >= height * 0.4
    assert (
        full_page.read("document.getElementById('send').getBoundingClientRect().bottom") <= height
    )


def test_the_reader_s_own_size_of_text_counts(full_page: Visitor) -> None:
    """Somebody who reads at 32 points gets all words twice as large, and none is cut off."""
    _show(full_page, 390, 844)
    full_page.read(
        "document.adoptedStyleSheets = [new CSSStyleSheet()];"
        "document.adoptedStyleSheets[0].insertRule('html { font-size: 200% }')"
    )
    sizes = "[...document.querySelectorAll('.words, #text, h1, .choice')].map(e => parseFloat("

    assert full_page.read(f"Math.min(...{sizes}getComputedStyle(e).fontSize)))") >= 32
    assert full_page.read("document.getElementById('scroll').scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_stand_out_from_what_is_behind_them(full_page: Visitor, scheme: str) -> None:
    """With 4.5 to 1 at least, in both colorings."""
    _emulate(full_page, prefers_color_scheme=scheme)
    contrasts: list[Any] = full_page.read(CONTRASTS)

    assert len(contrasts) > 12
    assert [one for one in contrasts if one[0] < 4.5] == []


def test_nothing_moves_for_who_wants_it_still(full_page: Visitor) -> None:
    """Not even the sign that somebody is writing."""
    full_page.read("document.getElementById('typing').hidden = false")
    assert full_page.read("document.getAnimations().length") > 0
    _emulate(full_page, prefers_reduced_motion="reduce")

    assert full_page.read("document.getAnimations().length") == 0


def test_a_purchase_needs_no_mouse(page: Visitor) -> None:
    """Back from the field to the buttons, pressed with Enter; what has the focus is seen to."""
    page.type("hello")
    page.wait_for("document.querySelector('#log button.choice') !== null")
    focus = "document.activeElement"
    ring = f"[getComputedStyle({focus}).outlineStyle, getComputedStyle({focus}).boxShadow].join()"
    seen = {}
    for shift in (False, True, True, True, False):
        page.press("Tab", shift=shift)
        seen[page.read(f"{focus}.id || {focus}.className")] = page.read(ring)
    page.press("Enter", "\r")
    wait_arrived(page, 4)

    assert list(seen) == ["send", "text", "choice", "scroll"]
    assert "none,none" not in seen.values()
    assert texts(page)[2] == "Lakers vs Warriors"
    # The button is gone, and the keyboard is where one writes.
    assert page.read(f"{focus}.id") == "text"


def test_a_screen_reader_finds_its_way(full_page: Visitor) -> None:
    """Everything has a role and a name, and what is new is said politely."""
    nodes = full_page.call("Accessibility.getFullAXTree")["nodes"]
    named = {
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    }

    assert {
        ("main", "Conversation"),
        ("form", "Your message"),
        ("log", "Messages"),
        ("heading", "Ticket clerk"),
        ("group", "Suggested answers"),
        ("button", "Lakers vs Warriors"),
        ("textbox", "Your message"),
        ("button", "Send"),
        ("link", "Pay $145.00 (opens in a new tab)"),
        ("link", "https://help.example/page (opens in a new tab)"),
    } <= named
    assert {name for role, name in named if role in {"button", "link", "textbox"}}.isdisjoint({""})
    assert full_page.read("document.getElementById('log').getAttribute('aria-live')") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(full_page: Visitor, scheme: str) -> None:
    """Names, roles, contrast, landmarks and whatever else its rules know."""
    _emulate(full_page, prefers_color_scheme=scheme)

    assert full_page.violations() == []


def test_axe_finds_what_is_wrong(full_page: Visitor) -> None:
    """Negative control: a field without a name."""
    full_page.read("document.getElementById('text').removeAttribute('aria-label')")
    full_page.read("document.querySelectorAll('label').forEach(e => e.remove())")
    full_page.read("document.getElementById('text').removeAttribute('placeholder')")

    assert any(found.startswith("label") for found in full_page.violations())


def test_everything_lies_in_a_landmark(full_page: Visitor) -> None:
    """A screen reader jumps from one to the next; what lies outside is passed over."""
    landmarks = "body > header, body > main, body > footer, body > form[aria-label]"
    outside = f"[...document.body.children].filter(e => !e.matches({landmarks!r}))"

    assert full_page.read(f"{outside}.map(e => e.outerHTML)") == []


def test_the_ticking_is_not_read_out_but_its_last_minutes_are(page: Visitor) -> None:
    """A clock that is said every second would drown everything else."""
    filled = {"order_id": "ord_aaaaaaaaaa", "order_status": "open", "link": LINK}
    page.told(f"Pay: {LINK}", seconds_left=63, **filled)
    wait_arrived(page, 1)

    assert page.read("document.querySelector('[role=timer]').getAttribute('aria-live')") == "off"
    page.wait_for("document.getElementById('aloud').textContent === '1 minute left to pay.'")
