"""The parts of the web chat that need no server."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.channels.conversations.history import Entry
from ticket_clerk.channels.registry import is_sender_id
from ticket_clerk.channels.web.session import Sessions
from ticket_clerk.channels.web.streams import Streams, as_server_sent_event


def test_a_session_is_known_by_its_signature() -> None:
    """Its sender's id is one the guard takes, and no two are alike."""
    sessions = Sessions("key")
    cookies = {sessions.start() for _ in range(200)}
    senders = {sessions.sender_id(cookie) for cookie in cookies}

    assert len(senders) == 200
    assert all(is_sender_id(sender) for sender in senders)
    assert all(Sessions("other key").sender_id(cookie) is None for cookie in cookies)


@given(st.text() | st.none())
def test_nothing_made_up_is_a_session(cookie: str | None) -> None:
    """Of any shape and in any characters."""
    assert Sessions("key").sender_id(cookie) is None


class QuietStore:
    """A conversation in which nothing is said; counts how often somebody looks."""

    def __init__(self) -> None:
        self.looked = 0

    async def position_to_show_from(self, _sender_id: str) -> int:
        """The beginning."""
        return 0

    async def said_since(self, _sender_id: str, _position: int) -> list[Entry]:
        """Nothing new."""
        self.looked += 1
        return []


@pytest.mark.parametrize(("streams", "at_most"), [(10, 20), (600, 800)])
def test_many_silent_streams_ask_the_database_no_more_than_a_hundred_times_a_second(
    streams: int, at_most: int
) -> None:
    """Ten look once a second; six hundred, which looked 1,200 times in this while, do so less."""

    async def send(_text: str) -> None:
        pass

    async def stay() -> int:
        open_streams, store = Streams(), QuietStore()
        following = [
            asyncio.ensure_future(open_streams.follow(store, f"web-{number}", 0, send))
            for number in range(streams)
        ]
        await asyncio.sleep(1.5)
        looked = store.looked
        open_streams.close()
        await asyncio.gather(*following)
        return looked

    assert streams <= asyncio.run(stay()) <= at_most


def _sent(event: dict[str, Any]) -> dict[str, Any] | None:
    text = as_server_sent_event(Entry(7, event))
    if text is None:
        return None
    name, kind, data = text.strip().split("\n")
    assert (name, kind) == ("id: 7", "event: said")
    return dict(json.loads(data.removeprefix("data: ")))


@pytest.mark.parametrize(
    "event",
    [
        {"event": "user", "text": None},
        {"event": "user", "text": ""},
        {"event": "user", "text": "EXTERNAL: x", "metadata": {"is_external": True}},
        {"event": "bot", "text": None, "data": {"buttons": None}},
        {"event": "bot", "text": "", "data": {}},
    ],
)
def test_what_nobody_said_is_not_shown(event: dict[str, Any]) -> None:
    """Empty messages, and what Rasa triggered itself."""
    assert _sent(event) is None


def test_only_words_and_titles_leave_the_server() -> None:
    """No reading, no metadata, no payload."""
    bot = {
        "event": "bot",
        "text": "Which?\n\nSay it.",
        "metadata": {"outbox_id": "msg_1"},
        "data": {"buttons": [{"title": "One", "payload": "/inform"}], "custom": {"secret": 1}},
    }
    user = {"event": "user", "text": "one", "message_id": "a1", "parse_data": {"intent": {}}}

    assert _sent(bot) == {"from": "clerk", "text": "Which?\n\nSay it.", "buttons": ["One"]}
    assert _sent(user) == {"from": "buyer", "text": "one", "id": "a1"}


LINK = "http://stripe.example/c/pay/cs_test_1"
FILLED = {
    "order_id": "ord_abcdefghij",
    "order_status": "open",
    "seconds_left": 1800,
    "link": LINK,
    "show": "Lakers (West)",
    "total": "$145.00",
    "outbox_id": "msg_1",
    "venue": "Arena",
}


@pytest.mark.parametrize(
    ("image", "text", "is_shown"),
    [
        ("https://tickets.example/plan.png", "three levels", True),
        ("https://tickets.example/plan.png", "", False),
        ("javascript:alert(1)", "three levels", False),
        ("http://tickets.example/plan.png", "three levels", False),
        ('https://tickets.example/"><script>', "three levels", False),
    ],
)
def test_a_picture_goes_with_words_or_not_at_all(image: str, text: str, is_shown: bool) -> None:
    """At an encrypted address, and never without a text for those who can't see it."""
    event = {"event": "bot", "text": "Here.", "data": {"image": image}}
    sent = as_server_sent_event(Entry(1, {**event, "metadata": {"image_text": text}}))

    assert sent is not None
    message = json.loads(sent.split("data: ")[1])
    assert message.get("picture") == ({"url": image, "text": text} if is_shown else None)


def test_a_link_s_message_brings_how_long_it_works() -> None:
    """Counted down from when it was said, so that a page that opens later shows what is left."""
    text = f"Order ord_abcdefghij: Lakers (West), $145.00: {LINK}"
    said = _sent({"event": "bot", "text": text, "timestamp": time.time() - 600, "metadata": FILLED})
    assert said is not None
    left = said["order"].pop("seconds_left")

    assert 1190 <= left <= 1200
    assert said["order"] == {
        "id": "ord_abcdefghij",
        "status": "open",
        "link": LINK,
        "total": "$145.00",
    }
    assert said["strong"] == ["ord_abcdefghij", "Lakers (West)", "$145.00"]


@pytest.mark.parametrize(("passed_s", "left"), [(1801, 0), (10**9, 0), (-5, 1800)])
def test_time_that_is_up_is_nought(passed_s: int, left: int) -> None:
    """Also a conversation of last year, and one that was stored by a clock ahead of ours."""
    said = _sent(
        {"event": "bot", "text": LINK, "timestamp": time.time() - passed_s, "metadata": FILLED}
    )

    assert said is not None
    assert said["order"]["seconds_left"] == left


@pytest.mark.parametrize(
    ("change", "text", "order"),
    [
        ({"order_status": "paid"}, "Paid.", {"id": "ord_abcdefghij", "status": "paid"}),
        ({}, "Not this time.", {"id": "ord_abcdefghij", "status": "open"}),
        ({"link": ""}, "Not this time.", {"id": "ord_abcdefghij", "status": "open"}),
        ({"order_status": None}, LINK, None),
    ],
)
def test_only_a_message_with_the_link_can_be_paid(
    change: dict[str, Any], text: str, order: dict[str, str] | None
) -> None:
    """The others say where the order stands, and most are about none."""
    said = _sent({"event": "bot", "text": text, "metadata": {**FILLED, **change}})

    assert said is not None
    assert said.get("order") == order


def test_what_an_order_is_instead_of_is_named() -> None:
    """The page takes the older button away: its link works no more."""
    filled = {**FILLED, "replaces": "ord_old", "parent_id": "ord_root"}
    said = _sent({"event": "bot", "text": LINK, "metadata": filled})

    assert said is not None
    assert (said["order"]["replaces"], said["order"]["parent"]) == ("ord_old", "ord_root")


def test_a_due_invoice_has_a_link_and_no_countdown() -> None:
    """The order of a season ticket is paid; it is the next year that is due."""
    invoice = "http://stripe.example/invoice/in_1"
    filled = {**FILLED, "order_status": "paid", "link": invoice}
    said = _sent({"event": "bot", "text": f"Please pay: {invoice}", "metadata": filled})

    assert said is not None
    assert said["order"]["link"] == invoice
    assert "seconds_left" not in said["order"]
