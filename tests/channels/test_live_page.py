"""The chat page in a real browser: what is shown, what is sent, and what can do no harm."""

from __future__ import annotations

from tests.channels.chromium import needs_browser
from tests.channels.visitor import GREETING, Visitor, texts, wait_arrived

pytestmark = needs_browser


def test_a_visitor_types_and_reads_the_answer(page: Visitor) -> None:
    """The field has the focus, and Enter sends."""
    page.type("hello")
    wait_arrived(page, 2)

    assert texts(page) == ["hello", GREETING]
    assert page.read("document.getElementById('welcome').hidden") is True
    page.wait_for("document.getElementById('typing').hidden")


def test_somebody_is_seen_to_write_until_the_answer_is_there(page: Visitor) -> None:
    """While the server works, and at no other time."""
    page.read(
        "window.seen = []; new MutationObserver(() => seen.push(document.getElementById('typing')"
        ".hidden)).observe(document.getElementById('typing'), {attributes: true})"
    )
    page.type("hello")
    wait_arrived(page, 2)
    page.wait_for("seen.at(-1) === true")

    assert page.read("seen.includes(false)") is True


def test_a_button_says_its_words_and_goes(page: Visitor) -> None:
    """It is a real button, and only the latest question has any."""
    page.type("hello")
    page.wait_for("document.querySelector('#log button.choice') !== null")
    page.click("#log button.choice")
    wait_arrived(page, 4)

    assert texts(page)[2] == "Lakers vs Warriors"
    assert page.read("document.querySelectorAll('#log .choices').length") <= 1


def test_news_in_between_leaves_a_question_s_buttons(page: Visitor) -> None:
    """The question is still open, so its answers are still there, below the news or above."""
    page.type("hello")
    page.wait_for("document.querySelector('#log button.choice') !== null")
    page.told("Your order is confirmed.")
    wait_arrived(page, 3)

    assert page.read("document.querySelectorAll('#log button.choice').length") == 1


def test_markup_is_shown_as_it_was_typed(page: Visitor) -> None:
    """No element, no link, no code comes of what a buyer writes."""
    typed = "<img src=x onerror=alert(1)><a href=javascript:alert(1)>x</a> http://evil.example"
    page.type(typed)
    wait_arrived(page, 2)

    assert page.read("document.querySelector('.buyer .words').textContent") == typed
    assert page.read("document.querySelector('.buyer .words').childElementCount") == 0


def test_markup_of_the_clerk_s_is_text_too(page: Visitor) -> None:
    """In every field that the server sends; only plain web addresses become links."""
    evil = "<img src=x onerror=alert(1)>"
    page.told(
        f"{evil} javascript:alert(1) http://a:b@evil.example/ https://ok.example/a?b=<i>.",
        order_id=evil,
        order_status=evil,
        show=evil,
        total=evil,
        link="javascript:alert(1)",
    )
    wait_arrived(page, 1)
    links = "[...document.querySelectorAll('.clerk a')].map(a => a.href).join()"

    assert page.read(links) == "https://ok.example/a?b="
    assert page.read("document.querySelectorAll('.clerk img, .clerk i').length") == 0


def test_the_browser_makes_no_markup_of_text(page: Visitor) -> None:
    """Even if some code of the page tried: the policy forbids it."""
    assert page.read(
        "(() => { try { document.body.innerHTML = '<b>x</b>'; return false; }"
        "catch (error) { return error instanceof TypeError; } })()"
    )


def test_no_script_reads_the_session(page: Visitor) -> None:
    """The cookie is the server's alone."""
    assert page.sender_id().startswith("web-")
    assert page.read("document.cookie") == ""


def test_a_card_number_leaves_the_screen_too(page: Visitor) -> None:
    """What the server did not keep is not shown any longer, nor kept by the browser."""
    page.type("4242 4242 4242 4242")
    wait_arrived(page, 2)
    page.wait_for("sessionStorage.getItem('clerk-outgoing') === '[]'")

    assert "4242" not in page.read("document.body.innerText")


def test_two_browsers_are_two_people(page: Visitor) -> None:
    """Neither sees a word of the other."""
    other = Visitor(page.rasa)
    try:
        page.type("hello")
        wait_arrived(page, 2)
        other.type("I want two tickets")
        wait_arrived(other, 2)

        assert page.sender_id() != other.sender_id()
        assert texts(page) == ["hello", GREETING]
        assert "hello" not in texts(other)
    finally:
        other.close()
