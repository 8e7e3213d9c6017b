"""Another price is asked for: the one that was named is fixed."""

from __future__ import annotations

from ticket_clerk.understanding.payments.haggling import haggles
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from ..browse import subject_of, tell_price
from ..facts import answer_topic
from ..turn import RasaEvents, Turn

_REDUCED = TopicMatch("discounts", SURE_TOPIC)


def answer_haggling(turn: Turn) -> tuple[RasaEvents, list[str]] | None:
    """Say that no price is reduced, and outside of a form what the show that is spoken of costs.

    Returns what happened with the questions of the message that are about something else. None
    where nobody haggles. Nothing is bought or changed by it.
    """
    if turn.utterance.is_command or turn.utterance.selected or not haggles(turn.text):
        return None
    events = answer_topic(turn, _REDUCED)
    shows, _ = subject_of(turn)
    if turn.active_form is None and len(shows) == 1:
        events = [*events, *tell_price(turn)]
    others = [one for one in turn.clauses.questions if not haggles(one) and len(one.split()) > 2]
    return events, others
