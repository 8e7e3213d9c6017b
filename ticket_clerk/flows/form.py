"""The confirmation form: quote, summary, explicit yes, execution.

All that costs or moves money is a form of this kind. What differs is how a sentence changes the
request, what is asked, and what is executed; how a yes counts, what an interruption is and how a
form ends is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rasa_sdk.events import SlotSet

from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.understanding.intents import UNCLEAR, UNKNOWN
from ticket_clerk.understanding.orders import wants_to_buy

from .handoff import offer_operator
from .replies import MOST_BUTTONS, Reply, buttons, lines, order_values
from .step import Step, confirm
from .turn import RasaEvents, Turn, say_each, start

QUOTE = "quoted_amount"
# Said without the form of a question, a topic must be this likely.
LIKELY_TOPIC = 0.4
# So many messages in a row that were not about it leave a form.
MOST_UNRELATED = 2
_WHICH_AGAIN = "utter_ask_order_again"
_NOT_UNDERSTOOD = "utter_not_understood"
# What starts a form of its own, and takes the place of the one that is active.
STARTING = frozenset({"buy_tickets", "request_refund", "upgrade_seat", "subscribe_season_tickets"})


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

    ``intent`` is the one that starts it; ``nothing_done`` is said to who leaves it;
    ``repeats_terms`` says that its question, asked again, answers questions about its terms, but
    those of the topics ``beyond_terms``;
    ``agrees_beside_questions`` that "yes please. Do I pay twice?" is a yes. ``topics`` are those of
    questions about it; where it has none, all questions may be. What a turn does with it is in
    dialogue.py.
    """

    name: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    consent: ClassVar[str]
    intent: ClassVar[str]
    not_understood: ClassVar[Reply]
    nothing_done: ClassVar[Reply | None] = None
    repeats_terms: ClassVar[bool] = True
    beyond_terms: ClassVar[frozenset[str]] = frozenset()
    agrees_beside_questions: ClassVar[bool] = False
    topics: ClassVar[frozenset[str]] = frozenset()

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

    def hears_yes(self, turn: Turn) -> bool:
        """Return whether a yes may be to what was summed up last."""
        return True

    def takes_whole(self, turn: Turn) -> bool:
        """Return whether a message is the form's as a whole, its questions included."""
        return False

    def takes_question(self, turn: Turn, question: str) -> bool:
        """Return whether a question of a message that is the form's belongs to what it says."""
        return True

    def agrees_beside(self, turn: Turn) -> bool:
        """Return whether a yes counts beside what a message asks."""
        return self.agrees_beside_questions

    def agrees_to_same(self, turn: Turn, before: R) -> bool:
        """Return whether a sentence beside a question orders just what is summed up."""
        return False

    def contradicts(self, said: Turn, before: R) -> bool:
        """Return whether what stands beside a yes has a number that what is summed up has not."""
        return False

    def goes_on(self, said: Turn, before: R) -> bool:
        """Return whether what stands beside a yes is wanted next, and changes nothing of it."""
        return False

    def concerns(self, turn: Turn) -> bool:
        """Return whether a message may be about the form, which is left where two are not.

        Whatever is asked may be, where the form names no topics of its own. Words that nobody
        understands may be an answer, where the form has had one since it started.
        """
        topic, intent = turn.topic, turn.utterance.intent
        if topic is not None and topic.score >= LIKELY_TOPIC:
            return not self.topics or topic.topic_id in self.topics
        if intent in UNCLEAR:
            is_answered = turn.messages_in_form > MOST_UNRELATED
            return bool(turn.clauses.questions) or (intent == UNKNOWN and is_answered)
        return not self.topics or intent in {self.intent, "affirm", "deny", "inform"}

    def is_elsewhere(self, turn: Turn) -> bool:
        """Return whether what is wanted starts something that this form is no place for.

        "Two tickets" alone may be how many go back.
        """
        intent = turn.utterance.intent
        is_bought = intent != "buy_tickets" or wants_to_buy(turn.text, turn.orders)
        return intent in STARTING - {self.intent} and is_bought

    def step(self, turn: Turn, before: R) -> Step[R]:
        """Apply the utterance, and answer for it where it is nothing but an order number."""
        if before.asked and turn.utterance.is_command:
            # Slash commands never count as consent.
            return Step(confirm(before, None), (self.not_understood,))
        return self.advance(turn, before)

    def leave(self, turn: Turn, replies: Iterable[Reply] = ()) -> RasaEvents:
        """End the form without executing anything, and say that nothing was done."""
        replies = tuple(replies)
        say_step(turn, replies)
        if self.nothing_done and not replies:
            turn.say(self.nothing_done)
        return self.end()

    def slot_events(self, request: R) -> RasaEvents:
        """Write the request and the next question into the slots."""
        slots = {**self.write(request), "requested_slot": self.next_question(request)}
        return [SlotSet(name, value) for name, value in slots.items()]

    def fresh_slots(self) -> RasaEvents:
        """Empty all slots of the form."""
        return [SlotSet(name, None) for name in self.slots]

    def is_blank(self, request: R) -> bool:
        """Return whether the buyer has said nothing yet that leaving the form would lose."""
        return not any(self.write(request).values())

    def end(self) -> RasaEvents:
        """End the form without a word and without executing anything."""
        return [*self.fresh_slots(), SlotSet("requested_slot", None)]

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


def ask_paid_order(turn: Turn, paid: Iterable[Order], question: str, button: str) -> RasaEvents:
    """Ask which order is meant, with buttons that say their numbers.

    Where it was asked before a message that it has no answer to, it says what would be one.
    """
    is_answered = any(not str(said).startswith(_NOT_UNDERSTOOD) for said in turn.said)
    is_again = not is_answered and turn.was_said_in_each({question, _WHICH_AGAIN}, turns=1)
    values = [{**order_values(order, turn.now), "quantity": order.tickets_left} for order in paid]
    titles = [turn.line(button, **value) for value in values]
    turn.say(
        _WHICH_AGAIN if is_again else question,
        orders=lines(turn.line("utter_line_paid_order", **value) for value in values),
        buttons=buttons(titles[:MOST_BUTTONS]),
    )
    return []


def say_step(turn: Turn, replies: Iterable[Reply]) -> None:
    """Send a form's replies, and offer an operator after three misunderstood turns."""
    replies = tuple(replies)
    say_each(turn, replies)
    offer_operator(turn, replies)
