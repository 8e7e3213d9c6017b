"""What has no answer here, and who may know it; the language of a message, loaded or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from babel.lists import format_list
from rasa_sdk.events import SlotSet

from ticket_clerk.languages.domain import SLOT
from ticket_clerk.languages.foreign import (
    FEWEST_WORDS,
    foreign_language,
    regret,
    written_language,
)
from ticket_clerk.languages.topics import NONE
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.facts import SHOP, Place, Scope
from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.clauses import is_fragment
from ticket_clerk.understanding.language import loaded_codes, spoken

from .replies import Reply
from .turn import SURE_NONE, RasaEvents, Turn

# Topics of what a buyer feels, and not of what is for sale.
FEELINGS = frozenset({"complaint", "distress"})
LONGEST_QUOTE = 80
_UNKNOWN = frozenset(
    {"utter_fact_unknown", "utter_fact_unknown_at_venue", "utter_fact_unknown_to_all"}
)
LEAST_WORDS = 3
# Links, addresses and what a channel may take for markup are not said back.
_UNQUOTED = re.compile(
    r"<[^<>\s]*>|[^\s<>]*(?:[@/\\]|\.[^\W\d]{2,})[^\s<>]*|[^\w\s.,;:!?'’$€£&%-]|(?<!\w)_|_(?!\w)"
)


def quoted(turn: Turn) -> str:
    """Return what was asked as it is said back.

    A word or two of a longer message say nothing alone: then the message is.
    """
    typed = turn.utterance.typed
    return plain_quote(typed if len(typed.split()) >= LEAST_WORDS else turn.message.typed)


def plain_quote(text: str) -> str:
    """Return a buyer's words as one short line without links, addresses or markup."""
    plain = " ".join(_UNQUOTED.sub(" ", text).split()).strip(" .,;:!?-")
    if len(plain) <= LONGEST_QUOTE:
        return plain
    return f"{plain[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"


def asks_fact(turn: Turn) -> bool:
    """Return whether a question may be one of a shop's, whatever it is about.

    "Is that possible?" beside something else only leans on it.
    """
    typed = turn.utterance.typed
    is_beside = is_fragment(turn.text) and typed != turn.message.typed
    is_none = turn.topics.scores(typed, language=spoken().code)[NONE] >= SURE_NONE
    return bool(turn.clauses.questions) and not (is_beside or is_none)


def is_feeling(turn: Turn) -> bool:
    """Return whether a buyer surely tells how they feel, and asks for no person."""
    topic = turn.topic
    is_sure = turn.is_about_topic and turn.utterance.intent != "human_handoff"
    return is_sure and topic is not None and topic.topic_id in FEELINGS


def say_unanswered(turn: Turn, show: Show | None = None) -> RasaEvents:
    """Say that a question has no answer, and who may have one; the venue, if a show is given.

    What is none of a shop's questions is turned down with what the clerk is for.
    """
    known = unknown_reply(turn, question_line(turn), show) if asks_fact(turn) else None
    turn.say(known or "utter_out_of_scope")
    return []


def tell_with_doubt(turn: Turn, tell: Callable[[Turn], RasaEvents]) -> RasaEvents:
    """Answer by what a question is likeliest for, and say that it may be about something else."""
    messages = turn.dispatcher.messages
    at = len(messages)
    events = tell(turn)
    if messages[at:]:
        say_doubt(turn)
        messages.insert(at, messages.pop())
    return events


def say_doubt(turn: Turn) -> None:
    """Say that what follows may be no answer to the question."""
    turn.say("utter_perhaps", question=quoted(turn))


def question_line(turn: Turn, line: str = "utter_line_the_question") -> str:
    """Name what was asked by the buyer's own words."""
    return turn.line(line, question=quoted(turn))


def ask_us(turn: Turn) -> str:
    """Return the sentence that says where the shop is asked; empty where that isn't known."""
    contact = turn.catalog.facts.find(SHOP, "contact", spoken().code)
    return turn.line("utter_line_ask_us", contact=contact) if contact else ""


def unknown_reply(turn: Turn, about: str, show: Show | None = None) -> Reply:
    """Return the reply that names what isn't known, and whom to ask: the venue, else the shop."""
    facts = turn.catalog.facts
    if show:
        venue = Place(Scope.VENUE, show.venue)
        if said := facts.find(venue, "contact", spoken().code):
            values = {"about": about, "venue": venue.id, "contact": said}
            return Reply("utter_fact_unknown_at_venue", values)
    if said := facts.find(SHOP, "contact", spoken().code):
        return Reply("utter_fact_unknown", {"about": about, "contact": said})
    return Reply("utter_fact_unknown_to_all", {"about": about})


def say_unknown_once(turn: Turn, first: int) -> None:
    """Say in one sentence what isn't known, of the messages from one on, where the same may know.

    "I don't know when the doors open or whether there is food" asks nobody twice.
    """
    messages = turn.dispatcher.messages
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for message in messages[first:]:
        if message.get("response") in _UNKNOWN:
            whom = (message["response"], message.get("venue"), message.get("contact"))
            alike.setdefault(whom, []).append(message)
    for (response, *_), same in alike.items():
        if len(same) < 2:
            continue
        at = messages.index(same[0])
        about = list(dict.fromkeys(str(one["about"]) for one in same))
        values = {name: same[0][name] for name in ("venue", "contact") if name in same[0]}
        turn.say(response, about=format_list(about, "or", locale=spoken().locale), **values)
        merged = messages.pop()
        messages[:] = [one for one in messages if one not in same]
        messages.insert(at, merged)


def say_foreign(turn: Turn) -> bool:
    """Tell in the language of the message which are spoken; False where it is one of them.

    A title that was offered and the names of what is for sale are of no language.
    """
    utterance = turn.utterance
    if utterance.selected or utterance.is_command:
        return False
    code = foreign_language(utterance.typed, loaded_codes())
    if code is not None:
        # The catalog is read for the few messages that may be foreign.
        code = foreign_language(utterance.typed, loaded_codes(), _names(turn))
    if code is not None:
        turn.dispatcher.utter_message(text=regret(code, loaded_codes()))
    return code is not None


def choose_language(turn: Turn) -> RasaEvents:
    """Choose the language of a conversation by what its buyer writes.

    One word decides while nothing has; to change it takes two. A title that was offered, a command
    and the names of what is for sale are of no language. Safe to repeat.
    """
    text, before = str(turn.tracker.latest_message.get("text") or ""), turn.slot(SLOT)
    if text.lstrip().startswith("/") or turn.is_offered(text):
        return []
    fewest = FEWEST_WORDS if before in loaded_codes() else 1
    code = written_language(text, loaded_codes(), fewest=fewest)
    if code in {None, before}:
        return []
    try:
        # The catalog is read for the few messages that may change it.
        code = written_language(text, loaded_codes(), _names(turn), fewest=fewest)
    except PaymentError:
        # The answer itself says what is wrong.
        return []
    return [] if code in {None, before} else [SlotSet(SLOT, code)]


def _names(turn: Turn) -> list[str]:
    shows = turn.catalog.shows
    sections = [section.name for show in shows for section in show.sections]
    aliases = [alias for show in shows for alias in show.aliases]
    return [*(show.name for show in shows), *aliases, *(show.venue for show in shows), *sections]
