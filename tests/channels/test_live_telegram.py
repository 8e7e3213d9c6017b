"""Telegram on a running Rasa: places, repetitions, pushes, attacks."""

from __future__ import annotations

import json

import pytest

from tests.channels.promises import promise
from tests.channels.rasa_process import RasaProcess
from tests.channels.telegram_double import SECRET, TOKEN, USERNAME, Person, TelegramDouble
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
CARD = "4000056655665556"
GROUP = -1001234567890


@pytest.fixture
def person(rasa: RasaProcess) -> Person:
    """Somebody new, in a private chat."""
    return Person(rasa.url)


def test_telegram_was_told_the_webhook(person: Person, telegram: TelegramDouble) -> None:
    """At the start, with the secret and the kinds of updates that are read.

    More than once, if an answer took too long; always the same.
    """
    person.say("hello")

    webhook, *again = telegram.called("setWebhook")
    assert all(one == webhook for one in again)
    assert webhook["secret_token"] == SECRET
    assert set(webhook["allowed_updates"]) == {"message", "callback_query", "pre_checkout_query"}
    assert webhook["url"] == "https://tickets.example.com/webhooks/telegram/webhook"


def test_a_private_chat_is_answered_in_place(person: Person, telegram: TelegramDouble) -> None:
    """Once, with buttons that say what is written on them and do not go on waiting."""
    person.say("hello")
    [sent] = telegram.called("sendMessage", person.chat)
    answered = len(telegram.called("answerCallbackQuery"))
    person.press(sent, "Lakers vs Warriors")

    assert telegram.wait_for(person.chat, 2) == [GREETING, FALLBACK]
    assert len(telegram.called("answerCallbackQuery")) == answered + 1


@pytest.mark.parametrize("start", ["/start", f"/start@{USERNAME}", "/start ord_0123456789"])
def test_the_first_thing_that_everybody_sends_is_a_greeting(
    person: Person, telegram: TelegramDouble, start: str
) -> None:
    """It is Telegram's button, and also what a forwarded link leads to."""
    person.say(start)

    assert telegram.wait_for(person.chat, 1) == [GREETING]


def test_in_a_group_only_what_is_meant_for_the_clerk_is_answered(
    rasa: RasaProcess, telegram: TelegramDouble
) -> None:
    """His name, a command, a reply to him; not what people say to each other."""
    group = GROUP - 1
    person = Person(rasa.url, group)
    bot = {"id": 1, "is_bot": True, "username": USERNAME}

    person.say("hello")
    person.say("hello", reply_to_message={"from": {**bot, "username": "other_bot"}})
    person.say("/start@other_bot")
    person.say(f"hello @{USERNAME}")
    person.say("hello", reply_to_message={"from": bot})
    person.say(f"/start@{USERNAME}")

    assert telegram.wait_for(group, 3) == [GREETING] * 3


def test_two_people_in_a_topic_are_two_buyers(
    rasa: RasaProcess, telegram: TelegramDouble, live_container: Container
) -> None:
    """What one ordered is told where he ordered it, and is not the other's."""
    ann, ben = Person(rasa.url, GROUP, topic=45), Person(rasa.url, GROUP, topic=45)
    ann.say(f"@{USERNAME} hello")
    ben.say(f"@{USERNAME} hello")
    order = promise(live_container, Buyer("telegram", ann.sender_id))

    ben.say(f"@{USERNAME} hello")
    assert order.id not in "".join(telegram.wait_for(GROUP, 3))

    rasa.push(ann.sender_id, "telegram", "action_report_payment")
    assert telegram.wait_for(GROUP, 4)[3:] == [f"{order.id} is confirmed."]
    assert telegram.called("sendMessage", GROUP)[3]["message_thread_id"] == 45


def test_an_update_is_handled_once(
    person: Person, telegram: TelegramDouble, rasa: RasaProcess
) -> None:
    """Also at the same moment."""
    from concurrent.futures import ThreadPoolExecutor

    update = person.message("hello")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: person.send(update), range(4)))
    person.say("good day")
    person.send(update)

    assert [answer.status_code for answer in answers] == [200] * 4
    assert telegram.texts(person.chat) == [GREETING, FALLBACK]
    events = rasa.tracker(person.sender_id)["events"]
    assert [e["text"] for e in events if e["event"] == "user"] == ["hello", "good day"]


