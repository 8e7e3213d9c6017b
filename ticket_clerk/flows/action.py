"""The base of every action: its name, the container, one worker thread, and no silent error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from structlog.contextvars import bound_contextvars

from ticket_clerk.languages.domain import SLOT
from ticket_clerk.rasa import guest
from ticket_clerk.ticketing import metrics
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.reports.counts import count_talk
from ticket_clerk.understanding.language import speaking

from .handoff import without_noise
from .progress import new_stages
from .turn import APOLOGY, Domain, RasaEvents, Turn

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Of a response's name behind `utter_`. The first that fits: a message may be answered in part.
_PREFIXES = (
    ("error_", "refused"),
    ("fact_unknown", "unknown_topic"),
    ("not_understood_in_", "asked_again"),
    ("not_understood", "not_understood"),
    ("out_of_scope", "not_understood"),
)


class ClerkAction(Action):
    """An action of the clerk; Rasa's SDK makes one of each class without arguments.

    ``ActionStartCheckout`` answers to ``action_start_checkout``. ``answers``, a class's keyword,
    replies to a turn; it runs in a worker thread and may block. While operators have the
    conversation only what ``speaks_while_paused`` says anything.
    """

    speaks_while_paused: ClassVar[bool] = False
    _answers: ClassVar[staticmethod[[Turn], RasaEvents]]

    def __init_subclass__(cls, *, answers: Callable[[Turn], RasaEvents]) -> None:
        super().__init_subclass__()
        cls._answers = staticmethod(answers)

    def __init__(self, container: Container | None = None) -> None:
        """Keep the container, if there is one; otherwise the process's own is used."""
        self._container = container

    def name(self) -> str:
        """Rasa's name for it, made of the class's."""
        return _name_of(type(self))

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Answer whatever happens: an error of the core is a sentence to the buyer."""
        with metrics.timed(metrics.ACTION_SECONDS.labels(self.name())):
            events = await asyncio.to_thread(self._run, dispatcher, tracker, domain)
        outcome = outcome_of(message.get("response") for message in dispatcher.messages)
        # What speaks by itself answers no message.
        if outcome and not self.speaks_while_paused:
            metrics.ANSWERS.labels(outcome).inc()
        return events

    def _run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        # The same as in the lines of Rasa's server about this message.
        turn_id = bound_contextvars(turn_id=tracker.latest_message.get("message_id"))
        with turn_id, speaking(tracker.slots.get(SLOT)):
            return self._run_turn(dispatcher, tracker, domain)

    def _run_turn(
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
            events = _uncircled(turn, self._answers(turn))
            messages = without_noise(dispatcher.messages, is_told=bool(turn.just_told))
            is_left_unsaid = bool(dispatcher.messages) and not messages
            dispatcher.messages[:] = messages
            if is_left_unsaid:
                # The channel apologizes for a message that nothing is said to.
                turn.say("utter_just_told")
            # A turn that failed may have waited for the database long enough.
            self._count(turn)
            return events
        except PaymentError as exc:
            turn.say_error(exc)
        except Exception as exc:  # Rasa would drop the turn without a word to the buyer.
            turn.apologize(f"{type(exc).__name__} in {self.name()}")
        return []

    def _count(self, turn: Turn) -> None:
        said = [message.get("response") for message in turn.dispatcher.messages]
        # A form's validation comes before what answers, or is asked for a host's message.
        is_answer = not self.speaks_while_paused and not self.name().startswith("validate_")
        stages = new_stages(
            turn.tracker.events, said, is_answer=is_answer, is_ours=_clerk_names().__contains__
        )
        if stages:
            count_talk(turn.container, stages)


@cache
def _clerk_names() -> frozenset[str]:
    """Names of all actions of the clerk: Rasa's SDK has loaded them when the first one runs."""
    kinds, names = list(ClerkAction.__subclasses__()), set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names.add(_name_of(kind))
    return frozenset(names)


def _name_of(kind: type) -> str:
    return _WORD.sub("_", kind.__name__).lower()


def outcome_of(responses: Iterable[str | None]) -> str | None:
    """Return what became of a message, by the responses that answer it.

    ``answered`` where all went well; None where nothing was said.
    """
    said = [response.removeprefix("utter_") for response in responses if response]
    if APOLOGY.removeprefix("utter_") in said:
        return "error"
    for prefix, outcome in _PREFIXES:
        if any(response.startswith(prefix) for response in said):
            return outcome
    return "answered" if said else None


def _uncircled(turn: Turn, events: RasaEvents) -> RasaEvents:
    """Leave out that a form starts which this message has started before.

    Rasa would go round until its circuit breaker, and the conversation would be dead
    (rasa/core/processor.py).
    """
    circle = [e for e in events if e["event"] == "followup" and turn.has_started(e["name"])]
    if circle:
        turn.apologize(f"{circle[0]['name']} was started twice")
    return [event for event in events if event not in circle]
