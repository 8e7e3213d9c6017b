"""Offers of another price than the one that is named: "I'll give you 50 each, deal?"."""

from __future__ import annotations

import re

from ..text import normalize

_UNIT = r"(?:dollars?|bucks|usd|euros?|eur|[$€£])"
_MONEY = rf"(?:[$€£] ?\d{{1,6}}(?:\.\d\d)?|\d{{1,6}}(?:\.\d\d)? ?{_UNIT})"
_SUM = rf"(?:{_MONEY}|\d{{2,6}}(?:\.\d\d)?(?! ?(?:%|percent|stars?|\w*day\b|people|tickets?)))"
_EACH = (
    r"(?:each|apiece|per (?:seat|ticket|person|head)|a (?:seat|ticket|head|piece)|for (?:all|both))"
)
_YOU = r"(?:you|u|ya)"
_HAGGLES = re.compile(
    rf"\b(?:give|offer|pay) {_YOU} {_SUM}"
    rf"|\b{_YOU} (?:\w+ )?(?:take|accept|do|settle for) {_SUM} {_EACH}\b"
    rf"|\b(?:knock|shave) (?:off )?(?:another )?(?:{_SUM}|a bit|a little|something|some)"
    rf"|\b(?:take|get|cut) (?:another )?{_MONEY} off\b"
    rf"|\b(?:{_YOU}|prices?)(?: (?:will|won't|wont|would|can|can't|cant|could|ever|not|really))*"
    r" (?:go|come|do)(?: any| a bit| a little)? (?:down|lower|cheaper)\b"
    r"(?! (?:to|into|the|there)\b)"
    r"|\bhaggl\w+|\bnegotia\w+|\bmeet me (?:half ?way|in the middle)\b|\byour best price\b"
    rf"|\b(?:better|special) (?:price|deal) for (?:me|us|cash)\b"
)


def haggles(text: str) -> bool:
    """Return whether a buyer offers another price, or asks whether one is taken.

    What they would pay is then no budget: no other shows are looked for.
    """
    return bool(_HAGGLES.search(normalize(text)))
