"""Telegram on a running Rasa: places, repetitions, pushes, attacks."""

from __future__ import annotations

import pytest

from tests.channels.rasa_process import RasaProcess
from tests.channels.telegram_double import SECRET, USERNAME, Person, TelegramDouble

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
CARD = "4000056655665556"
GROUP = -1001234567890


@pytest.fixture
def person(rasa: RasaProcess) -> Person:
    """A new user, in a private chat."""
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
    telegram.wait_for(person.chat, 1)
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
    """Its name, a command, a reply to it; not what people say to each other."""
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

    assert telegram.wait_for(person.chat, 1) == [FALLBACK]
