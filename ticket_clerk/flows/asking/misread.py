"""Whoever says that the answer was none to their question: what was understood, and what else."""

from __future__ import annotations

from ticket_clerk.languages.topics import NONE, topics
from ticket_clerk.understanding.answers import is_question
from ticket_clerk.understanding.asking.kinds import was_misread
from ticket_clerk.understanding.language import spoken

from ..form import LIKELY_TOPIC
from ..replies import buttons
from ..turn import Turn
from ..unanswered import FEELINGS, ask_us, plain_quote

_SAID = frozenset({"utter_misread", "utter_misread_unknown"})
# A reading that is less likely than this is none.
LEAST_READING = 0.03
OFFERED = 2


def say_misread(turn: Turn) -> bool:
    """Offer the next readings of the question before; False where this message says it anew."""
    if not was_misread(turn.text) or _says_anew(turn):
        return False
    is_asked = is_question(spoken().translate(turn.message_before))
    if not (is_asked or turn.was_said_in_each(_SAID, turns=1)):
        # Of what was ordered something else is to be changed.
        return False
    question = plain_quote(turn.message_before)
    ask = ask_us(turn)
    taken, *others = _readings(turn, turn.message_before) or [""]
    if turn.was_said_in_each(_SAID, turns=1):
        turn.say("utter_misread_again", ask=ask)
    elif not others:
        turn.say("utter_misread_unknown", question=question, ask=ask)
    else:
        values = {"question": question, "taken": taken, "ask": ask}
        turn.say("utter_misread", **values, buttons=buttons(others))
    return True


def _says_anew(turn: Turn) -> bool:
    """Return whether the complaint has what is asked in it: "no, I asked about a lift"."""
    best = turn.topic
    return best is not None and best.score >= LIKELY_TOPIC and best.topic_id not in FEELINGS


def _readings(turn: Turn, question: str) -> list[str]:
    """Name what a question may be about, the likeliest first; each name is found as its topic."""
    scores = turn.topics.scores(question, language=spoken().code)
    ours, place = topics(spoken().code), turn.line("utter_line_the_show")
    likely = sorted(scores, key=lambda one: -scores[one])
    found: list[str] = []
    for topic_id in likely:
        if topic_id == NONE or topic_id not in ours or scores[topic_id] < LEAST_READING:
            continue
        about = ours[topic_id].about.format(place=place)
        match = turn.topics.find(about, language=spoken().code)
        if match and match.topic_id == topic_id:
            found.append(about)
        if len(found) > OFFERED:
            break
    return found
