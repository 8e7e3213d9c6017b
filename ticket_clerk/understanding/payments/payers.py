"""Who pays an order, with which card, and for how long that is possible."""

from __future__ import annotations

import re

from ..text import normalize

_SOMEBODY = (
    r"(?:(?:my|our|a|his|her|the|another) (?!card|phone|bank)\w+(?:'s)?|somebody|someone|anybody"
    r"|anyone|he|she|they)(?: else)?"
)
_PAYS = re.compile(
    rf"\b(?:can|could|may|might|will|would|if|let|yes or no,?) {_SOMEBODY}"
    r" (?:\w+ )?(?:allowed to )?pays?\b(?! (?:the |a )?(?:full|less|more|half|reduced))"
    r"|\bpa(?:y|id|ys)\b.*\b(?:by|with|from)"
    rf" (?:my \w+'?s|his|her|their|{_SOMEBODY}'s) (?:\w+ )?card\b"
)
_OTHER_CARD = re.compile(
    r"\b(?:try|use|take|pay|get|with|need)\b.*\b(?:another|other|different|new|second) cards?\b"
    r"|^(?:\W*\b(?:ok|okay|never ?mind|no|so|well|then)\b\W*)*(?:another|other|different) card\b"
)
_TIME = re.compile(r"\b(?:how (?:long|much time|many minutes)|(?:until|till|by) when|deadline)\b")
_PAYING = re.compile(r"\b(?:pay(?:ing|ment)?|paid|owe)\b")
_BLAMES = re.compile(
    r"\b(?:bank'?s?|card|you|yours|your side|stripe)\b.*\bor\b"
    r".*\b(?:bank'?s?|card|you|yours|mine|stripe)\b"
    r"|\b(?:fault|declined|rejected|refused)\b"
)


def pays_for_other(text: str) -> bool:
    """Return whether a sentence speaks of somebody else who pays: "can my friend pay for it?"."""
    return bool(_PAYS.search(normalize(text)))


def tries_other_card(text: str) -> bool:
    """Return whether a buyer goes on to pay with another card."""
    return bool(_OTHER_CARD.search(normalize(text)))


def asks_time_to_pay(text: str) -> bool:
    """Return whether a buyer asks for how long an order can be paid."""
    normalized = normalize(text)
    return bool(_TIME.search(normalized) and _PAYING.search(normalized))


def blames(text: str) -> bool:
    """Return whether a buyer asks whose doing a payment's failure is: "my bank or you?"."""
    return bool(_BLAMES.search(normalize(text)))
