"""The web chat on a running Rasa: each message there once, in order, whatever happens."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from rasa.shared.core.events import BotUttered

from tests.channels.browser import Browser, as_said
from tests.channels.conversations import add, open_store
from tests.channels.rasa_process import GRACE_S, RasaProcess
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer

GREETING = "Hello, which show?"
# As many as a machine may need that is busy with other tests.
SECONDS = 60


def _texts(browser: Browser, last_event_id: int | None = None) -> list[str]:
    return [said.text for said in browser.history(last_event_id)]


def test_question_and_answer_are_in_the_stream(rasa: RasaProcess) -> None:
    """Also for a page that is opened later, and for a second tab."""
    browser = Browser(rasa.url)
    assert browser.send("hello").status_code == 200

    assert [(said.speaker, said.text) for said in browser.history()] == [
        ("buyer", "hello"),
        ("clerk", GREETING),
    ]
    assert browser.history() == browser.history()


def test_a_reconnection_gets_what_it_missed_and_no_more(rasa: RasaProcess) -> None:
    """Last-Event-ID is a place in the conversation."""
    browser = Browser(rasa.url)
    browser.send("hello")
    seen = browser.history()
    browser.send("what a day")

    assert _texts(browser, seen[-1].position) == ["what a day", "I did not understand that."]
    assert _texts(browser, seen[0].position)[0] == GREETING


def test_a_push_appears_in_open_pages_at_once(rasa: RasaProcess) -> None:
    """In every tab, and it is kept for those that are closed."""
    browser = Browser(rasa.url)
    browser.send("hello")
    last = browser.history()[-1].position
    with browser.stream(last) as one, browser.stream(last) as other:
        assert next(one)["event"] == next(other)["event"] == "ready"
        began = time.monotonic()
        assert rasa.push(browser.sender_id, "web") == 200

        assert as_said(next(one)).text == as_said(next(other)).text == "Said unasked."
        assert time.monotonic() - began < SECONDS
    assert _texts(browser, last) == ["Said unasked."]


def test_what_another_process_commits_appears_within_seconds(rasa: RasaProcess) -> None:
    """A push may be handled by a second Rasa on the same database."""
    browser = Browser(rasa.url)
    browser.send("hello")
    last = browser.history()[-1].position
    with browser.stream(last) as events:
        assert next(events)["event"] == "ready"
        store = open_store(rasa.var / "trackers.db")
        began = time.monotonic()
        asyncio.run(add(store, browser.sender_id, BotUttered("From elsewhere.")))

        assert as_said(next(events)).text == "From elsewhere."
        assert time.monotonic() - began < SECONDS


def test_the_worker_s_report_is_told_once(rasa: RasaProcess, live_container: Container) -> None:
    """Pushed to nobody's open page, it is there when the buyer comes back."""
    browser = Browser(rasa.url)
    browser.send("hello")
    order = insert_unread_order(live_container, Buyer("web", browser.sender_id))

    for _ in range(2):
        assert rasa.push(browser.sender_id, "web", "action_report_payment") == 200

    assert _texts(browser) == ["hello", GREETING, f"{order.id} is confirmed."]


def test_one_message_sent_twice_is_one_message(rasa: RasaProcess) -> None:
    """A page repeats what it got no answer for; also at the same moment."""
    browser = Browser(rasa.url)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: browser.send("hello", id="ab" * 16), range(3)))
    answers.append(browser.send("hello", id="ab" * 16))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert _texts(browser) == ["hello", GREETING]


def test_a_killed_rasa_brings_the_conversation_back(rasa: RasaProcess) -> None:
    """Same session, same messages, same positions, and it goes on."""
    browser = Browser(rasa.url)
    browser.send("hello")
    before = browser.history()

    rasa.kill()
    rasa.start()

    assert browser.history() == before
    assert browser.send("hello").status_code == 200
    assert _texts(browser, before[-1].position) == ["hello", GREETING]


def test_open_streams_do_not_hold_up_a_stop(rasa: RasaProcess) -> None:
    """They are told to come back, and the server ends before it has waited for them."""
    browser = Browser(rasa.url)
    with browser.stream() as events:
        assert next(events)["event"] == "ready"
        seconds = rasa.stop()
        assert next(events)["event"] == "bye"
    rasa.start()

    assert seconds < GRACE_S


