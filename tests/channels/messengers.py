"""People on each messenger behind one face, for the promises that all messengers keep.

A messenger that is added needs a subclass here and a line in MESSENGERS.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any

import requests

from tests.channels import slack_double, telegram_double
from tests.channels.messenger_double import Answer, MessengerDouble
from tests.channels.rasa_process import RasaProcess
from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble


class Talk(ABC):
    """One person's talk with the bot; in private, or in a group thread that others share."""

    channel: str
    is_refused: Answer
    """How the messenger refuses a message for good."""
    is_rate_limited: Answer
    """How it asks for a second's pause."""
    odd_bodies: tuple[Any, ...]
    """Bodies that a genuine request never has."""
    secrets: tuple[str, ...]

    double: MessengerDouble
    person: Any

    @property
    @abstractmethod
    def sender_id(self) -> str:
        """The conversation's name in Rasa."""

    @abstractmethod
    def message(self, text: str) -> dict[str, Any]:
        """The body of a message to the bot."""

    @abstractmethod
    def post(self, body: Any) -> requests.Response:
        """Send any body as the messenger does: genuine, whatever is in it."""

    @abstractmethod
    def forge(self, body: dict[str, Any]) -> list[requests.Response]:
        """Send a body in all ways that are not the messenger's own."""

    @abstractmethod
    def sent(self) -> list[dict[str, Any]]:
        """Return the bot's messages in this conversation and its thread."""

    @abstractmethod
    def wait_for(self, count: int) -> list[str]:
        """The bot's words, once there are so many messages."""

    def say(self, text: str) -> dict[str, Any]:
        """Send a message; returns its body, to be sent again."""
        body = self.message(text)
        assert self.post(body).status_code == 200
        return body

    def press(self, title: str) -> None:
        """Press a button of the bot's last message."""
        self.person.press(self.sent()[-1], title)


class SlackTalk(Talk):
    """In a direct message, or in a thread of a channel."""

    channel = "slack"
    is_refused = (200, {"ok": False, "error": "is_archived"})
    is_rate_limited = (429, {"ok": False, "error": "ratelimited", "retry_after": 1})
    odd_bodies = (
        json.dumps({"type": "event_callback"}).encode(),
        json.dumps({"type": "event_callback", "event": {"type": "message"}, "x": 1}).encode(),
    )
    secrets = (slack_double.TOKEN, slack_double.SECRET)

    def __init__(self, double: SlackDouble, rasa: RasaProcess, thread: str | None = None) -> None:
        """Be new."""
        self.double, self.thread = double, thread
        self.person = slack_double.Person(rasa.url, "C0CONTRACT" if thread else None)

    @classmethod
    def pair(cls, double: SlackDouble, rasa: RasaProcess) -> tuple[Talk, Talk]:
        """Two people in one thread."""
        thread = slack_double.new_ts()
        return cls(double, rasa, thread), cls(double, rasa, thread)

    @property
    def sender_id(self) -> str:
        """Team, channel, thread, person."""
        where = self.thread or "dm"
        return f"slack~{slack_double.TEAM}~{self.person.channel}~{where}~{self.person.user}"

    def message(self, text: str) -> dict[str, Any]:
        """An event; in a channel with a mention of the bot."""
        return dict(self.person.message(text, thread_ts=self.thread))

    def post(self, body: Any) -> requests.Response:
        """Send it signed."""
        answer: requests.Response
        is_raw = isinstance(body, bytes)
        answer = self.person.post(body) if is_raw else self.person.send(body)
        return answer

    def forge(self, body: dict[str, Any]) -> list[requests.Response]:
        """Another's secret, none, an old signature, a later one, another body."""
        cut = {"X-Slack-Signature": "", "X-Slack-Request-Timestamp": ""}
        return [
            self.person.send(body, secret="guessed"),
            self.person.send(body, headers=cut),
            self.person.send(body, headers={"X-Slack-Signature": b"v0=\xff"}),
            self.person.send(body, headers={"X-Slack-Request-Timestamp": "9" * 40}),
            self.person.send(body, age_s=301),
            self.person.send(body, age_s=-360),
            self.person.send(body, headers={"X-Slack-Signature": "v0=" + "0" * 64}),
        ]

    def sent(self) -> list[dict[str, Any]]:
        """Posts."""
        return list(self.double.posts(self.person.channel, self.thread))

    def wait_for(self, count: int) -> list[str]:
        """Once they are there."""
        return list(self.double.wait_for(self.person.channel, self.thread, count))


class TelegramTalk(Talk):
    """In a private chat, or in a topic of a group."""

    channel = "telegram"
    is_refused = (403, {"ok": False, "error_code": 403, "description": "blocked"})
    is_rate_limited = (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}})
    odd_bodies = (
        {"update_id": "1", "message": {"text": "x", "from": {"id": 1}, "chat": {"id": 1}}},
        {"message": {"text": "x"}},
        {"update_id": 1, "callback_query": {"id": 1, "data": "x", "message": {"chat": []}}},
        {"update_id": 1, "callback_query": "x"},
    )
    secrets = (telegram_double.TOKEN, telegram_double.SECRET)
    _groups = iter(range(-1_009_999_999_999, 0))

    def __init__(self, double: TelegramDouble, rasa: RasaProcess, group: int | None = None) -> None:
        """Be new."""
        self.double, self.group = double, group
        self.person = telegram_double.Person(rasa.url, group, topic=45 if group else None)

    @classmethod
    def pair(cls, double: TelegramDouble, rasa: RasaProcess) -> tuple[Talk, Talk]:
        """Two people in one topic."""
        group = next(cls._groups)
        return cls(double, rasa, group), cls(double, rasa, group)

    @property
    def sender_id(self) -> str:
        """Chat, topic, person."""
        return str(self.person.sender_id)

    def message(self, text: str) -> dict[str, Any]:
        """An update; in a group with a mention of the bot."""
        words = f"@{telegram_double.USERNAME} {text}" if self.group else text
        return dict(self.person.message(words))

    def post(self, body: Any) -> requests.Response:
        """Send it with the secret."""
        answer: requests.Response = self.person.send(body)
        return answer

    def forge(self, body: dict[str, Any]) -> list[requests.Response]:
        """Without the secret, and with what is nearly it."""
        secret = telegram_double.SECRET
        guesses = (None, "", "guessed", f"{secret}x", secret.upper(), b"\xff")
        return [self.person.send(body, guess) for guess in guesses]

    def sent(self) -> list[dict[str, Any]]:
        """Messages; all of them in the topic."""
        sent = self.double.called("sendMessage", self.person.chat)
        assert all(body.get("message_thread_id") == self.person.topic for body in sent)
        return list(sent)

    def wait_for(self, count: int) -> list[str]:
        """Once they are there."""
        return list(self.double.wait_for(self.person.chat, count))


MESSENGERS: dict[str, type[SlackTalk] | type[TelegramTalk]] = {
    talk.channel: talk for talk in (SlackTalk, TelegramTalk)
}
