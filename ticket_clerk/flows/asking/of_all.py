"""A fact of many shows in one answer: "which of your halls have a lift?"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ticket_clerk.languages.topics import Topic
from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.times.ages import least_age, parse_ages

from ..replies import Reply, lines
from ..show_lists import LONGEST_LIST
from ..turn import Turn

_SENTENCE = re.compile(r"(?<=[.;!])\s+")
MOST_NAMED = 6


def facts_reply(
    turn: Turn, topic: Topic, told: Sequence[tuple[Show, str, str | None]]
) -> Reply | None:
    """Tell a fact for several shows, alike ones together, and for which it isn't known.

    ``told`` has each show, the place that its fact would be of, and the fact. None where nothing is
    known.
    """
    known: dict[str, dict[str, None]] = {}
    for _, place, fact in told:
        if fact is not None:
            known.setdefault(_gist(fact, topic), {})[place] = None
    if not known:
        return None
    unknown = dict.fromkeys(place for _, place, fact in told if fact is None)
    rest = turn.line("utter_line_facts_unknown", places=_names(turn, unknown)) if unknown else ""
    if (ages := parse_ages(turn.message.text)) and topic.id == "age":
        return _age_reply(turn, min(ages), told, rest)
    listed = list(known.items())
    shown = [
        turn.line("utter_line_fact", places=", ".join(places), fact=fact.rstrip(".;"))
        for fact, places in listed[:LONGEST_LIST]
    ]
    hidden = [place for _, places in listed[LONGEST_LIST:] for place in places]
    more = turn.line("utter_line_facts_more", places=_names(turn, hidden)) if hidden else ""
    return Reply("utter_facts", {"facts": lines(shown), "more": more, "unknown": rest})


def _age_reply(
    turn: Turn, age: int, told: Sequence[tuple[Show, str, str | None]], rest: str
) -> Reply:
    """Tell which shows let in somebody of an age, and which don't."""
    known = {place: fact for _, place, fact in told if fact is not None}
    against = [place for place, fact in known.items() if (least_age(fact) or 0) > age]
    fitting = {place: fact for place, fact in known.items() if place not in against}
    more = turn.line("utter_line_not_at_age", shows=_names(turn, against)) if against else ""
    values = {"age": age, "more": more, "unknown": rest}
    if not fitting:
        return Reply("utter_nothing_at_age", values)
    return Reply("utter_shows_at_age", {**values, "facts": _listed(turn, fitting)})


def _listed(turn: Turn, facts: Mapping[str, str]) -> str:
    pairs = list(facts.items())[:LONGEST_LIST]
    return lines(turn.line("utter_line_fact", places=place, fact=fact) for place, fact in pairs)


def _names(turn: Turn, places: Sequence[str] | Mapping[str, None]) -> str:
    """Name a few places, and how many others there are."""
    named, others = list(places)[:MOST_NAMED], list(places)[MOST_NAMED:]
    more = turn.line("utter_line_others", more=len(others)) if others else ""
    return f"{', '.join(named)}{more}"


def _gist(fact: str, topic: Topic) -> str:
    """Return the sentence of a fact that is about a topic by its words, else the first one."""
    sentences = _SENTENCE.split(fact)
    words = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in topic.mentions]
    telling = (one for one in sentences if any(word.search(one) for word in words))
    return next(telling, sentences[0])
