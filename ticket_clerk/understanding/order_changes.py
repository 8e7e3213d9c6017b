"""Requests to change or repeat an earlier order."""

from __future__ import annotations

import re

from .quantities import parse_quantity
from .text import normalize

_CHANGES = re.compile(
    r"\b(?:instead|rather|actually|chang\w+|switch|swap|replace|edit|modify|different|wrong"
    r"|mistake|i mean[t]?|on second thought|other|make (?:it|that|them|those)|bump|reduce|increase"
    r"|only|just|after all|then(?= ?(?:please|pls)?[ .!]*$)|(?:that|this) one then|prefer"
    r"|too (?:far|expensive|dear|much|pricey|loud|late|early|long|high|close|small|big)"
    r"|(?:forget|scrap|drop|skip|leave|ditch) (?:that|it|this)|not (?:that|this) one"
    r"|changed? (?:my|our) minds?|(?:doesn't|won't|don't) work|hates?|no good"
    r"|(?:\d+|one|two|three|four|a few) (?:more|less|fewer))\b"
)
_CHANGES_SOMETHING = re.compile(
    r"\b(?:change|modify|edit|amend|alter)\b.*"
    r"\b(?:orders?|bookings?|it|that|this|them|something|tickets?|purchase|ord_\w+)\b"
)
_IN_ADDITION = re.compile(
    r"\b(?:also|too(?= ?(?:please|pls)?(?:[,.!?]|$))|as well|in addition|and (?:now|then)"
    r"|(?:another|second|new|separate|more|further|extra) orders?|again after(?:wards?)?"
    r"|separately|on top)\b"
)
_KEEPS_BOTH = re.compile(
    r"\b(?:keep|leave|have|want|take|need) (?:them )?both\b|\bboth (?:orders|of them|please)\b"
    r"|^(?:(?:yes|no|ok)[ ,.]+)*both[ .!]*$|\b(?:as well|in addition|separate(?:ly)?|on top)\b"
    r"|\b(?:keep|leave) (?:the |my )?(?:old|other|first|former)\b"
    r"|\b(?:don't|dont|do not) (?:cancel|drop|lose|replace)\b|\bnot instead\b"
)
_ONLY = re.compile(r"\b(?:just|only|nothing but|nothing else)\b")
_AGAIN = re.compile(
    r"\b(?:the )?same (?:again|tickets?|seats?|order|thing|show|as (?:before|last time))\b"
    r"|\b(?:for|on|to) the same (?:evening|night|day|date|game|match|concert|performance)\b"
    r"|\b(?:exactly )?the same(?: one| ones)?(?: again)?(?: please)?[ .!]*$"
    r"|\b(?:repeat|redo|reorder|re-order) (?:my|that|the|it)\b.*"
    r"|\b(?:order|book|buy|get) (?:that|it|them|those) again\b|\bonce more the same\b"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight) (?:of (?:them|those) )?again\b"
)
_SAME = re.compile(r"\b(?:the )?same\b")
_MORE = re.compile(r"\b(?:more|another|other|extra|additional|remaining)\b")
_HAS = re.compile(
    r"\balready (?:have|ordered|bought|paid|got)\b"
    r"|\b(?:have|got|ordered|bought) (?:them|it|those) already\b"
    r"|\bi(?:'ve| have) (?:already|just|got my|ordered|bought|paid)\b"
    r"|\border (?:that )?(?:you|i) (?:have )?just (?:made|placed)\b|\bthe one i paid\b"
    r"|\bi(?:'m| am) not (?:buying|ordering) (?:again|more|another)\b"
)


def changes_order(text: str) -> bool:
    """Return whether a sentence wants something else instead of what was ordered."""
    normalized = normalize(text)
    return bool(_CHANGES.search(normalized)) and not _IN_ADDITION.search(normalized)


def adds_order(text: str) -> bool:
    """Return whether a sentence wants something besides what was ordered."""
    return bool(_IN_ADDITION.search(normalize(text)))


def says_only(text: str) -> bool:
    """Return whether a sentence wants what it names and nothing else: "just the two for Aida"."""
    return bool(_ONLY.search(normalize(text)))


def keeps_both(text: str) -> bool:
    """Return whether a buyer wants both orders, not one instead of the other."""
    return bool(_KEEPS_BOTH.search(normalize(text)))


def changes_something(text: str) -> bool:
    """Return whether a sentence wants an order to be another one and does not say how."""
    return bool(_CHANGES_SOMETHING.search(normalize(text)))


def has_already(text: str) -> bool:
    """Return whether a sentence speaks of tickets that were ordered, and orders none."""
    return bool(_HAS.search(normalize(text)))


def wants_more(text: str) -> bool:
    """Return whether a sentence wants a number of tickets besides those that one has."""
    is_more = _MORE.search(normalize(text)) is not None
    return is_more and parse_quantity(text, asked=True) is not None


def wants_same_again(text: str) -> bool:
    """Return whether a sentence wants what was ordered before once more."""
    normalized = normalize(text)
    is_another = _SAME.search(normalized) and _IN_ADDITION.search(normalized)
    return bool(is_another or _AGAIN.search(normalized))
