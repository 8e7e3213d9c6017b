"""A simulated buyer: asks, reads, answers, confirms and pays.

They agree only to a summary that says what they want, and pay only behind a link that says so too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.conversations.simulated.chat import Chat
from tests.conversations.simulated.goals import BEFORE_LINK, REFUSED, Goal
from tests.conversations.simulated.market import Request
from tests.conversations.simulated.reading import LEFT, Answer, differences
from tests.conversations.simulated.voice import Voice
from tests.journeys.buyers import NEEDS_AUTHENTICATION, pay

PATIENCE_WITH_DEAFNESS = 3


class GaveUpError(Exception):
    """The buyer left without what they wanted; the message says why."""


@dataclass
class Memory:
    """State of a buyer during the conversation."""

    agreed: Request | None = None
    has_changed: bool = False
    was_refused: bool = False
    deafness: int = 0
    questions: int = 0
    unwanted: list[str] = field(default_factory=list)


class SimulatedBuyer:
    """A buyer with a goal. ``run`` succeeds or raises :class:`GaveUpError`."""

    def __init__(self, goal: Goal, chat: Chat, rng: random.Random) -> None:
        """Nothing has been said yet."""
        self.goal = goal
        self.chat = chat
        self.rng = rng
        self.voice = Voice(goal, rng)
        self.request = goal.first
        self.memory = Memory()

    def buy(self) -> str | None:
        """Talk until the order is paid and confirmed, and return its number; None if refused."""
        answer = self.say(self.voice.open(self.request))
        while True:
            if self._is_refused(answer):
                if self.goal.kind in REFUSED:
                    return self._leave()
                reply = self._change()
            elif answer.step == "link":
                reply = self._at_link(answer)
                if reply is None:
                    return self._end_with_link(*answer.link())
            else:
                reply = self._reply(answer)
            answer = self.say(reply)

    def say(self, text: str) -> Answer:
        """Say something, unless patience is at its end."""
        if self.chat.turns >= self.goal.patience:
            raise GaveUpError("out of patience")
        answer = self.chat.say(text)
        self.memory.deafness = self.memory.deafness + 1 if answer.is_lost else 0
        if self.memory.deafness >= PATIENCE_WITH_DEAFNESS:
            raise GaveUpError("not understood three times in a row")
        return answer

    def _reply(self, answer: Answer) -> str:
        """Answer what was asked, or ask and change one's mind first."""
        step = answer.step
        if self.goal.kind == "season" and (answer.is_busy or step == "other"):
            return "stop" if answer.is_busy else self.voice.open(self.request)
        if self.memory.was_refused and answer.refuses(self.goal.kind):
            return self.voice.plainly(self._what_changes(), self.request)
        if self.goal.style == "distracted" and self._asks_back(step):
            return self.voice.say("question", self.request)
        if step in {"show", "section", "quantity", "summary"} and self._changes_now(step):
            change = self._change()
            no = [title for title in answer.buttons if title.lower() == "no"]
            return no[0] if no and self.rng.random() < 0.3 else change
        if step == "summary":
            return self._at_summary(answer)
        if step in {"show", "section", "quantity"}:
            return self._answer_slot(step, answer)
        if step == "change":
            return self.voice.say(self._what_changes(), self.request)
        return self.voice.plainly("again", self.request)

    def _asks_back(self, step: str) -> bool:
        is_asked = step in {"show", "section", "quantity", "summary"}
        if not is_asked or self.memory.questions >= PATIENCE_WITH_DEAFNESS:
            return False
        asks = self.rng.random() < 0.6
        self.memory.questions += asks
        return asks

    def _answer_slot(self, slot: str, answer: Answer) -> str:
        """Say show, section or number: in their words, by a button, or plainly after a failure."""
        name = {"show": self.request.show.name, "section": self.request.section.name}.get(slot, "")
        button = next((title for title in answer.buttons if title and name and name in title), None)
        if button and self.rng.random() < (0.5 if self.goal.style == "terse" else 0.2):
            return button
        if answer.is_lost:
            return self.voice.plainly(slot, self.request)
        return self.voice.say(slot, self.request)

    def _at_summary(self, answer: Answer) -> str:
        wrong = differences(answer.offer(), self.request)
        if wrong:
            what = wrong[0] if wrong[0] != "total" else "section"
            return self.voice.plainly(f"fix {what}", self.request)
        self.memory.agreed = self.request
        yes = [title for title in answer.buttons if title.lower().startswith("yes")]
        if yes and self.rng.random() < 0.3:
            return yes[0]
        return self.voice.say("agree", self.request)

    def _at_link(self, answer: Answer) -> str | None:
        """Read what the link is for; None when it is to be paid."""
        is_agreed = self.memory.agreed and not differences(answer.offer(), self.memory.agreed)
        if not is_agreed:
            self.memory.unwanted.append(answer.link()[0])
        if self.goal.changes_at == "link" and not self.memory.has_changed:
            return self._change()
        if differences(answer.offer(), self.request):
            return self.voice.say("undo", self.request)
        return None

    def _changes_now(self, step: str) -> bool:
        # The summary is the last moment for who was asked nothing else.
        is_now = self.goal.changes_at == "question" or step == "summary"
        return is_now and self.goal.changes_at in BEFORE_LINK and not self.memory.has_changed

    def _change(self) -> str:
        self.memory.has_changed = True
        self.request = self.goal.request
        return self.voice.say(self._what_changes(), self.request)

    def _what_changes(self) -> str:
        first, last = self.goal.first, self.goal.request
        if first.show != last.show:
            return "change show"
        return "change section" if first.section != last.section else "change quantity"

    def _is_refused(self, answer: Answer) -> bool:
        """Return whether this is the first refusal, or the price is too high."""
        if self.memory.was_refused:
            return False
        if self.goal.budget is None:
            self.memory.was_refused = answer.refuses(self.goal.kind)
        else:
            self._look_at_prices(answer)
        return self.memory.was_refused

    def _look_at_prices(self, answer: Answer) -> None:
        """Take the best of the sections that are named which one can pay for, if there is any."""
        named = [part for part in self.request.show.sections if answer.has_price(part)]
        can_pay = [part for part in named if part.price <= (self.goal.budget or 0)]
        self.memory.was_refused = bool(named) and not can_pay
        if can_pay:
            self.request = Request(self.request.show, can_pay[-1], self.request.quantity)

    def _leave(self) -> None:
        """Leave without tickets; the clerk must let them."""
        situation = "too dear" if self.goal.kind == "too dear" else "leave"
        answer = self.say(self.voice.say(situation, self.request))
        if not LEFT.search(answer.text):
            answer = self.say(self.voice.say("no more", self.request))
        if not LEFT.search(answer.text):
            raise GaveUpError("was not let go")

    def _end_with_link(self, order_id: str, link: str) -> str:
        if self.goal.kind != "cancel":
            self.pay(order_id, link)
        return order_id

    def pay(self, order_id: str, link: str) -> None:
        """Pay on the page, with one card after the other, and receive the confirmation."""
        for card in self.goal.cards:
            self.chat.note(f"(on the page: card {card})")
            pay(link, card, press="authenticate" if card == NEEDS_AUTHENTICATION else None)
        self.chat.wait_until_order(order_id, "paid")
        answer = self.chat.say(self.voice.say("paid", self.request))
        self.chat.turns -= 1  # What is counted is the talk that led to the payment.
        if not ("confirmed" in answer.text and order_id in answer.text):
            raise GaveUpError("paid, and no confirmation")
