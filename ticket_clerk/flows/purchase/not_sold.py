"""What is wanted beside tickets and isn't sold here: a parking pass, a program, popcorn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ticket_clerk.languages.topics import NONE
from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.answers import is_no, is_question, is_stop, is_yes
from ticket_clerk.understanding.clauses import split_joined
from ticket_clerk.understanding.intents import UNKNOWN, decide_intent
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.payments.extras import names_extra
from ticket_clerk.understanding.quantities import parse_increase, parse_quantity
from ticket_clerk.understanding.sections import names_section, section_of
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import normalize
from ticket_clerk.understanding.topics import LEAST_SCORE, SURE_TOPIC, TopicMatch

from ..browse import subject_of
from ..facts import answer_topic, tell_known
from ..turn import Turn

# Places that are booked with the house, wherever in a message they are wanted.
_WHEELCHAIR = frozenset({"wheelchair", "wheelchair_booking"})
# What can be had elsewhere.
_GOODS = frozenset("parking food merchandise included transport cloakroom".split())
_SOME = frozenset("a an some un una unos unas".split())
_SENTENCE = re.compile(r"(?<=[.!;])\s+")
# Whoever says more tells a story.
LONGEST_THING = 5


@dataclass(frozen=True)
class Unsold:
    """The turn without what isn't sold, and the topics of that, where it has any."""

    rest: Turn
    topics: tuple[TopicMatch | None, ...] = ()

    @property
    def is_all(self) -> bool:
        """Return whether nothing else was said: "and a parking pass"."""
        return bool(self.topics) and not self.rest.text

    def say(self, turn: Turn) -> None:
        """Say that nothing but tickets is sold, and what is known of the things, each once."""
        turn.say("utter_not_sold_here")
        for topic in dict.fromkeys(filter(None, self.topics)):
            tell = answer_topic if topic.topic_id in _WHEELCHAIR else tell_known
            tell(turn, topic, *subject_of(turn))


def find_unsold(turn: Turn) -> Unsold:
    """Separate what isn't sold here from the rest of a message that is about a purchase.

    Only what stands behind an "and", a "plus" or a "with" is such a thing; a place, a show, a day,
    a number of people or an answer never is. A place for a wheelchair is one anywhere.
    """
    if turn.utterance.selected or turn.utterance.is_command:
        return Unsold(turn)
    first, others = split_joined(turn.utterance.typed)
    parts = [
        (joint if at == 0 else " ", sentence)
        for joint, part in (("", first), *others)
        for at, sentence in enumerate(_SENTENCE.split(part))
    ]
    things = [part for joint, part in parts if _is_thing(turn, part, is_joined=bool(joint.strip()))]
    if not things:
        return Unsold(turn)
    (_, begin), *rest = [pair for pair in parts if pair[1] not in things] or [("", "")]
    kept = begin + "".join(joint + part for joint, part in rest)
    topics = dict.fromkeys(_goods(turn, thing) for thing in things)
    return Unsold(turn.about(kept.strip(" ,"), is_aside=True), tuple(topics))


def _is_for_wheelchair(turn: Turn, part: str) -> bool:
    scores = turn.topics.scores(part, language=spoken().code)
    return sum(scores[topic_id] for topic_id in _WHEELCHAIR) >= SURE_TOPIC


def _goods(turn: Turn, part: str) -> TopicMatch | None:
    """Return the topic of what can be had elsewhere, likelier than that words are about none."""
    if _is_for_wheelchair(turn, part):
        return TopicMatch("wheelchair_booking", SURE_TOPIC)
    scores = turn.topics.scores(part, language=spoken().code)
    best = max(_GOODS, key=lambda topic_id: scores[topic_id])
    is_likely = scores[best] >= max(LEAST_SCORE, scores[NONE])
    return TopicMatch(best, scores[best]) if is_likely else None


def _is_thing(turn: Turn, part: str, *, is_joined: bool) -> bool:
    text = spoken().translate(part)
    if not part.strip() or part.rstrip().endswith("?") or is_question(text):
        return False
    is_place = _is_for_wheelchair(turn, part)
    if is_place or not is_joined:
        return is_place
    if not 0 < len(text.split()) <= LONGEST_THING or _is_of_purchase(turn, text):
        return False
    # "With a hotel room" names a thing, "and the dog wants out" tells something.
    is_named = not _SOME.isdisjoint(normalize(part).split()[:1])
    is_strange = is_named and decide_intent(part, UNKNOWN) == "out_of_scope"
    return is_strange or _goods(turn, part) is not None


def _is_of_purchase(turn: Turn, text: str) -> bool:
    """Return whether words say something that the purchase itself reads."""
    if is_yes(text, "") or is_no(text, "") or is_stop(text) or names_section(text):
        return True
    if parse_quantity(text, asked=False) is not None or parse_increase(text):
        return True
    named, shows = parse_shows(text, turn.catalog.shows, turn.now), subject_of(turn)[0]
    sections = [section_of(text, show) for show in shows]
    return bool(named.shows or named.has_hint or any(sections)) or _is_extra(text, shows)


def _is_extra(text: str, shows: Sequence[Show]) -> bool:
    """Return whether a show sells it with its seats."""
    return any(names_extra(text, extra) for show in shows for extra in show.extras)
