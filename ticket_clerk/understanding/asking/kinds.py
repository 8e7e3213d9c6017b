"""What a question is besides its topic: of all shows, a look around, a doubt, a complaint."""

from __future__ import annotations

import re

from ..text import normalize

_PLACES = (
    r"(?:venues|theat(?:re|er)s|houses|halls|arenas|stadiums|stadia|locations|places(?! to\b))"
)
_SHOWS = r"(?:shows|events|performances|concerts|productions|plays|games|matches)"
_ONE = r"(?:show|event|performance|concert|game|match|venue|theat(?:re|er)|house|hall|place)"
_OF_ALL = re.compile(
    rf"\b(?:which|what|any|all|both|most|some|none)(?: (?:one|ones|of|the|your|these|those))*"
    rf" (?:(?P<places>{_PLACES})|{_SHOWS})\b"
    rf"|\b(?:do|does|are|have|can|at|in) (?:the|your|all)(?: of)?(?: the| your)?"
    rf" (?:(?P<their_places>{_PLACES})|{_SHOWS})\b"
    rf"|\b(?:every|each|which) (?:one of (?:them|these|those)\b|{_ONE}\b(?! to\b))"
    rf"|\b(?:any|all|which|some|none) of (?:them|these|those)\b"
    rf"|\b(?:an?|any|some) {_ONE} (?:with|that|where|which)\b"
    r"|\beverywhere\b"
)
_LOOKS_AROUND = re.compile(
    r"\b(?:any(?:thing|one|where)?|something|else|others?|shows?|events?|performances?|concerts?)\b"
    r"|\bwhat(?:'s| is| have you| do you have| do you sell)\b.*\b(?:on|in|for|before|after)\b"
    r"|\b(?:what|where) (?:could|can|should|might|would) (?:i|we|one|he|she|they)\b"
)
_ELSE = re.compile(r"\b(?:else|others?|another)\b")
_DOUBTS = re.compile(
    r"\b(?:sure|right|correct|really|definitely|certain(?:ly)?|surely|honestly|supposed to"
    r"|(?:isn't|aren't|wasn't|doesn't) (?:it|that|this|they|those|there))\b"
)
_MISREAD = re.compile(
    r"\b(?:not|isn't|wasn't|n't) (?:really )?(?:wh?at i|the question|my question|an answer"
    r"|the answer|answer(?:ing|ed)?\b)"
    r"|\b(?:you(?:'re| are)? (?:not listening|misunderst\w+)|wrong answer"
    r"|(?:didn't|did not|don't|do not) (?:ask (?:that|for that|about that)|mean that))\b"
)
_LIKE = re.compile(
    r"\b(?:any(?:thing|one)?|somethin(?:g|')?|shows?|more|stuff|ones?|similar|else)"
    r"(?: (?:a bit|more|much|on|here|shows?))* (?:like|similar to|in the style of|along the lines"
    r" of|comparable to) (?:the )?(?P<name>[^?!.,;]+)"
)
_OF_COMPANIES = re.compile(
    r"\b(?:compan(?:y|ies)(?:'s)?|business|firm|employer|office|vat|tax|made out|billing|ltd|inc"
    r"|gmbh|foundation|school|club|empresa|nif|cif|rfc|iva|fiscal)\b"
)
_OR = re.compile(r",? or (?:is it |are they |the )?")
_NO_NAME = re.compile(r"(?:that|this|it|those|these|them|what|my|our|your|a|an|i|we)\b")


def asked_of_all(text: str) -> str | None:
    """Return a question about all shows or venues as one about a single one.

    "Do any of your halls have a lift" is "do the venue have a lift". None for any other sentence.
    """
    normalized = normalize(text)
    found = _OF_ALL.search(normalized)
    if found is None:
        return None
    is_place = found["places"] or found["their_places"] or "venue" in found.group()
    one = "the venue" if is_place else "the show"
    return f"{normalized[: found.start()]}{one}{normalized[found.end() :]}"


def looks_for_others(text: str) -> bool:
    """Return whether a question is about what else there is: "anything before the holidays?"."""
    return bool(_LOOKS_AROUND.search(normalize(text)))


def wants_else(text: str) -> bool:
    """Return whether others are wanted than those just shown: "what else is there in sports?"."""
    return bool(_ELSE.search(normalize(text)))


def doubts(text: str) -> bool:
    """Return whether a question doubts what was said: "the Saturday, right?"."""
    return bool(_DOUBTS.search(normalize(text)))


def asked_between(text: str) -> tuple[str, ...]:
    """Return what a question has an "or" between: "matinee or evening?"; empty where none is."""
    parts = _OR.split(normalize(text).strip(" ?!."))
    return tuple(parts) if len(parts) > 1 else ()


def was_misread(text: str) -> bool:
    """Return whether a buyer says that the answer was none to their question."""
    return bool(_MISREAD.search(normalize(text)))


def name_likened(text: str) -> str | None:
    """Return the name of which something like it is looked for: "anything like Aida?"."""
    found = _LIKE.search(normalize(text))
    name = found["name"].strip() if found else ""
    return None if not name or _NO_NAME.match(name) else name


def names_company(text: str) -> bool:
    """Return whether what a company needs on a bill is spoken of: its name, its tax number."""
    return bool(_OF_COMPANIES.search(normalize(text)))
