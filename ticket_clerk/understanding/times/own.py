"""Whose a time is: the day on which a show is, or when the buyer will do something themselves.

"I'll pay tomorrow" and "can I add one more on Friday?" name no day of a show, and nothing in them
is to be done now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text import Span, blank_out, normalize
from .days import DAY_MONTH, MONTH_DAY, ORDINAL, WEEKDAY

_DAY = "|".join(
    re.sub(r"\?P<\w+>", "?:", pattern.pattern)
    for pattern in (MONTH_DAY, DAY_MONTH, WEEKDAY, ORDINAL)
)
# Of a day or a part of it, with the preposition that makes it the time of what is done.
_TIME = re.compile(
    r"(?<!for )(?<!to )(?<!of )(?<!about )(?<!than )(?<!rather )"
    r"(?:(?:\b(?:on|by|till|until|before|after|in|from)(?: the| this| next)? )"
    rf"(?:{_DAY}|tomorrow|morning|afternoon|evening|night|an? (?:day|week|month|while))"
    r"|\b(?:(?:the )?day after tomorrow|tomorrow|tmrw|(?P<now>today|tonight)"
    r"|(?:this|next) (?:week|weekend|month|year)))"
    r"(?: (?:morning|afternoon|evening|night))?\b"
)
# No day, but another time than now.
_LATER = re.compile(
    r"(?<!the )(?<!any )(?<!or )\blater(?: on)?\b(?! (?:one|shows?|performances?|than|start|time"
    r"|date|in)\b)|\b(?:afterwards?|at a later (?:point|time|date)|some other (?:day|time)"
    r"|in (?:the )?future|on the day|after (?:pay|buy|order|book)ing"
    r"|(?:once|after|when|as soon as) (?:i|we|it|they)(?:'ve|'s|'re| have| has| is| are)? \w+)\b"
)
_AUXILIARY = (
    r"(?:can|can't|cannot|could|couldn't|will|won't|would|may|might|must|should|shall|do|don't|did"
    r"|had|(?:have|has|need|want|got|like|love|hope|plan|able) to|be able to|going to|gonna|not"
    r"|never|only|just|still|also|even|then|first|already|rather|better|probably|maybe|perhaps"
    r"|always|really|all|both|please)"
)
# Who does it, and what they do.
_DOING = re.compile(
    r"\b(?:i|we|you|they|he|she|let me|(?:my|our) \w+)"
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
_OF_SHOWS = (_GOES, _CHOOSES, _TO_SHOW)
_ASKS = re.compile(
    r"(?:(?:h+m+|and|but|so|ok|okay|yes|no|or|well|oh|also|then|wait)[ ,.!]+)*"
    r"(?:can|could|may|might|would|will|shall|should|do|does|is|are|am)\b"
)
_PIECE = re.compile(r"[^,;:.!?]+?(?=[,;:.!?]|$| (?:but|so|because|and)\b)")


def without_own_times(normalized: str) -> str:
    """Blank out the times of normalized text that are the buyer's own."""
    return blank_out(normalized, (span for span, _ in _own_times(normalized)))


def is_for_later(text: str) -> bool:
    """Return whether a clause asks for, or announces, what is done at another time than now.

    "Could I make it three later?", "I'll decide tomorrow"; not "I'll pay today".
    """
    normalized = normalize(text)
    if not any(is_later for _, is_later in _own_times(normalized)):
        return False
    said = [piece for piece in _PIECE.findall(normalized) if len(piece.split()) > 1]
    # "Two please, I'll pay tomorrow" says more.
    return asks_whether(text) or len(said) == 1


def asks_whether(text: str) -> bool:
    """Return whether a clause asks for something, be it politely: "could I have three?"."""
    normalized = normalize(text)
    return normalized.endswith("?") or bool(_ASKS.match(normalized))


def _own_times(normalized: str) -> Iterator[tuple[Span, bool]]:
    """Find the buyer's own times, each with whether it is another than now."""
    for piece in _PIECE.finditer(normalized):
        said, at = piece.group(), piece.start()
        for match in _TIME.finditer(said):
            does = _DOING.search(said[: match.start()].rstrip())
            if does and not any(one.match(does["does"]) for one in _OF_SHOWS):
                yield _moved(match.span(), at), not match["now"]
        for match in _LATER.finditer(said):
            does = _DOING.search(said[: match.start()].rstrip())
            if not (does and _GOES.match(does["does"])):
                yield _moved(match.span(), at), True


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by
