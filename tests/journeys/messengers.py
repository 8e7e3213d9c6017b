"""People who buy on Slack and on Telegram."""

from __future__ import annotations

import html
from typing import Any

from tests.channels.slack_double import TEAM, SlackDouble
from tests.channels.slack_double import Person as SlackPerson
from tests.channels.telegram_double import Person as TelegramPerson
from tests.channels.telegram_double import TelegramDouble
from tests.journeys.buyers import Talker
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until


class MessengerBuyer(Talker):
    """A buyer in one conversation of a messenger."""

    def __init__(self, clerk: Clerk) -> None:
        """Start without messages."""
        self._turns = 0
        super().__init__(clerk)

    @property
    def received(self) -> list[str]:
        """Everything that was said in their place."""
        raise NotImplementedError

    @received.setter
    def received(self, _nothing: list[str]) -> None:
        """Ignore assignments: the messenger's double keeps the messages."""

    def send(self, text: str) -> dict[str, Any]:
        """Send a message; returns what is sent again if it is to be repeated."""
        raise NotImplementedError

    def send_again(self, sent: dict[str, Any]) -> None:
        """Send the same, as the messenger does when it was not acknowledged."""
        raise NotImplementedError

    def press(self, title: str) -> str:
        """Press a button of the latest message; returns all that was answered."""
        raise NotImplementedError

    def link_button(self) -> str:
        """The address behind the latest message's way to pay."""
        raise NotImplementedError

    def say(self, text: str) -> str:
        """Send a message and wait until the clerk has finished answering."""
        before = len(self.received)
        self.send(text)
        return self.answer(before)

    def answer(self, before: int) -> str:
        """Return the messages after `before`, once the turn is over."""
        self._turns += 1
        wait_until(self._is_answered, "an answer")
        return "\n".join(self.received[before:])

    def _is_answered(self) -> bool:
        tracker = self.clerk.tracker(self.sender_id)
        turns = sum(event["event"] == "user" for event in tracker["events"])
        return turns >= self._turns and tracker["latest_action_name"] == "action_listen"


class SlackBuyer(MessengerBuyer):
    """In a thread of a channel, which their first message begins."""

    def __init__(self, clerk: Clerk, slack: SlackDouble) -> None:
        """Be somebody new."""
        super().__init__(clerk)
        self.slack = slack
        self.thread: str | None = None
        self.person = SlackPerson(clerk.environ["RASA_URL"], "C0TICKETS")

    @property
    def received(self) -> list[str]:
        """The texts of their thread, as Slack shows them."""
        if self.thread is None:
            return []
        return [html.unescape(text) for text in self.slack.texts("C0TICKETS", self.thread)]

    @received.setter
    def received(self, _nothing: list[str]) -> None:
        pass

    def send(self, text: str) -> dict[str, Any]:
        """Mention the clerk, in the thread once there is one."""
        body = self.person.message(text, thread_ts=self.thread)
        if self.thread is None:
            self.thread = body["event"]["ts"]
            self.sender_id = f"slack~{TEAM}~C0TICKETS~{self.thread}~{self.person.user}"
        assert self.person.send(body).status_code == 200
        return body

    def send_again(self, sent: dict[str, Any]) -> None:
        """As Slack repeats it."""
        retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
        assert self.person.send(sent, headers=retry).status_code == 200

    def press(self, title: str) -> str:
        """Press a button of the latest post."""
        before = len(self.received)
        self.person.press(self._latest(), title)
        return self.answer(before)

    def link_button(self) -> str:
        """The address of the button that has one."""
        [row] = [block for block in self._latest()["blocks"] if block["type"] == "actions"]
        [url] = [button["url"] for button in row["elements"] if "url" in button]
        return str(url)

    def _latest(self) -> dict[str, Any]:
        return self.slack.posts("C0TICKETS", self.thread)[-1]


class TelegramBuyer(MessengerBuyer):
    """In a private chat."""

    def __init__(self, clerk: Clerk, telegram: TelegramDouble) -> None:
        """Be somebody new."""
        super().__init__(clerk)
        self.telegram = telegram
        self.person = TelegramPerson(clerk.environ["RASA_URL"])
        self.sender_id = self.person.sender_id

    @property
    def received(self) -> list[str]:
        """The texts of their chat."""
        return self.telegram.texts(self.person.chat)

    @received.setter
    def received(self, _nothing: list[str]) -> None:
        pass

    def send(self, text: str) -> dict[str, Any]:
        """Send a message."""
        return self.person.say(text)

    def send_again(self, sent: dict[str, Any]) -> None:
        """As Telegram repeats it."""
        assert self.person.send(sent).status_code == 200

    def press(self, title: str) -> str:
        """Press a button of the latest message."""
        before = len(self.received)
        self.person.press(self._latest(), title)
        return self.answer(before)

    def link_button(self) -> str:
        """The address of the button that has one."""
        rows = self._latest()["reply_markup"]["inline_keyboard"]
        [url] = [button["url"] for row in rows for button in row if "url" in button]
        return str(url)

    def _latest(self) -> dict[str, Any]:
        return self.telegram.called("sendMessage", self.person.chat)[-1]
