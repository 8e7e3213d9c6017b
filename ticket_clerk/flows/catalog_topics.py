"""Questions that the catalog itself answers: other dates, what is sold, what is better, ages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ticket_clerk.ticketing.domain.facts import Place, Scope
from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.show_hints import names_house
from ticket_clerk.understanding.times.ages import least_age, parse_ages
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch
from ticket_clerk.understanding.vocabulary import kind_name

from .browse import subject_of
from .facts import answer_topic, tell_known
from .replies import Reply, lines, show_values
from .show_lists import remember
from .turn import RasaEvents, Turn

# A topic must be this likely to be answered from the catalog.
LEAST_LIKELY = 0.4
# Of each kind so many shows are named.
NAMED_OF_KIND = 2


def tell_from_catalog(turn: Turn) -> RasaEvents | None:
    """Answer a question whose topic the catalog knows by itself; None for any other."""
    topic = turn.topic
    tell = _TOLD.get(topic.topic_id) if topic and topic.score >= LEAST_LIKELY else None
    return tell(turn) if tell else None


def warn_of_age(turn: Turn) -> None:
    """Say from what age a show is, where an age speaks against it; each time once.

    The age may have been named in this message or in the one before it.
    """
    shows, _ = subject_of(turn)
    ages = parse_ages(f"{turn.message.typed}. {turn.message_before}")
    for show in shows if ages else ():
        fact = turn.catalog.facts.find(Place(Scope.SHOW, show.id), "age", spoken().code)
        least = least_age(fact or "")
        reply = Reply("utter_age_against", {"show": show.name, "age": fact, "least": least})
        is_told = any(fact in one.values() for one in turn.dispatcher.messages)
        if least and min(ages) < least and not (is_told or turn.was_said(reply)):
            turn.say(reply)


def title_of(show: Show) -> str:
    """Return the name of a show without what tells its performances apart: "(matinee)"."""
    return show.name.partition(" (")[0]


def _tell_other_dates(turn: Turn) -> RasaEvents | None:
    """Tell each date and place of the show that is spoken of."""
    shows, _ = subject_of(turn)
    titles = {title_of(show) for show in shows}
    if len(titles) != 1:
        return None
    title = titles.pop()
    dates = [show for show in turn.catalog.shows if title_of(show) == title]
    listed = [turn.line("utter_line_date", **show_values(show)) for show in dates]
    name = "utter_only_date" if len(dates) == 1 else "utter_all_dates"
    turn.say(name, show=title, dates=lines(listed))
    return remember(shows)


def _tell_kinds(turn: Turn) -> RasaEvents | None:
    """Name the kinds of shows, each with a show or two."""
    titles: dict[str, dict[str, None]] = {}
    for show in turn.catalog.shows:
        titles.setdefault(show.category or "", {})[title_of(show)] = None
    named = [
        turn.line(
            "utter_line_kind", kind=kind_name(kind), shows=", ".join(list(of)[:NAMED_OF_KIND])
        )
        for kind, of in titles.items()
        if kind
    ]
    if named:
        turn.say("utter_kinds", kinds="; ".join(named))
    return [] if named else None


def _tell_opinion(turn: Turn) -> RasaEvents | None:
    """Say that a program has no opinion, and what is known of the seats that are spoken of."""
    turn.say("utter_about_opinion")
    shows, _ = subject_of(turn)
    for show in shows if len(shows) == 1 else ():
        for section in show.sections:
            tell_known(turn, TopicMatch("section_where", SURE_TOPIC), [show], section)
    return []


def tell_contact(turn: Turn) -> RasaEvents | None:
    """Tell how the venue that is spoken of is reached; None where none is, or we are."""
    shows, _ = subject_of(turn)
    is_asked = turn.topic is not None and turn.topic.topic_id == "contact"
    if not (is_asked and shows and names_house(turn.text, [show.venue for show in shows])):
        return None
    return answer_topic(turn, TopicMatch("contact", SURE_TOPIC), shows)


_TOLD: Mapping[str, Callable[[Turn], RasaEvents | None]] = {
    "contact": tell_contact,
    "other_dates": _tell_other_dates,
    "kinds": _tell_kinds,
    "opinion": _tell_opinion,
}
