"""The callback channel on a running Rasa: what the URL refuses is not delivered."""

from __future__ import annotations

import json
import re

import pytest
import requests

from tests.channels.callback_double import SECRET_PATH, CallbackDouble
from tests.channels.rasa_process import RasaProcess
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries

GREETING = "Hello, which show?"
REPORT = "action_report_payment"


def _send(rasa: RasaProcess, sender: object, message: object) -> requests.Response:
    body = {"sender": sender, "message": message}
    return requests.post(f"{rasa.url}/webhooks/callback/webhook", json=body, timeout=60)


def test_an_answer_is_posted_in_rasas_shape(rasa: RasaProcess, callback: CallbackDouble) -> None:
    """The request itself is answered `success`, as with stock Rasa."""
    answer = _send(rasa, "cb-ann", "hello")

    assert (answer.status_code, answer.text) == (200, "success")
    [post] = callback.sent_to("cb-ann")
    assert set(post.body) == {"recipient_id", "text", "buttons"}
    assert post.body["text"] == GREETING
    assert re.fullmatch(r"[0-9a-f]{32}-1", post.message_id)


def test_news_is_pushed_under_an_id_that_stays(
    rasa: RasaProcess, live_container: Container, callback: CallbackDouble
) -> None:
    """Refused, redirected or failed, it is not kept as said; tried again, it has the same id."""
    _send(rasa, "cb-bob", "hello")
    order = insert_unread_order(live_container, Buyer("callback", "cb-bob"))
    for status in (500, 404, 307, 302):
        with callback.answering(lambda _body, status=status: status):
            assert rasa.push("cb-bob", "callback", REPORT) == 500
    assert rasa.said("cb-bob") == [GREETING]

    assert rasa.push("cb-bob", "callback", REPORT) == 200

    assert rasa.said("cb-bob") == [GREETING, f"{order.id} is confirmed."]
    assert callback.taken("cb-bob") == [GREETING, f"{order.id} is confirmed."]
    news = callback.sent_to("cb-bob")[1:]
    assert [post.status for post in news] == [500, 404, 307, 302, 200]
    assert len({post.message_id for post in news}) == 1
    assert news[0].message_id.startswith("msg_")


def test_news_that_was_taken_but_not_kept_comes_again_under_its_id(
    rasa: RasaProcess, live_container: Container, callback: CallbackDouble
) -> None:
    """Of two pieces the second is refused: the first was taken, and its repetition shows it."""
    _send(rasa, "cb-carl", "hello")
    orders = [insert_unread_order(live_container, Buyer("callback", "cb-carl")) for _ in range(2)]
    with callback.answering(lambda body: 200 if orders[0].id in body["text"] else 503):
        assert rasa.push("cb-carl", "callback", REPORT) == 500

    assert rasa.push("cb-carl", "callback", REPORT) == 200

    confirmed = [f"{order.id} is confirmed." for order in orders]
    assert callback.taken("cb-carl") == [GREETING, *confirmed]
    assert rasa.said("cb-carl") == [GREETING, *confirmed]
    assert [post.status for post in callback.sent_to("cb-carl")[1:]] == [200, 503, 200, 200]


def test_what_is_unread_comes_before_the_next_answer_once_the_url_is_back(
    rasa: RasaProcess, live_container: Container, callback: CallbackDouble
) -> None:
    """A refusal costs neither the message nor the news."""
    _send(rasa, "cb-dan", "hello")
    order = insert_unread_order(live_container, Buyer("callback", "cb-dan"))
    with callback.answering(lambda body: 503 if "confirmed" in body["text"] else 200):
        assert _send(rasa, "cb-dan", "hello").status_code == 200
    assert len(queries.unread_messages(live_container, Buyer("callback", "cb-dan"))) == 1

    _send(rasa, "cb-dan", "hello")

    told = [GREETING, GREETING, f"{order.id} is confirmed.", GREETING]
    assert callback.taken("cb-dan") == told
    assert queries.unread_messages(live_container, Buyer("callback", "cb-dan")) == []


def test_an_answer_is_tried_again_under_its_id(rasa: RasaProcess, callback: CallbackDouble) -> None:
    """A short weakness of the URL is nobody's to notice."""
    left = [503, 503]
    with callback.answering(lambda _body: left.pop() if left else 200):
        assert _send(rasa, "cb-eve", "hello").status_code == 200

    posts = callback.sent_to("cb-eve")
    assert [post.status for post in posts] == [503, 503, 200]
    assert len({post.message_id for post in posts}) == 1


def test_an_answer_that_is_lost_is_an_error_to_the_sender_and_undoes_nothing(
    rasa: RasaProcess, callback: CallbackDouble
) -> None:
    """Who sent the message is told; the conversation has what was said."""
    with callback.answering(lambda _body: 500):
        answer = _send(rasa, "cb-fay", "hello")

    assert (answer.status_code, list(answer.json())) == (502, ["error"])
    assert rasa.said("cb-fay") == [GREETING]


def test_the_second_channel_of_an_id_gets_the_id_that_its_client_supplied(
    rasa: RasaProcess, live_container: Container, callback: CallbackDouble
) -> None:
    """REST had the name first; pushes reach the callback's sender, and nobody on REST."""
    rasa.say("cb-gus", "hello")
    _send(rasa, "cb-gus", "hello")
    order = insert_unread_order(live_container, Buyer("callback", "callback~cb-gus"))

    assert rasa.push("callback~cb-gus", "callback", REPORT) == 200

    assert callback.taken("cb-gus") == [GREETING, f"{order.id} is confirmed."]
    assert rasa.say("cb-gus", "hello") == [GREETING]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        pytest.param(b"[" * 60_000, id="nested"),
        b"[1]",
        {"message": "hello"},
        {"sender": "web-" + "0" * 32, "message": "hello"},
        {"sender": "4242424242424242", "message": "hello"},
        {"sender": "a b\x00", "message": "hello"},
        {"sender": "ann", "message": ["hello"]},
        {"sender": "ann", "message": "x" * 100_000},
    ],
)
def test_malformed_requests_are_refused(
    rasa: RasaProcess, callback: CallbackDouble, body: object
) -> None:
    """With one sentence, and nothing is posted."""
    before = len(callback.posted)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    address = f"{rasa.url}/webhooks/callback/webhook"
    answer = requests.post(address, data=data, headers=headers, timeout=60)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert len(callback.posted) == before


@pytest.mark.parametrize(
    "typed", ["/EXTERNAL_door", '/inform{"price":"1"}', "/SetSlots(price=1)", "/restart"]
)
def test_typed_commands_are_text_here_too(
    rasa: RasaProcess, callback: CallbackDouble, typed: str
) -> None:
    """The guard is the same on every channel."""
    sender = f"cb-{typed.encode().hex()}"
    _send(rasa, sender, typed)

    assert callback.taken(sender) == ["I did not understand that."]
    assert rasa.tracker(sender)["slots"]["price"] is None


def test_no_log_has_the_urls_path(rasa: RasaProcess, callback: CallbackDouble) -> None:
    """It may hold a token of theirs; Rasa logs here at its most talkative."""
    with callback.answering(lambda _body: 500):
        _send(rasa, "cb-hal", "hello")

    assert SECRET_PATH not in (rasa.var / "rasa.log").read_text(errors="replace")