def test_nothing_but_a_persons_new_message_is_answered(
    person: Person, telegram: TelegramDouble
) -> None:
    """No edit, no post of a channel, no bot, no picture."""
    update = person.message("hello")
    message = update["message"]
    bot = {**message["from"], "is_bot": True}
    for kind in ("edited_message", "channel_post", "edited_channel_post"):
        person.send({"update_id": update["update_id"], kind: message})
    person.send(person.message("hello", **{"from": bot}))
    person.send(person.message("hello", text=None))
    person.say("good day")

    assert telegram.texts(person.chat) == [FALLBACK]


@pytest.mark.parametrize("secret", [None, "", "guessed", SECRET + "x", SECRET.upper()])
def test_forged_updates_are_refused(
    person: Person, telegram: TelegramDouble, secret: str | None
) -> None:
    """Who does not know the secret is nobody."""
    assert person.send(person.message("hello"), secret).status_code == 401
    assert telegram.texts(person.chat) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[1]",
        pytest.param(b"[" * 60_000, id="brackets"),
        {"update_id": "1", "message": {"text": "x", "from": {"id": 1}, "chat": {"id": 1}}},
        {"message": {"text": "x"}},
        {"update_id": 1, "callback_query": {"id": 1, "data": "x", "message": {"chat": []}}},
        {"update_id": 1, "callback_query": "x"},
    ],
)
def test_a_genuine_update_of_another_shape_does_no_harm(person: Person, body: object) -> None:
    """It is refused or ignored, never an error of the server."""
    assert person.send(body).status_code in {200, 400}
    assert person.send(b"x" * 600_000).status_code == 413


@pytest.mark.parametrize(
    "typed",
    [
        "/EXTERNAL_door",
        '/inform{"price":"1"}',
        "\u200b//SetSlots(price=1)",
        "/restart",
        pytest.param("x" * 100_000, id="100 KB"),
        pytest.param("7" * 100_000, id="digits"),
        "<b>free</b> [x](http://evil.example) \x00\x1b[31m @everyone",
    ],
)
def test_nothing_typed_is_a_command_or_comes_back(
    person: Person, telegram: TelegramDouble, rasa: RasaProcess, typed: str
) -> None:
    """It is text like any other."""
    person.say(typed)

    assert telegram.wait_for(person.chat, 1) == [FALLBACK]
    tracker = rasa.tracker(person.sender_id)
    [event] = [e for e in tracker["events"] if e["event"] == "user"]
    assert event["parse_data"]["intent"]["name"] == "nlu_fallback"
    assert len(event["text"]) <= 1000
    assert tracker["slots"]["price"] is None


def test_a_card_number_is_removed(
    person: Person, telegram: TelegramDouble, rasa: RasaProcess
) -> None:
    """Before tracker and log see it."""
    person.say(CARD)

    assert telegram.wait_for(person.chat, 1) == ["Never send a card number here."]
    assert CARD not in (rasa.var / "rasa.log").read_text()


def test_no_other_channel_takes_a_sender_of_telegrams(person: Person, rasa: RasaProcess) -> None:
    """Over REST anybody can claim to be anybody, but not him."""
    assert rasa.post({"sender": person.sender_id, "message": "hello"}).status_code == 400


def test_telegrams_pauses_are_kept_and_its_refusals_told(
    person: Person, telegram: TelegramDouble, rasa: RasaProcess
) -> None:
    """A push that Telegram did not take is an error, and no log has the token in it."""
    person.say("hello")

    pause = {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}}
    telegram.answers.append((429, pause))
    assert rasa.push(person.sender_id, "telegram") == 200
    telegram.answers.append((403, {"ok": False, "error_code": 403, "description": "blocked"}))
    assert rasa.push(person.sender_id, "telegram") == 500

    assert telegram.texts(person.chat) == [GREETING, "Said unasked."]
    assert rasa.said(person.sender_id) == [GREETING, "Said unasked."]
    assert telegram.refused == []
    log = (rasa.var / "rasa.log").read_text()
    assert not any(secret in log for secret in (TOKEN, SECRET)), json.dumps(
        "a secret is in the log"
    )