def test_a_visitor_s_many_tabs_end_the_oldest(rasa: RasaProcess) -> None:
    """A browser has six connections; some must stay free for messages."""
    browser = Browser(rasa.url)
    with browser.stream() as first:
        assert next(first)["event"] == "ready"
        with browser.stream() as a, browser.stream() as b, browser.stream() as c:
            assert {next(a)["event"], next(b)["event"], next(c)["event"]} == {"ready"}
            with browser.stream() as fifth:
                assert next(fifth)["event"] == "ready"
                assert next(first)["event"] == "replaced"


def test_the_session_is_made_and_signed_by_the_server(rasa: RasaProcess) -> None:
    """No script can read it, and no other one is believed."""
    browser = Browser(rasa.url)
    cookie = browser.page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie

    sender_id, signature = str(browser.http.cookies["clerk_session"]).split(".")
    other = Browser(rasa.url).sender_id
    for forged in (
        sender_id,
        f"{other}.{signature}",
        f"{sender_id}.",
        f"{sender_id}.{'A' * 43}",
        "",
    ):
        headers = {"Cookie": f"clerk_session={forged}"}
        assert requests.get(f"{browser.url}events", headers=headers, timeout=60).status_code == 403
        answer = requests.post(f"{browser.url}messages", json={}, headers=headers, timeout=60)
        assert answer.status_code == 403


def test_behind_tls_the_session_is_the_hosts_alone(rasa: RasaProcess) -> None:
    """A sibling subdomain can set any cookie but a `__Host-` one, so no other counts there."""
    address, tls = f"{rasa.url}/webhooks/web/", {"X-Forwarded-Proto": "https"}
    answer = requests.get(address, headers=tls, timeout=60)
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    value, _, attributes = rest.partition(";")
    assert name == "__Host-clerk_session"
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in attributes.split(";")}
    assert "Domain" not in attributes

    planted = Browser(rasa.url).http.cookies["clerk_session"]
    for cookie, status in ((f"{name}={value}", 400), (f"clerk_session={planted}", 403)):
        headers = {**tls, "Cookie": cookie, "Content-Type": "application/json"}
        sent = requests.post(f"{address}messages", data="{}", headers=headers, timeout=60)
        assert sent.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://other.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_s_page_can_do_nothing(rasa: RasaProcess, headers: dict[str, str]) -> None:
    """Neither send nor read, even with the visitor's cookie."""
    browser = Browser(rasa.url)
    body = {"id": "cd" * 16, "text": "hello"}

    sent = browser.http.post(f"{browser.url}messages", json=body, headers=headers, timeout=60)
    read = browser.http.get(f"{browser.url}events", headers=headers, timeout=60)

    assert (sent.status_code, read.status_code) == (403, 403)
    assert browser.history() == []


def test_a_form_of_another_site_is_refused(rasa: RasaProcess) -> None:
    """Only JSON is read, which a browser does not send to strangers unasked."""
    browser = Browser(rasa.url)
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = browser.http.post(
            f"{browser.url}messages",
            data='{"id": "' + "ef" * 16 + '", "text": "hello"}',
            headers={"Content-Type": content_type},
            timeout=60,
        )
        assert answer.status_code == 415


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": ""}, 400),
        ({"text": " \n"}, 400),
        ({"text": None}, 400),
        ({"text": 5}, 400),
        ({"text": ["hello"]}, 400),
        ({"text": "x" * 1001}, 400),
        ({"text": "x" * 100_000}, 413),
        ({"text": "hello", "id": None}, 400),
        ({"text": "hello", "id": "short"}, 400),
        ({"text": "hello", "id": "%" * 32}, 400),
    ],
)
def test_malformed_messages_are_refused(
    rasa: RasaProcess, fields: dict[str, object], status: int
) -> None:
    """With one sentence, and nothing is kept."""
    browser = Browser(rasa.url)
    answer = browser.send(**fields)

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert browser.history() == []


def test_the_page_may_load_nothing_but_its_own_files(rasa: RasaProcess) -> None:
    """A strict policy, and the files it names are there."""
    browser = Browser(rasa.url)
    policy = browser.page.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in ("chat.css", "chat.js", "words.js", "icon.svg"):
        assert name in browser.page.text or name == "words.js"
        assert browser.http.get(browser.url + name, timeout=60).status_code == 200
    assert "<script>" not in browser.page.text
    assert " style=" not in browser.page.text


def test_the_address_without_its_last_slash_leads_to_the_page(rasa: RasaProcess) -> None:
    """The page's files are found relative to it."""
    assert requests.get(f"{rasa.url}/webhooks/web", timeout=60).url.endswith("/webhooks/web/")
