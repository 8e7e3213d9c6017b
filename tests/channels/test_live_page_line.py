"""The chat page and its line to the server: whatever cuts it, each message is there once, in order.

All of it in a real browser, whose own developer tools take the network away.
"""

from __future__ import annotations

import pytest

from tests.channels.chromium import needs_browser
from tests.channels.rasa_process import RasaProcess
from tests.channels.visitor import GREETING, IS_ONLINE, Visitor, texts, wait_arrived
from ticket_clerk import languages

pytestmark = needs_browser

STREAMS = "performance.getEntriesByType('resource').filter(e => e.name.includes('/events')).length"


def test_a_reload_shows_the_same_conversation(page: Visitor) -> None:
    """Each message once, in order."""
    page.type("hello")
    wait_arrived(page, 2)
    page.reload()
    wait_arrived(page, 2)

    assert texts(page) == ["hello", GREETING]


def test_two_tabs_show_one_conversation(page: Visitor) -> None:
    """Whichever is written in, and what is pushed."""
    other = page.visit(page.new_tab())
    other.type("hello")
    wait_arrived(page, 2)
    page.call("Page.bringToFront")
    page.type("hello")
    wait_arrived(other, 4)
    page.rasa.push(page.sender_id(), "web")
    wait_arrived(page, 5)
    wait_arrived(other, 5)

    expected = ["hello", GREETING, "hello", GREETING, "Said unasked."]
    assert texts(page) == texts(other) == expected


def test_what_is_typed_offline_is_sent_when_the_network_is_back(page: Visitor) -> None:
    """In the order in which it was typed, each once; and what was pushed meanwhile is there."""
    page.type("hello")
    wait_arrived(page, 2)
    page.cut_network()
    page.wait_for("document.querySelector('[data-state=offline]') !== null")
    page.type("I want two tickets")
    page.type("hello")
    page.wait_for("document.querySelectorAll('.message.sending').length === 2")
    page.told("Said meanwhile.")
    assert "Said meanwhile." not in texts(page)
    page.cut_network(is_cut=False)
    wait_arrived(page, 7)

    assert texts(page) == [
        *("hello", GREETING, "Said meanwhile."),
        *("I want two tickets", "Pay here: Pay now (opens in a new tab)"),
        *("hello", GREETING),
    ]
    page.wait_for("document.getElementById('typing').hidden")


def test_a_message_whose_answer_was_lost_is_one_message(page: Visitor) -> None:
    """The server has it, the page does not know: it sends it again, under the same id."""
    page.read(
        "window.ids = []; const really = fetch; window.fetch = async (...call) => {"
        "const answer = await really(...call);"
        "if (call[0] !== 'messages') return answer;"
        "ids.push(JSON.parse(call[1].body).id);"
        "if (ids.length === 1) throw new TypeError('the answer was lost');"
        "return answer; }"
    )
    page.type("hello")
    wait_arrived(page, 2)
    page.wait_for("ids.length === 2")

    assert page.read("ids[0] === ids[1]")
    page.reload()
    wait_arrived(page, 2)
    assert texts(page) == ["hello", GREETING]


def test_what_is_typed_while_rasa_is_down_arrives_when_it_is_back(
    page: Visitor, rasa: RasaProcess
) -> None:
    """Killed in the middle of a conversation: the page tries again, and all of it is there once."""
    page.type("hello")
    wait_arrived(page, 2)
    rasa.kill()
    page.wait_for("document.querySelector('[data-state=connecting]') !== null")
    page.type("hello")
    page.wait_for("document.querySelectorAll('.message.sending .waits').length === 1")
    rasa.start()
    wait_arrived(page, 4)

    assert texts(page) == ["hello", GREETING, "hello", GREETING]


def test_what_was_not_sent_yet_outlives_a_reload(page: Visitor) -> None:
    """The page was loaded again before its message was through; the server knows it by its id."""
    page.type("hello")
    wait_arrived(page, 2)
    kept = '[{"id": "%s", "text": "hello"}]' % ("ab" * 16)
    page.read(f"sessionStorage.setItem('clerk-outgoing', {kept!r})")
    page.reload()
    wait_arrived(page, 4)
    page.wait_for("sessionStorage.getItem('clerk-outgoing') === '[]'")
    page.read(f"sessionStorage.setItem('clerk-outgoing', {kept!r})")
    page.reload()
    page.wait_for("sessionStorage.getItem('clerk-outgoing') === '[]'")
    page.wait_for(IS_ONLINE)

    assert texts(page) == ["hello", GREETING, "hello", GREETING]


def test_a_page_that_slept_has_what_was_said_meanwhile(page: Visitor) -> None:
    """Frozen as a telephone freezes it, and woken."""
    page.type("hello")
    wait_arrived(page, 2)
    page.call("Page.setWebLifecycleState", state="frozen")
    for _ in range(2):
        assert page.rasa.push(page.sender_id(), "web") == 200
    page.call("Page.setWebLifecycleState", state="active")
    wait_arrived(page, 4)

    assert texts(page) == ["hello", GREETING, "Said unasked.", "Said unasked."]


def test_a_line_that_is_silent_for_too_long_is_taken_for_dead(page: Visitor) -> None:
    """After a sleep a connection may look open for minutes; the clock tells that it can't be."""
    page.type("hello")
    wait_arrived(page, 2)
    before = page.read(STREAMS)
    page.read("const now = Date.now; Date.now = () => now() + 60000")
    page.read("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for(f"{STREAMS} > {before}")
    page.rasa.push(page.sender_id(), "web")
    wait_arrived(page, 3)

    assert texts(page) == ["hello", GREETING, "Said unasked."]


def test_a_fifth_tab_takes_the_first_one_s_line_and_gives_it_back(page: Visitor) -> None:
    """Whoever comes back to a tab that had to give up its line finds everything there."""
    tabs = [page.visit(page.new_tab()) for _ in range(4)]
    page.wait_for("document.querySelector('[data-state=elsewhere]') !== null")
    tabs[-1].type("hello")
    wait_arrived(tabs[0], 2)
    page.call("Page.bringToFront")
    wait_arrived(page, 2)

    assert texts(page) == ["hello", GREETING]


@pytest.mark.parametrize("status", [400, 413])
def test_what_the_server_will_never_take_is_said_below_the_message(
    page: Visitor, status: int
) -> None:
    """In the page's language, whatever the server says; what is typed after it is not held up."""
    # The whole field: an id of random hex digits has "bad" in it once in 140 messages.
    page.read(
        "const really = fetch; "
        'window.fetch = (...call) => call[1]?.body?.includes(\'"text":"bad"\')'
        f'? Promise.resolve(new Response(\'{{"error": "No."}}\', {{status: {status}}}))'
        ": really(...call)"
    )
    page.type("bad")
    page.wait_for("document.querySelector('.failed') !== null")
    page.type("hello")
    wait_arrived(page, 2)

    problem = languages.pages("en")["chat"]["problems"][str(status)]
    assert page.read("document.querySelector('.failed').innerText") == f"{problem} Try again"
