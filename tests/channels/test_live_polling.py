"""Polling over REST, with a secret that only the sender has."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import requests

from tests.channels.rasa_process import TOKEN, RasaProcess
from tests.channels.socket_client import SocketClient
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.channels.rest.channel import SenderSecrets
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.privacy.personal_data import FORGET_ACTION

GREETING = "Hello, which show?"


def _begin(rasa: RasaProcess, sender: str, query: str = "") -> str:
    """Say the first word; the secret that came with the answer."""
    answer = rasa.post({"sender": sender, "message": "hello"}, query)
    return str(answer.headers["X-Sender-Secret"])


def _get(rasa: RasaProcess, secret: str | None, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    address = f"{rasa.url}/webhooks/rest/messages"
    return requests.get(address, params=query, headers=headers, timeout=60)


def _read(rasa: RasaProcess, sender: str, secret: str, after: int = 0) -> tuple[list[str], int]:
    answer = _get(rasa, secret, sender=sender, after=str(after))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return [message["text"] for message in body["messages"]], body["cursor"]


@pytest.mark.parametrize("query", ["", "?stream=true"])
def test_the_first_answer_brings_the_secret_and_no_later_one(rasa: RasaProcess, query: str) -> None:
    """In a header: the body is stock Rasa's."""
    sender = f"mail-ann{len(query)}"
    assert len(_begin(rasa, sender, query)) == 64

    again = rasa.post({"sender": sender, "message": "hello"}, query)
    assert "X-Sender-Secret" not in again.headers


def test_of_two_first_messages_at_once_one_gets_it(rasa: RasaProcess) -> None:
    """Whoever else knows the id can be first, but not both."""

    def say(_: int) -> bool:
        answer = rasa.post({"sender": "mail-twins", "message": "hello"})
        return "X-Sender-Secret" in answer.headers

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(say, range(4))) == 1


def test_what_was_told_is_read_from_a_cursor_on(rasa: RasaProcess) -> None:
    """In the shape of answers, each once and in order, and again from the cursor before."""
    secret = _begin(rasa, "mail-bob")
    first = _get(rasa, secret, sender="mail-bob").json()
    [message] = first["messages"]
    assert message["recipient_id"] == "mail-bob"
    assert (message["text"], message["buttons"][0]["title"]) == (GREETING, "Lakers vs Warriors")
    assert _read(rasa, "mail-bob", secret, first["cursor"]) == ([], first["cursor"])

    rasa.say("mail-bob", "what a day")

    texts, cursor = _read(rasa, "mail-bob", secret, first["cursor"])
    assert texts == ["I did not understand that."]
    assert cursor > first["cursor"]
    assert _read(rasa, "mail-bob", secret)[0] == [GREETING, *texts]


def test_news_is_read_without_saying_a_word(rasa: RasaProcess, live_container: Container) -> None:
    """Then it is told: the next message does not bring it again, the cursor before does."""
    secret = _begin(rasa, "mail-carl")
    _, cursor = _read(rasa, "mail-carl", secret)
    order = insert_unread_order(live_container, Buyer("rest", "mail-carl"))

    for _ in range(2):
        texts, _ = _read(rasa, "mail-carl", secret, cursor)
        assert texts == [f"{order.id} is confirmed."]

    assert rasa.say("mail-carl", "hello") == [GREETING]
    assert queries.unread_messages(live_container, Buyer("rest", "mail-carl")) == []


def test_reading_and_writing_at_once_tells_once(
    rasa: RasaProcess, live_container: Container
) -> None:
    """The conversation has it once; it may be received both ways, since both read it there."""
    secret = _begin(rasa, "mail-dan")
    order = insert_unread_order(live_container, Buyer("rest", "mail-dan"))
    with ThreadPoolExecutor(4) as pool:
        said = [pool.submit(rasa.say, "mail-dan", "hello") for _ in range(2)]
        read = [pool.submit(_read, rasa, "mail-dan", secret) for _ in range(2)]
        answers = [text for future in said for text in future.result()]
        for future in read:
            future.result()

    assert rasa.said("mail-dan").count(f"{order.id} is confirmed.") == 1
    assert answers.count(f"{order.id} is confirmed.") <= 1
    assert _read(rasa, "mail-dan", secret)[0].count(f"{order.id} is confirmed.") == 1


