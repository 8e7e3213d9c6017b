"""A buyer's last message as flows read it: text, intent, and what was offered that it selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .intents import UNKNOWN, Rewrite, decide_intent
from .language import spoken
from .text import normalize
from .vocabulary import is_kind

# A yes costs money: below this the intent alone is none.
CONSENT_CONFIDENCE = 0.6
# A shorter beginning of a title may be anything.
SHORTEST_BEGINNING = 4


@dataclass(frozen=True)
class Utterance:
    """A buyer's sentence, its intent, and what the NLU tagged as an event.

    ``text`` is what parsers read, with other languages' phrases in English; ``typed`` is what the
    buyer wrote, which classifiers of their language read. ``selected`` is the title of the last
    message's button that the sentence picks. ``is_aside`` says that it stands beside a question,
    so that not every number in it answers what was asked.
    """

    text: str
    intent: str
    named_event: bool = False
    selected: str | None = None
    typed: str = ""
    is_aside: bool = False

    @property
    def is_command(self) -> bool:
        """Return whether it is written in slash form, which never counts as an answer."""
        return self.text.lstrip().startswith("/")


def clause_of(
    utterance: Utterance,
    clause: str,
    message: Mapping[str, Any],
    without_names: Rewrite,
    *,
    is_aside: bool = False,
) -> Utterance:
    """Read one clause of a message of Rasa's as an utterance of its own."""
    return replace(
        utterance,
        text=spoken().translate(clause),
        intent=_intent(clause, message, without_names),
        named_event=_names_event(message, clause),
        selected=None,
        typed=clause,
        is_aside=is_aside,
    )


def parse_utterance(
    message: Mapping[str, Any], titles: Sequence[str] = (), without_names: Rewrite = str
) -> Utterance:
    """Read a message of Rasa's; ``titles`` are those of the buttons that it may answer.

    ``without_names`` leaves the catalog's names out of a text.
    """
    text = message.get("text") or ""
    return Utterance(
        text=spoken().translate(text),
        intent=_intent(text, message, without_names),
        named_event=_names_event(message, text),
        selected=match_title(text, titles),
        typed=text,
    )


def _names_event(message: Mapping[str, Any], text: str) -> bool:
    """Return whether the NLU found the name of a show in this part of the message."""
    whole, found = message.get("text") or "", message.get("entities") or []
    events = [entity for entity in found if entity.get("entity") == "event"]
    names = [
        (str(one.get("value") or ""), whole[one.get("start") or 0 : one.get("end")])
        for one in events
    ]
    return any(words in text and not is_kind(value) for value, words in names)


def _intent(text: str, message: Mapping[str, Any], without_names: Rewrite) -> str:
    """Decide the intent; unless the words say it, a yes needs Rasa to be sure of it, too."""
    parsed = message.get("intent") or {}
    witness = str(parsed.get("name") or "")
    intent = decide_intent(text, witness, without_names)
    is_sure = witness == "affirm" and float(parsed.get("confidence", 1.0)) >= CONSENT_CONFIDENCE
    return UNKNOWN if intent == "affirm" and not is_sure else intent


def match_title(text: str, titles: Sequence[str]) -> str | None:
    """Find the title that a sentence is: as a whole, or the only one that begins with it."""
    normalized = normalize(text).strip(" .!")
    whole = [title for title in titles if normalize(title) == normalized]
    if whole or len(normalized) < SHORTEST_BEGINNING:
        return whole[0] if whole else None
    begun = [title for title in titles if normalize(title).startswith(f"{normalized} ")]
    return begun[0] if len(begun) == 1 else None
