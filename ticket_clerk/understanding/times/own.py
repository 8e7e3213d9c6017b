"""Whose a time is: the day on which a show is, or when the buyer will do something themselves.

"I'll pay tomorrow" and "can I add one more on Friday?" name no day of a show, and nothing in them
is to be done now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..text import Span, blank_out, normalize
from .days import DAY_MONTH, MONTH_DAY, ORDINAL, WEEKDAY

_DAY = "|".join(
    re.sub(r"\?P<\w+>", "?:", pattern.pattern)
    for pattern in (MONTH_DAY, DAY_MONTH, WEEKDAY, ORDINAL)
)
# Of a day or a part of it, with the preposition that makes it the time of what is done.
_TIME = re.compile(
    r"(?<!for )(?<!to )(?<!of )(?<!about )(?<!than )(?<!rather )"
    r"(?:(?:\b(?:on|by|till|until|before|after|in)(?: the| this| next)? )"
    rf"(?:{_DAY}|tomorrow|morning|afternoon|evening|night|an? (?:day|week|month|while))"
    r"|\b(?:(?:the )?day after tomorrow|tomorrow|tmrw|tonight|(?P<now>today)"
    r"|(?:this|next) (?:week|weekend|month|year)))"
    r"(?: (?:morning|afternoon|evening|night))?\b"
)
# No day, but another time than now.
_LATER = re.compile(
    r"(?<!the )(?<!any )(?<!or )\blater(?: on)?\b(?! (?:one|shows?|performances?|than|start|time"
    r"|date|in)\b)|\b(?:afterwards?|at a later (?:point|time|date)|some other (?:day|time)"
    r"|in (?:the )?future|on the day|after (?:pay|buy|order|book)ing"
    r"|(?:once|after|as soon as) (?:i|we)(?:'ve| have) \w+)\b"
)
_AUXILIARY = (
    r"(?:can|can't|cannot|could|couldn't|will|won't|would|may|might|must|should|shall|don't|did"
    r"|had|(?:have|has|need|want|got|like|love|hope|plan|able) to|be able to|going to|gonna|not"
    r"|never|only|just|still|also|even|then|first|already|rather|better|probably|maybe|perhaps"
    r"|to|always|really|all|both|please)"
)
# Who does it, and what they do.
_SOMEBODY = re.compile(r"\b(?:i|we|you|they|he|she|let me|(?:my|our) \w+)\b")
_DOING = re.compile(
    rf"{_SOMEBODY.pattern}"
    r"(?:'(?:ll|d|ve)|(?:'(?:m|re|s)| (?:am|are|is))(?=(?: not)? going to))?"
    rf"(?: {_AUXILIARY})* (?!{_AUXILIARY}(?: |$))(?P<does>\w.*)$"
)
# A day beside one of these is that of a show, or of being there.
_GOES = re.compile(
    r"(?:go|come|arriv|leav|travel|fly|visit|stay|driv|see|watch|attend|enjoy"
    r"|turn(?=s? up))(?:e|s|es|ing)?\b"
    r"(?! (?:back|home|round|to (?:bed|work)|about|for (?:it|that)|if|whether|how)\b)"
)
_CHOOSES = re.compile(
    r"(?:want|like|prefer|love|need|have|has|take|do|am|are|is|was|were|be(?! back\b)|sit|reserve"
    r"|make it(?= *$)|(?:get|buy|book|order)(?! (?:it|them|that|those|another|paid|back|home"
    r"|a refund|my|the money|one more|some more|more)\b))\b"
)
# "Can we change to the one on Friday?"
_TO_SHOW = re.compile(
    r".*\b(?:shows?|performances?|games?|match|concerts?|play|opera|ballet|musical|the one)$"
)
# Who looks for something looks for a show.
_LOOKS = re.compile(
    r"(?:feel|catch|find|look|search|help|listen|purchas|recommend|suggest|list)(?:e|s|es|ing)?\b"
    r"|.*\b(?:(?:some|any)thing|events?|movies?|films?)\b"
)
_OF_SHOWS = (_GOES, _LOOKS, _CHOOSES, _TO_SHOW)
_ASKS = re.compile(
    r"(?:(?:h+m+|and|but|so|ok|okay|yes|no|or|well|oh|also|then|wait)[ ,.!]+)*"
    r"(?:can|could|may|might|would|will|shall|should|do|does|is|are|am)\b"
)
_PIECE = re.compile(r"[^,;:.!?]+?(?=[,;:.!?]|$| (?:but|so|because|and)\b)")


def without_own_times(normalized: str) -> str:
    """Blank out the times of normalized text that are the buyer's own."""
    return blank_out(normalized, (one.span for one in _own_times(normalized)))


def is_for_later(text: str) -> bool:
    """Return whether a clause asks for, or announces, what is done at another time than now.

    "Could I make it three later?", "I'll decide tomorrow"; not "I'll pay today".
    """
    normalized = normalize(text)
    own = [one for one in _own_times(normalized) if one.is_later]
    if asks_whether(text):
        return bool(own)
    said = [piece for piece in _PIECE.findall(normalized) if len(piece.split()) > 1]
    # "Two please, I'll pay tomorrow" says more, and "maybe later" nothing of what is done.
    return any(one.is_done for one in own) and len(said) == 1


def asks_whether(text: str) -> bool:
    """Return whether a clause asks for something, be it politely: "could I have three?"."""
    normalized = normalize(text)
    return normalized.endswith("?") or bool(_ASKS.match(normalized))


@dataclass(frozen=True)
class _OwnTime:
    """Where a time is; whether it is another than now, and whether it is said what is done."""

    span: Span
    is_later: bool
    is_done: bool


def _own_times(normalized: str) -> Iterator[_OwnTime]:
    """Find the times that are the buyer's own."""
    for piece in _PIECE.finditer(normalized):
        said, at = piece.group(), piece.start()
        for match in _TIME.finditer(said):
            does = _done_before(said[: match.start()])
            if does and not any(one.match(does) for one in _OF_SHOWS):
                yield _OwnTime(_moved(match.span(), at), not match["now"], True)
        for match in _LATER.finditer(said):
            does = _done_before(said[: match.start()])
            if not any(one.match(does) for one in (_GOES, _LOOKS)):
                yield _OwnTime(_moved(match.span(), at), True, bool(does))


def _done_before(said: str) -> str:
    """Return what somebody does, in the words up to a time; empty where nobody does anything.

    Of "tell me what show I can go to" that is "go to": the last one counts.
    """
    found = [_DOING.match(said.rstrip(), one.start()) for one in _SOMEBODY.finditer(said)]
    return next((one["does"] for one in reversed(found) if one), "")


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by
