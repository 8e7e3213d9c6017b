"""Buyers who don't give up: what failed or was not answered they say again, as people do.

Each notes how long it waited for the answer to a message, repetitions included, and from paying to
being told.
"""

from __future__ import annotations

import html
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

import aiohttp
import requests

from tests.channels.browser import Browser
from tests.channels.slack_double import TEAM, Person
from tests.drill.deployment import Deployment
from tests.journeys.buyers import LINK, ORDER, pay, post_message
from ticket_clerk.cli.demo.demo import ANSWERS, OPENING
from ticket_clerk.cli.errors import LaunchError

T = TypeVar("T")
TOLD_WITHIN_S = 240.0
_ASKED_AGAIN_AFTER_S = 20.0
# What a person in front of a screen would take for the end of an answer.
_QUIET_S = 0.7
# A proxy's own answer has neither the shape nor the headers of ours.
_NOT_ANSWERED = (
    requests.RequestException,
    aiohttp.ClientError,
    OSError,
    AssertionError,
    LookupError,
)


class DrillBuyer(ABC):
    """Base of the buyers of all channels."""

    channel: str

    def __init__(self, clerk: Deployment) -> None:
        """Be somebody new, who has not said anything."""
        self.clerk = clerk
        self.order_id = ""
        self.trouble = ""
        self.longest_answer_s = 0.0
        self.told_after_s: float | None = None

    @property
    @abstractmethod
    def sender_id(self) -> str:
        """The conversation's name in Rasa."""

    @abstractmethod
    def received(self) -> list[str]:
        """Every text that reached the buyer."""

    @abstractmethod
    def say(self, text: str) -> str:
        """Say it once; returns the answer, "" if there is none yet. Raises if it didn't arrive."""

    def buy(self) -> None:
        """Order, pay and wait to be told; what doesn't come is left in ``trouble``."""
        try:
            link = self._order()
            self._pay(link)
            paid = time.monotonic()
            self._persist(self._is_told, "to be told", TOLD_WITHIN_S)
            self.told_after_s = time.monotonic() - paid
        except TimeoutError as error:
            self.trouble = str(error)

    def confirmations(self) -> list[str]:
        """The confirmations of the order that reached the buyer; raises TimeoutError."""
        [texts] = self._persist(lambda: [self.received()], "what was received")
        return [text for text in texts if self._confirms(text)]

    def _order(self) -> str:
        answer, text = self._ask(OPENING), OPENING
        deadline = time.monotonic() + TOLD_WITHIN_S
        while not (LINK.search(answer) and ORDER.search(answer)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no link; {text!r} was answered with {answer!r}")
            text = self._next()
            answer = self._ask(text)
        order, link = ORDER.search(answer), LINK.search(answer)
        assert order
        assert link
        self.order_id = order[0]
        return link[0]

    def _next(self) -> str:
        """What the clerk waits for, as far as it remembers; the link, if that got lost."""
        tracker = self._persist(lambda: self.clerk.tracker(self.sender_id), "the conversation")
        slot = tracker["slots"].get("requested_slot")
        if slot in ANSWERS:
            return ANSWERS[slot]
        offered = any(LINK.search(e.get("text") or "") for e in tracker["events"])
        return "send me the link again" if offered else OPENING

    def _ask(self, text: str) -> str:
        began = time.monotonic()
        answer: str = self._persist(lambda: self.say(text), f"an answer to {text!r}")
        self.longest_answer_s = max(self.longest_answer_s, time.monotonic() - began)
        return answer

    def _pay(self, link: str) -> None:
        def try_to() -> bool:
            if not self._is_paid():
                try:
                    # The page leads back to the clerk's own, which may be away just then.
                    pay(link)
                except LaunchError:
                    # The page has no button any more: it was pressed before.
                    return self._is_paid()
            return True

        self._persist(try_to, "the payment page")

    def _is_paid(self) -> bool:
        return bool(self.clerk.order(self.order_id)["status"] == "paid")

    def _is_told(self) -> bool:
        return bool(self.confirmations())

    def _confirms(self, text: str) -> bool:
        return bool(self.order_id) and self.order_id in text and "confirmed" in text.lower()

    @staticmethod
    def _persist(attempt: Callable[[], T], what: str, within_s: float = TOLD_WITHIN_S) -> T:
        """Try until it gives something; raises TimeoutError with what was last in the way."""
        deadline, last = time.monotonic() + within_s, ""
        while time.monotonic() < deadline:
            try:
                if found := attempt():
                    return found
            except _NOT_ANSWERED as error:
                last = f": {type(error).__name__}"
            time.sleep(0.5)
        raise TimeoutError(f"waited in vain for {what}{last}")


class RestBuyer(DrillBuyer):
    """Is told with the answer to a message; nothing can be pushed to them."""

    channel = "REST"

    def __init__(self, clerk: Deployment) -> None:
        """Be new."""
        super().__init__(clerk)
        self._sender_id = f"drill-{time.monotonic_ns():x}"
        self._received: list[str] = []

    @property
    def sender_id(self) -> str:
        """Made up by the client."""
        return self._sender_id

    def received(self) -> list[str]:
        """The answers."""
        return self._received

    def say(self, text: str) -> str:
        """Post it and read the answers."""
        texts = post_message(self.clerk.environ["RASA_URL"], self.sender_id, text)
        self._received += texts
        return "\n".join(texts)

    def _is_told(self) -> bool:
        if self._is_paid():
            self._ask("is my order paid?" if self._was_told_in_vain() else "so?")
        return super()._is_told()

    def _was_told_in_vain(self) -> bool:
        """Whether the conversation has it, and the answer with it was lost on its way."""
        events = self.clerk.tracker(self.sender_id)["events"]
        return any(e["event"] == "bot" and self._confirms(e.get("text") or "") for e in events)


class PageBuyer(DrillBuyer):
    """Has the web chat's page open, which sends again what was not taken."""

    channel = "web chat"

    def __init__(self, clerk: Deployment) -> None:
        """Load the page."""
        super().__init__(clerk)
        self._browser = self._persist(self._load, "the page")
        self._seen = -1
        self._message_id: str | None = None

    @property
    def sender_id(self) -> str:
        """The server's."""
        return self._browser.sender_id

    def received(self) -> list[str]:
        """What the page shows."""
        return [said.text for said in self._browser.history() if said.speaker == "clerk"]

    def say(self, text: str) -> str:
        """Send it as the same message until it is taken, and wait for the answer."""
        self._message_id = self._message_id or secrets.token_hex(16)
        self._browser.send(text, id=self._message_id).raise_for_status()
        answer = _until_quiet(self._unseen)
        self._message_id = None
        self._seen = max(said.position for said in self._browser.history())
        return "\n".join(answer)

    def _unseen(self) -> list[str]:
        history = self._browser.history()
        return [s.text for s in history if s.speaker == "clerk" and s.position > self._seen]

    def _load(self) -> Browser | None:
        browser = Browser(self.clerk.environ["RASA_URL"])
        return browser if browser.http.cookies.get("clerk_session") else None


class SlackBuyer(DrillBuyer):
    """Writes direct messages; Slack sends again what was not acknowledged."""

    channel = "Slack"

    def __init__(self, clerk: Deployment) -> None:
        """Be new."""
        super().__init__(clerk)
        self._person = Person(clerk.environ["RASA_URL"])
        self._message: dict[str, Any] | None = None
        self._seen = 0

    @property
    def sender_id(self) -> str:
        """Team, channel and person."""
        return f"slack~{TEAM}~{self._person.channel}~dm~{self._person.user}"

    def received(self) -> list[str]:
        """The clerk's posts."""
        return [html.unescape(text) for text in self.clerk.slack.texts(self._person.channel)]

    def say(self, text: str) -> str:
        """Send one event, again if it was not taken, and wait for the answer."""
        again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
        headers = again if self._message else {}
        self._message = self._message or self._person.message(text)
        self._person.send(self._message, headers=headers).raise_for_status()
        answer = _until_quiet(lambda: self.received()[self._seen :])
        self._message = None
        self._seen = len(self.received())
        return "\n".join(answer)


BUYERS = (RestBuyer, PageBuyer, SlackBuyer)


def _until_quiet(look: Callable[[], list[str]]) -> list[str]:
    """What came, once nothing more comes; nothing, when a person would ask again."""
    deadline = time.monotonic() + _ASKED_AGAIN_AFTER_S
    found = look()
    while time.monotonic() < deadline:
        time.sleep(_QUIET_S)
        before, found = found, look()
        if found and len(found) == len(before):
            break
    return found