def test_the_second_channel_of_an_id_reads_its_own(
    rasa: RasaProcess, live_container: Container
) -> None:
    """Somebody on socket.io had the name first; REST's sender reads nothing of theirs."""
    with SocketClient(rasa.url) as client:
        client.open_session("mail-eve")
        client.say("what a day", "mail-eve")
        client.next_text()
    secret = _begin(rasa, "mail-eve")
    order = insert_unread_order(live_container, Buyer("rest", "rest~mail-eve"))

    texts, _ = _read(rasa, "mail-eve", secret)

    assert texts == [GREETING, f"{order.id} is confirmed."]


def test_without_the_senders_own_secret_nothing_is_read(
    rasa: RasaProcess, live_container: Container
) -> None:
    """None, another's, a cut one; the same for senders that there are not, and nothing is told."""
    other = _begin(rasa, "mail-fay")
    secret = _begin(rasa, "mail-gus")
    insert_unread_order(live_container, Buyer("rest", "mail-gus"))
    for forged in (None, "", other, secret[:-1], secret.upper(), f"{secret} ", "é"):
        for sender in ("mail-gus", "mail-nobody"):
            header = {} if forged is None else {"Authorization": f"Bearer {forged}".encode()}
            address = f"{rasa.url}/webhooks/rest/messages"
            answer = requests.get(address, {"sender": sender}, headers=header, timeout=60)
            if forged == f"{secret} " and sender == "mail-gus":
                continue  # blanks at a header's end are not part of it
            assert (answer.status_code, list(answer.json())) == (401, ["error"])
    assert len(queries.unread_messages(live_container, Buyer("rest", "mail-gus"))) in {0, 1}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"sender": ""},
        {"sender": "a b"},
        {"sender": "x" * 129},
        {"sender": "rest~mail-hal"},
        {"sender": "web-" + "0" * 32},
        {"sender": "mail-hal", "after": "-1"},
        {"sender": "mail-hal", "after": "1; DROP TABLE events"},
        {"sender": "mail-hal", "after": "9" * 19},
        {"sender": "mail-hal", "after": "²"},
    ],
)
def test_malformed_questions_are_answered_with_one_sentence(
    rasa: RasaProcess, query: dict[str, str]
) -> None:
    """400, and nothing of them comes back."""
    answer = _get(rasa, "x", **query)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert "DROP" not in answer.text


def test_an_erased_senders_secret_does_not_open_the_next_holders_mailbox(
    rasa: RasaProcess,
) -> None:
    """The id is free after an erasure, and whoever takes it has a secret of their own."""
    sender = "mail-erased"
    first = _begin(rasa, sender)
    RasaClient(rasa.url, TOKEN).note_action(sender, FORGET_ACTION)
    assert _get(rasa, first, sender=sender).status_code == 401

    second = _begin(rasa, sender)

    assert _get(rasa, first, sender=sender).status_code == 401
    assert _read(rasa, sender, second)[0] == [GREETING]


def test_a_secret_from_before_nonces_still_opens_its_own_mailbox(rasa: RasaProcess) -> None:
    """Its conversation's row has none, and the sender was told to keep the secret."""
    sender = "mail-old"
    _begin(rasa, sender)
    with closing(sqlite3.connect(rasa.var / "trackers.db", timeout=60)) as connection, connection:
        change = "UPDATE conversation_channels SET nonce = NULL WHERE sender_id = ?"
        connection.execute(change, (sender,))

    secret = SenderSecrets(TOKEN).of(sender, None)

    assert _read(rasa, sender, secret)[0] == [GREETING]
