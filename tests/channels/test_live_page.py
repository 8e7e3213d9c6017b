"""The chat page in a real browser: what is shown, what is sent, and what can do no harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.chromium import PROGRAM, Chromium
from tests.channels.rasa_process import RasaProcess

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome on this machine")

GREETING = "Hello, which show?"
TEXTS = "JSON.stringify([...document.querySelectorAll('.message .words')].map(e => e.innerText))"


@pytest.fixture
def page(rasa: RasaProcess) -> Iterator[Chromium]:
    """A visitor's first look at the chat."""
    browser = Chromium()
    browser.open(f"{rasa.url}/webhooks/web/")
    browser.wait_for("document.querySelector('[data-state=online]') !== null")
    yield browser
    browser.close()


def _has_messages(page: Chromium, count: int) -> None:
    page.wait_for(f"document.querySelectorAll('.message:not(.sending)').length === {count}")


def test_a_visitor_types_and_reads_the_answer(page: Chromium) -> None:
    """The field has the focus, Enter sends, and nothing but the keyboard is needed."""
    page.type("hello")
    _has_messages(page, 2)

    assert page.read(TEXTS) == f'["hello","{GREETING}"]'
    assert page.read("document.getElementById('welcome').hidden") is True
    assert page.read("document.getElementById('log').getAttribute('role')") == "log"


def test_a_button_says_its_words_and_goes(page: Chromium) -> None:
    """It is a real button, and only the latest message has any."""
    page.type("hello")
    page.wait_for("document.querySelector('#log button.choice') !== null")
    page.read("document.querySelector('#log button.choice').click()")
    _has_messages(page, 4)

    assert (
        page.read("document.querySelectorAll('.buyer .words')[1].innerText") == "Lakers vs Warriors"
    )


def test_markup_is_shown_as_it_was_typed(page: Chromium) -> None:
    """No element, no link, no code comes of what a buyer writes."""
    typed = "<img src=x onerror=alert(1)><a href=javascript:alert(1)>x</a> http://evil.example"
    page.type(typed)
    _has_messages(page, 2)

    assert page.read("document.querySelector('.buyer .words').textContent") == typed
    assert page.read("document.querySelector('.buyer .words').childElementCount") == 0


def test_a_checkout_link_is_a_pay_button_in_a_new_tab(page: Chromium) -> None:
    """The page that opens learns nothing of this one."""
    page.type("I want two tickets")
    page.wait_for("document.querySelector('a.pay') !== null")
    link = "document.querySelector('a.pay')"

    assert page.read(f"{link}.href") == "http://127.0.0.1:12111/c/pay/cs_test_abc123"
    assert page.read(f"{link}.target") == "_blank"
    assert "noopener" in page.read(f"{link}.rel")
    assert page.read(f"{link}.firstChild.textContent") == "Pay now"


def test_a_card_number_leaves_the_screen_too(page: Chromium) -> None:
    """What the server did not keep is not shown any longer."""
    page.type("4242 4242 4242 4242")
    _has_messages(page, 2)

    assert "4242" not in page.read("document.body.innerText")


def test_a_reload_shows_the_same_conversation(page: Chromium) -> None:
    """Each message once, in order."""
    page.type("hello")
    _has_messages(page, 2)
    before = page.read(TEXTS)
    page.read("window.isOld = true")
    page.call("Page.reload")
    page.wait_for("!window.isOld && document.querySelectorAll('.message').length >= 2")

    assert page.read(TEXTS) == before


def test_what_is_typed_while_rasa_is_down_arrives_when_it_is_back(
    page: Chromium, rasa: RasaProcess
) -> None:
    """The page tries again, and the message is there once."""
    page.type("hello")
    _has_messages(page, 2)
    rasa.kill()
    page.wait_for("document.querySelector('[data-state=connecting]') !== null")
    page.type("hello")
    page.wait_for("document.querySelectorAll('.message.sending').length === 1")
    rasa.start()
    page.wait_for("document.querySelectorAll('.message:not(.sending)').length === 4", 30)

    assert page.read(TEXTS) == f'["hello","{GREETING}","hello","{GREETING}"]'


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_is_wider_than_the_screen(page: Chromium, width: int) -> None:
    """Down to the smallest telephone, with a long word in the conversation."""
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=640,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    page.type("x" * 300)
    _has_messages(page, 2)

    assert page.read("document.documentElement.scrollWidth") <= width
    assert page.read("document.getElementById('scroll').scrollWidth") <= width
