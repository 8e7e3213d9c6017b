"""Promotion codes in a sentence: "I have a code", "here's my code SUMMER10"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..answers import is_no, is_question, is_stop, is_yes
from ..text import order_numbers

# What is longer is no code, and is not looked at any further.
LONGEST = 60
_WORD = r"(?:(?:promo(?:tion(?:al)?)?|discount|coupon|voucher|rebate)[ -]?codes?|codes?|coupons?)"
_IS = r"(?:,?[ ]+(?:is|it'?s|it is|says|reads|called|here is))?[ ]*[:=]?[ ]*"
_OPENING, _CLOSING = "\"'“‘«*`(", "\"'”’»*`).,;:!?"
_OTHER = re.compile(
    r"\b(?:dress|zip|post(?:al)?|area|country|qr|bar|security|source|pin|door|entry|access|ticket"
    r"|order|booking|swift|bank|colou?r|python|morse|cheat)s?[ -]?codes?\b"
    r"|\bcode of\b|\b(?:bank|sms)\b",
    re.IGNORECASE,
)
_MENTION = re.compile(rf"\b{_WORD}\b", re.IGNORECASE)
_GIVEN = [
    re.compile(rf"\b{_WORD}(?P<is>{_IS})(?P<code>[^\s,]+)", re.IGNORECASE),
    re.compile(rf"(?P<code>\S+) +(?:is|was) +(?:my|the|a|our) +{_WORD}\b", re.IGNORECASE),
    re.compile(rf"(?P<code>\S+) +(?:as|for) +(?:my|the|a|our) +{_WORD}\b", re.IGNORECASE),
]
_USED = re.compile(
    r"\b(?:use|apply|redeem|enter) +(?:my +|the +|this +)?(?P<code>\S+)", re.IGNORECASE
)
_HAS = re.compile(
    r"\b(?:have|got|here|there'?s|with|use|apply|redeem|enter|add)\b"
    r"|\b(?:take|accept)\b.*\b(?:promo(?:tion(?:al)?)?|discount|coupon)",
    re.IGNORECASE,
)
_NONE = re.compile(
    rf"\b(?:no|not|never|don'?t|do not|haven'?t|hasn'?t|without|lost|forgot)\b[^.;]*\b{_WORD}\b",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    rf"\b(?:remove|drop|without|forget|delete|take off|leave out|no|don'?t use|cancel)\b"
    rf"(?: (?:the|my|that|this|any))? {_WORD}\b|\btake (?:the|my|that) {_WORD} off\b",
    re.IGNORECASE,
)
# Words around a code that say nothing more.
_FILLER = frozenset(
    "a an and apply add also can code codes could coupon discount do enter for from got have hello"
    " here here's heres hey hi hmm i i'd i've in is it it's its like me my of off ok okay on our"
    " please pls promo promotion promotional redeem so take that the there's this to try use"
    " voucher want we we'd with would yes you".split()
)


@dataclass(frozen=True)
class CodeMention:
    """A sentence about a promotion code: as typed, or None where it is still to be told.

    ``rest`` is what the sentence says besides; ``drops`` is that none is wanted any more.
    """

    code: str | None = None
    rest: str = ""
    drops: bool = False


def parse_code(text: str, *, is_awaited: bool = False) -> CodeMention | None:
    """Read what a sentence says of a promotion code; None where it is about none.

    ``is_awaited`` is that the buyer was asked for it, so that a single word is one.
    """
    if is_awaited and (answer := _answer(text)):
        return CodeMention(answer)
    if _OTHER.search(text):
        return None
    if not _MENTION.search(text):
        return _used(text)
    if _DROPPED.search(text):
        return CodeMention(drops=True)
    if _NONE.search(text):
        return None
    for pattern in _GIVEN:
        for match in pattern.finditer(text):
            code = _stripped(match["code"])
            if _is_code(code, is_named=bool(match.groupdict().get("is", "").strip())):
                return CodeMention(code, _rest(text, match))
    return CodeMention() if _HAS.search(text) else None


def _used(text: str) -> CodeMention | None:
    """Read "use SUMMER10", which does not say what it is."""
    match = _USED.search(text)
    code = _stripped(match["code"]) if match else ""
    has_both = any(one.isdigit() for one in code) and any(one.isalpha() for one in code)
    if match is None or not has_both or len(code) < 5 or order_numbers(code):
        return None
    return CodeMention(code, _rest(text, match))


def _answer(text: str) -> str | None:
    """Return the code where a sentence is nothing else: "SUMMER10", "it's summer10 please"."""
    words = [_stripped(word) for word in text.split()]
    left = [word for word in words if word and word.casefold() not in _FILLER]
    if len(left) != 1 or len(text) > 2 * LONGEST or is_question(text):
        return None
    word = left[0]
    is_answer = is_yes(word, "") or is_no(word, "") or is_stop(word)
    is_number = word.isdigit() and len(word) < 4
    return None if is_answer or is_number or len(word) < 3 or order_numbers(word) else word


def _is_code(word: str, *, is_named: bool) -> bool:
    """Return whether a word is written as codes are, or was said to be one."""
    if len(word) < 3 or word.casefold() in _FILLER or order_numbers(word):
        return False
    has_digit = any(one.isdigit() for one in word)
    has_letter = any(one.isalpha() for one in word)
    return (has_digit and has_letter) or word.isupper() or "-" in word or is_named


def _stripped(word: str) -> str:
    return word.lstrip(_OPENING).rstrip(_CLOSING)


def _rest(text: str, match: re.Match[str]) -> str:
    """Return the sentence without the code, where more than the words around it is left."""
    rest = " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
    words = [word.strip(_OPENING + _CLOSING).casefold() for word in rest.split()]
    return rest if any(word and word not in _FILLER for word in words) else ""
