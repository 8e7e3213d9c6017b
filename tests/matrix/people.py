"""One kind of buyer a channel, who can go away and come back; a new channel is a row in `KINDS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import requests

from tests.channels.browser import Browser
from tests.channels.callback_double import CallbackDouble
from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.journeys.buyers import RestBuyer, SocketBuyer, Talker
from tests.journeys.clerk import Clerk
from tests.journeys.messengers import SlackBuyer, TelegramBuyer
from tests.journeys.terminal import Shell
from tests.waiting import wait_until


@dataclass
class World:
    """The running clerk and what stands around it."""

    clerk: Clerk
    terminal: Shell
    callback: CallbackDouble
    slack: SlackDouble
    telegram: TelegramDouble


class Pulling(RestBuyer):
    """Over REST: away is who says nothing."""

    def leave(self) -> None:
        """Say nothing."""

    def come_back(self) -> None:
        """Say nothing yet."""

    def listen(self) -> None:
        """Receive what there is, by saying something."""
        self.say("hello there")


class AtTheShell(Pulling):
    """Through the server of `rasa shell`, which is a process of its own."""

    def __init__(self, world: World) -> None:
        """Be somebody new."""
        super().__init__(world.clerk)
        self._world = world

    @property
    def address(self) -> str:
        """Address that the shell's prompt posts to."""
        return f"{self._world.terminal.url}/webhooks/rest/webhook"

    def say(self, text: str) -> str:
        """Type a line."""
        body = {"sender": self.sender_id, "message": text}
        replies = [
            one.get("text") or ""
            for one in requests.post(self.address, json=body, timeout=60).json()
        ]
        self.received += replies
        return "\n".join(replies)


class AtSocket(SocketBuyer):
    """Over socket.io: away is who is not connected."""

    def come_back(self) -> None:
        """Ask for the session again."""
        self.leave()
        self.connect()

    def listen(self) -> None:
        """Nothing has to be done to receive it."""


class AtPage(Talker):
    """At the web chat: away is whose page is closed."""

    def __init__(self, clerk: Clerk) -> None:
        """Load the page; the server makes the session."""
        super().__init__(clerk)
        self._browser = Browser(clerk.environ["RASA_URL"])
        self.sender_id = self._browser.sender_id
        self._position: int | None = None

    def say(self, text: str) -> str:
        """Send a text; collect what the page shows since the last look."""
        assert self._browser.send(text).status_code == 200
        return "\n".join(self._look())

    def leave(self) -> None:
        """Close the page."""

    def come_back(self) -> None:
        """Open it again."""

    def listen(self) -> None:
        """Look at the page."""
        self._look()

    def _look(self) -> list[str]:
        new = self._browser.history(self._position)
        replies = [one.text for one in new if one.speaker == "clerk"]
        if new:
            self._position = new[-1].position
        self.received += replies
        return replies


class AtCallback(Talker):
    """Behind CALLBACK_URL: away is whose server takes nothing."""

    def __init__(self, clerk: Clerk, callback: CallbackDouble) -> None:
        """Be somebody new."""
        self._callback = callback
        super().__init__(clerk)

    @property
    def received(self) -> list[str]:
        """Return the messages that the server accepted, deduplicated by id."""
        return self._callback.taken(self.sender_id)

    @received.setter
    def received(self, _nothing: list[str]) -> None:
        """The server keeps it."""

    def say(self, text: str) -> str:
        """Post a message; the answer is posted back before that is answered."""
        before = len(self.received)
        address = f"{self.clerk.environ['RASA_URL']}/webhooks/callback/webhook"
        body = {"sender": self.sender_id, "message": text}
        requests.post(address, json=body, timeout=60).raise_for_status()
        return "\n".join(self.received[before:])

    def leave(self) -> None:
        """Take nothing."""
        self._callback.away.add(self.sender_id)

    def come_back(self) -> None:
        """Take everything."""
        self._callback.away.discard(self.sender_id)

    def listen(self) -> None:
        """Nothing has to be done to receive it."""


class InThread(SlackBuyer):
    """On Slack, which keeps what is said to those who are not looking."""

    def leave(self) -> None:
        """Look elsewhere."""

    def come_back(self) -> None:
        """Look again."""

    def listen(self) -> None:
        """Nothing has to be done to receive it."""


class InChat(TelegramBuyer):
    """On Telegram, which keeps what is said, too."""

    def leave(self) -> None:
        """Look elsewhere."""

    def come_back(self) -> None:
        """Look again."""

    def listen(self) -> None:
        """Nothing has to be done to receive it."""


Person = Pulling | AtSocket | AtPage | AtCallback | InThread | InChat

KINDS: dict[str, Callable[[World], Person]] = {
    "rest": lambda world: Pulling(world.clerk),
    "socketio": lambda world: AtSocket(world.clerk),
    "web": lambda world: AtPage(world.clerk),
    "callback": lambda world: AtCallback(world.clerk, world.callback),
    "cmdline": AtTheShell,
    "slack": lambda world: InThread(world.clerk, world.slack),
    "telegram": lambda world: InChat(world.clerk, world.telegram),
}


def wait_for_notification(person: Person, order_id: str, words: str) -> None:
    """Wait until a connected buyer has received the notification."""

    def look() -> list[str]:
        person.listen()
        return notifications_of(person, order_id, words)

    wait_until(look, f"{words!r} about {order_id} on {type(person).__name__}", 180)


def notifications_of(person: Person, order_id: str, words: str) -> list[str]:
    """List a buyer's messages about an order with these words."""
    return [text for text in person.received if order_id in text and words in text]
