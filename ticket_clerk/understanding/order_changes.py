"""Requests to change or repeat an earlier order."""

from __future__ import annotations

import re

from .corrections import without_rejected
from .quantities import parse_increase, parse_quantity
from .text import normalize
from .typos import correct_typos

_CHANGES = re.compile(
    r"\b(?:instead|in place of|rather|actually|chang\w+|switch|swap|replace|edit|modify|different"
    r"|wrong|mistake|i mean[t]?|on second thought|other|make (?:it|that|them|those)|bump|reduce"
    r"|increase|only|just|after all|then(?= ?(?:please|pls)?[ .!]*$)|(?:that|this) one then|prefer"
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
)
_CANCELS_NONE = re.compile(
    r"\b(?:don't|dont|do not) (?:cancel|drop|lose|replace)\b|\bnot instead\b"
)
# "I don't want both of them": what is said of both is turned down.
_NOT_WANTED = re.compile(r"\b(?:don't|dont|do not) (?:keep|want|take|need|have)\b[^,.;:!?]*")
_GONE = r"(?P<gone>[^,.;:!?]+?)(?= (?:for|with|by|to|and)\b|[,.;:!?]|$)"
_GOES = re.compile(
    r"\b(?:instead of|in (?:place|lieu) of"
    rf"|(?:replac|swap|exchang|trad|switch)(?:e|p?ing)?(?: out)?) {_GONE}"
)
_CANCELS = re.compile(
    r"(?:\b(?:and|then|but|so|also|please|pls)[ ,]+)*"
    rf"\b(?:cancel|drop|scrap|ditch|remove|delete) {_GONE}"
)
_SWITCHES = re.compile(r"\b(?:chang(?:e|ed|ing)|switch\w*|swap\w*|move[ds]?|moving)\b")
_NO_SWITCH = re.compile(
    r"\b(?:don't|dont|do not|didn't|not|never|no longer|later)\b[^,.;!?]*"
    r"\b(?:chang\w+|switch\w*|swap\w*|mov\w+|make it)\b|\bchanged? my (?:name|e-?mail|address)\b"
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
_REST = re.compile(
    r"\bthe (?:rest|others|(?:remaining|missing|other) (?:ones?|tickets?|seats?|people))"
    r"(?: of us)?(?= ?(?:[,.!?]|please|pls|now|then|too|$))"
)
# With these a number of tickets counts, or leaves out, those that are paid.
_COUNTS_PAID = re.compile(
    r"\b(?:in (?:all|total)|altogether|all told)\b"
    r"|\b(?:i|we)(?:'ve| have)? already\b|\b(?:i|we) (?:have|got|paid|bought)\b.*\balready\b"
    r"|\b(?:with|including|besides|beside|plus|to) (?:the|my|our|those)\b[^.;!?]*"
    r" (?:i|we)(?:'ve| have)? (?:just )?(?:have|paid|bought|got)\b"
)
_HAS = re.compile(
    r"\balready (?:have|ordered|bought|paid|got)\b"
    r"|\b(?:have|got|ordered|bought) (?:them|it|those) already\b"
    r"|\bi(?:'ve| have) (?:already|just|got my|ordered|bought|paid)\b"
    r"|\border (?:that )?(?:you|i) (?:have )?just (?:made|placed)\b|\bthe one i paid\b"
    r"|\bi(?:'m| am) not (?:buying|ordering) (?:again|more|another)\b"
)


def switches_seats(text: str, *, is_asked: bool) -> bool:
    """Return whether an order shall be, or may it be asked, for other seats: "make it the loge".

    In a question only a word for changing says so: "can I still switch to the parquet?".
    """
    normalized = normalize(text)
    if keeps_both(text) or adds_order(text):
        return False
    if _NO_SWITCH.search(normalized) or parse_increase(text):
        return False
    return bool(_SWITCHES.search(normalized)) or (not is_asked and changes_order(text))


def changes_order(text: str) -> bool:
    """Return whether a sentence wants something else instead of what was ordered."""
    return bool(_CHANGES.search(correct_typos(normalize(text)))) and not adds_order(text)


def adds_order(text: str) -> bool:
    """Return whether a sentence wants something besides what was ordered, and "not on top"."""
    return bool(_IN_ADDITION.search(without_rejected(normalize(text))))


def says_only(text: str) -> bool:
    """Return whether a sentence wants what it names and nothing else: "just the two for Aida"."""
    return bool(_ONLY.search(normalize(text)))


def keeps_both(text: str) -> bool:
    """Return whether a buyer wants both orders, not one instead of the other."""
    normalized = normalize(text)
    wanted = _NOT_WANTED.sub("|", without_rejected(normalized))
    return bool(_KEEPS_BOTH.search(wanted) or _CANCELS_NONE.search(normalized))


def what_goes(text: str, *, agreed: bool = False) -> tuple[str, str] | None:
    """Return the words for what shall be replaced, and the rest: of "the loge instead of my
    parquet order" these are "my parquet order" and "the loge". None where nothing shall.

    Beside a yes (``agreed``) that is also what shall be canceled.
    """
    normalized = normalize(text)
    match = _GOES.search(normalized) or (_CANCELS.search(normalized) if agreed else None)
    if match is None or keeps_both(text):
        return None
    return match["gone"], f"{normalized[: match.start()]} {normalized[match.end() :]}".strip(" ,")


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


def means_remaining(text: str) -> bool:
    """Return whether a sentence speaks of those that are left: "the other two?", "the rest"."""
    return wants_more(text) or bool(_REST.search(normalize(text)))


def counts_paid(text: str) -> bool:
    """Return whether a number is said of what is paid and new together: "three in all"."""
    return bool(_COUNTS_PAID.search(normalize(text)))


def wants_same_again(text: str) -> bool:
    """Return whether a sentence wants what was ordered before once more."""
    normalized = normalize(text)
    is_another = _SAME.search(normalized) and _IN_ADDITION.search(normalized)
    return bool(is_another or _AGAIN.search(normalized))
