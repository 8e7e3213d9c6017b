"""The confirmation form: quote, summary, explicit yes, execution.

All that costs or moves money is a form of this kind. What differs is how a sentence changes the
request, what is asked, and what is executed; how a yes counts, what an interruption is and how a
form ends is the same for all.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rasa_sdk.events import SlotSet

from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.understanding.text import order_numbers

from .handoff import offer_operator
from .order_status import status_replies
from .replies import Reply
from .step import Step, confirm
from .turn import RasaEvents, Turn, say_each, start

log = logging.getLogger(__name__)

QUOTE = "quoted_amount"
# No rule answers these while a form is active (data/rules): they are always the form's own.
WITHOUT_RULE = frozenset({"inform", "affirm", "deny", "nlu_fallback"})


class Request(Protocol):
    """What a form collects; ``asked`` is the slot that the buyer was asked for last."""

    @property
    def asked(self) -> str | None:
        """The slot that was asked for."""
        ...

    @property
    def confirmed(self) -> bool | None:
        """Return whether the buyer said yes to the summary."""
        ...


R = TypeVar("R", bound=Request)


class ConfirmationForm(ABC, Generic[R]):
    """Reads a request from slots, applies one sentence a turn, and writes it back.

    ``intent`` is the one that starts it: no rule answers that while it is active.
    ``nothing_done`` is said to who leaves it, where what is executed
    then does not say so itself.
    """

    name: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    consent: ClassVar[str]
    intent: ClassVar[str]
    not_understood: ClassVar[Reply]
    nothing_done: ClassVar[Reply | None] = None

    @abstractmethod
    def read(self, turn: Turn) -> R:
        """Read the request from the slots, whose values may be anything."""

    @abstractmethod
    def write(self, request: R) -> Mapping[str, Any]:
        """Give the slots their values."""

    @abstractmethod
    def next_question(self, request: R) -> str | None:
        """Return the slot to ask for next; None when the buyer has agreed."""

    @abstractmethod
    def advance(self, turn: Turn, before: R) -> Step[R]:
        """Apply the utterance to the request."""

    def validate(self, turn: Turn) -> RasaEvents:
        """Fill the slots that the utterance answers; none where another rule answers it."""
        before = self.read(turn)
        if turn.is_interrupted(self.name):
            return [SlotSet("requested_slot", before.asked)]
        try:
            step = self._step(turn, before)
        except PaymentError as exc:
            # The question that follows meets the same trouble and says so.
            log.warning("flows.form.failed form=%s code=%s", self.name, exc.code)
            return [SlotSet(self.consent, None)]
        say_step(turn, step.replies)
        if not step.is_answered:
            return []
        if step.is_over:
            if self.nothing_done and not step.replies:
                turn.say(self.nothing_done)
            return [*self.fresh_slots(), SlotSet("requested_slot", None)]
        return self.slot_events(step.request)

    def _step(self, turn: Turn, before: R) -> Step[R]:
        if before.asked and turn.utterance.is_command:
            # Slash commands never count as consent.
            return Step(confirm(before, None), (self.not_understood,))
        step = self.advance(turn, before)
        if step.is_answered or turn.utterance.intent not in {*WITHOUT_RULE, self.intent}:
            return step
        # No rule would answer: Rasa would say nothing at all.
        named = [order for order in turn.orders if order.id in order_numbers(turn.text)]
        replies = status_replies(turn, named) or [self.not_understood]
        return Step(confirm(before, None), tuple(replies))

    def slot_events(self, request: R) -> RasaEvents:
        """Write the request and the next question into the slots."""
        slots = {**self.write(request), "requested_slot": self.next_question(request)}
        return [SlotSet(name, value) for name, value in slots.items()]

    def fresh_slots(self) -> RasaEvents:
        """Empty all slots of the form."""
        return [SlotSet(name, None) for name in self.slots]

    def ask_again(self, *open_slots: str) -> RasaEvents:
        """Continue the form after clearing the named slots and the confirmation."""
        return start(self.name, **dict.fromkeys((*open_slots, self.consent)))


def quote(amount: int) -> RasaEvents:
    """Store the amount that a summary shows, in minor units; only this is confirmed."""
    return [SlotSet(QUOTE, amount)]


def quoted_amount(turn: Turn) -> int | None:
    """Read the amount that the summary showed, for comparison with the price only."""
    value = turn.slot(QUOTE)
    is_amount = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_amount else None


def say_step(turn: Turn, replies: Iterable[Reply]) -> None:
    """Send a form's replies, and offer an operator after three misunderstood turns."""
    replies = tuple(replies)
    say_each(turn, replies)
    offer_operator(turn, replies)
