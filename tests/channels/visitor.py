"""A visitor of the chat's page in a real browser."""

from __future__ import annotations

import asyncio
import json

from rasa.shared.core.events import BotUttered

from tests.channels.chromium import Chromium, Tab
from tests.channels.conversations import add, open_store
from tests.channels.rasa_process import RasaProcess

GREETING = "Hello, which show?"
IS_ONLINE = "document.querySelector('[data-state=online]') !== null"
ARRIVED = "document.querySelectorAll('.message:not(.sending)').length"
TEXTS = "JSON.stringify([...document.querySelectorAll('.message .words')].map(e => e.innerText))"


class Visitor(Chromium):
    """One browser whose first tab shows the chat."""

    def __init__(self, rasa: RasaProcess) -> None:
        """Open the chat."""
        super().__init__()
        self.rasa = rasa
        self.page = f"{rasa.url}/webhooks/web/"
        self.visit(self)

    def visit(self, tab: Tab) -> Tab:
        """Show the chat in a tab and wait until it is connected."""
        tab.open(self.page)
        tab.wait_for(IS_ONLINE)
        return tab

    def sender_id(self) -> str:
        """The id that the server gave this browser; scripts cannot read it."""
        cookies = self.call("Network.getCookies", urls=[self.page])["cookies"]
        return str(cookies[0]["value"]).split(".")[0]

    def told(self, text: str, **filled: object) -> None:
        """Send a clerk's message to the page, as a response with these values."""
        store = open_store(self.rasa.var / "trackers.db")
        asyncio.run(add(store, self.sender_id(), BotUttered(text, metadata=filled)))


def wait_arrived(tab: Tab, count: int, seconds: float = 90) -> None:
    """Wait until the server has so many messages of the conversation."""
    tab.wait_for(f"{ARRIVED} === {count}", seconds)


def texts(tab: Tab) -> list[str]:
    """Read the words of all messages on the page, each as one line."""
    return [" ".join(text.split()) for text in json.loads(tab.read(TEXTS))]
