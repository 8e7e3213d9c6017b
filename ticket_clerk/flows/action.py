"""The base of every action: its name, the container, one worker thread, and no silent error."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from typing import ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.rasa import guest
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import PaymentError

from .handoff import without_noise
from .turn import Domain, RasaEvents, Turn

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ClerkAction(Action, ABC):
    """An action of the clerk; Rasa's SDK makes one of each class without arguments.

    ``ActionStartCheckout`` answers to ``action_start_checkout``. While operators have the
    conversation only what ``speaks_while_paused`` says anything.
    """

    speaks_while_paused: ClassVar[bool] = False

    def __init__(self, container: Container | None = None) -> None:
        """Keep the container, if there is one; otherwise the process's own is used."""
        self._container = container

    def name(self) -> str:
        """Rasa's name for it, made of the class's."""
        return _WORD.sub("_", type(self).__name__).lower()

    @abstractmethod
    def answer(self, turn: Turn) -> RasaEvents:
        """Reply to the turn; runs in a worker thread and may block."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Answer whatever happens: an error of the core is a sentence to the buyer."""
        return await asyncio.to_thread(self._run, dispatcher, tracker, domain)

    def _run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        tracker.latest_message = guest.own_message(tracker.latest_message)
        if self.name().startswith("validate_") and guest.is_for_host(tracker.latest_message):
            # No slot is filled, so Rasa rejects the form, and the host's own rules answer.
            return []
        turn = Turn(self._container, dispatcher, tracker, domain)
        if tracker.is_paused() and not self.speaks_while_paused:
            return []
        try:
            events = self.answer(turn)
            dispatcher.messages[:] = without_noise(dispatcher.messages)
            return events
        except PaymentError as exc:
            turn.say_error(exc)
        except Exception as exc:  # Rasa would drop the turn without a word to the buyer.
            turn.apologize(f"{type(exc).__name__} in {self.name()}")
        return []
