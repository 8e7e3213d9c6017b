"""Self-corrections: removes what the buyer takes back."""

from __future__ import annotations

import re

from .text import normalize
from .vocabulary import CATEGORY_WORDS, PLACE_WORDS

_TAKEN_BACK = re.compile(
    r"\b(?:no(?! (?:more|less|problem|preference|idea|matter|rush|one)\b)"
    r"|sorry|pardon|oops|scratch that|strike that|or rather|i meant?|hang on|hold on|wait"
    r"|correction)\b"
)
_KINDS = sorted({word for kind, words in CATEGORY_WORDS.items() for word in (kind, *words)})
_NAMED = (*_KINDS, *PLACE_WORDS)
# "Anything apart from Boston": who looks outside of a place may not look "outside the arena".
_OTHER_THAN = (
    r"(?:apart|aside) from|other than|except(?: for)?|excluding|besides"
    r"|outside(?: of)?(?! (?:of )?(?:the|a|an|your|our|my|seats?|food|area|is|in|or)\b)"
)
_REJECTED = re.compile(
    r"(?<!why )(?<!or )\b(?:not|(?:instead|in place) of|rather than|let(?:ting)? go of"
    r"|(?<!n't )(?<!not )(?:forget|skip|drop)(?= \w)"
    r"(?! (?:about )?(?:it|that|this|them|those|these|what|how|everything|all|one|me|my|us|i|we|you"
    r"|by|in|off|out|a|an|to)\b))"
    r"(?! (?:care|mind|matter|fussy|sure|bad|too|really|yet|possible|available)\b) [^,.;:!?]+"
    r"|\b(?:(?:did|had)(?:n'?t| not)|(?<=i )never|(?<=we )never)"
    r" (?:ask(?:ed)?|sa(?:y|id)|order(?:ed)?|want(?:ed)?|meant?)\b[^,.;:!?]+"
    rf"|\b(?:{_OTHER_THAN})(?! (?:that|this|it|them|those|these|there)\b)"
    r" (?:(?! (?:for|in|on|at|and|with|from|under|between)\b)[^,.;:!?])+"
    r"|\b(?:any(?:thing|where|one)?|every(?:thing|where)|all) but (?:(?! for )[^,.;:!?])+"
    rf"|\b(?:no|nothing with|without|except)(?: any| more)? (?:{'|'.join(_NAMED)})s?\b"
    r"(?! (?:tickets?|seats?))"
    r"|(?:(?<=^)|(?<=[.;:!?] ))(?:the )?\w+(?: \w+)? (?:isn't|isnt|ain't|aren't|(?:is|are) not)\b"
)
# "Swan Lake is too far", "the Lakers are mid": a clause that rules out what it is about.
_RULED_OUT = re.compile(
    r"(?:(?<=^)|(?<=[,.;:!?] )|(?<=\bbut )|(?<=\bbecause )|(?<=\bsince )|(?<=\bas )|(?<=\bso )"
    r"|(?<=\band ))"
    r"(?!(?:that|this|it|they|there|he|she|i|we|you|what|which|who|how|why|when|my|is|are)\b)"
    r"(?P<subject>(?:(?!(?:but|because|since|as|so|then|if)\b)[\w'&-]+ ){1,6}?)"
    r"(?:(?:is|are|r|was|looks?|sounds?) (?:(?:way|a bit|kinda|kind of|just|all) )*"
    r"(?:too \w+|mid|meh|boring|rubbish|no (?:good|use)|not for (?:me|us|her|him|them)|out)"
    r"\b(?! of\b)|no thanks\b|no thank you\b)"
)
_TURNS_DOWN = re.compile(
    r"\b(?:no|not|(?:instead|in place) of|rather than|let(?:ting)? go of|forget|skip|drop"
    rf"|{_OTHER_THAN}"
    r"|(?:did|had)(?:n't|nt| not)|never|say|said|asked(?: for)?|is|are|isn't|isnt|ain't|aren't)\b"
)


def after_correction(normalized: str) -> str:
    """Blank out everything before the last "no, sorry", "I mean" or the like; offsets are kept."""
    ends = [match.end() for match in _TAKEN_BACK.finditer(normalized)]
    return (
        "|" * ends[-1] + normalized[ends[-1] :]
        if ends and normalized[ends[-1] :].strip(" .,!")
        else normalized
    )


def without_rejected(normalized: str) -> str:
    """Blank out rejected values: "not the balcony", "the parquet is too dear"."""
    for pattern in (_REJECTED, _RULED_OUT):
        normalized = pattern.sub(lambda match: "|" * len(match.group()), normalized)
    return normalized


def is_corrected(text: str) -> bool:
    """Return whether a sentence takes something back: "no wait, 4 and not 3"."""
    normalized = normalize(text)
    return without_rejected(normalized) != normalized or after_correction(normalized) != normalized


def turned_down_part(text: str) -> str:
    """Return all that a sentence takes back or turns down, and "|" for what it keeps."""
    normalized = normalize(text)
    kept = without_rejected(after_correction(normalized))
    pairs = zip(normalized, kept, strict=True)
    return "".join(one if left == "|" else "|" for one, left in pairs)


def rejected_part(text: str) -> str:
    """Return what is turned down, without the words that do it."""
    ruled_out = (match["subject"] for match in _RULED_OUT.finditer(normalize(text)))
    return " ".join((negated_part(text), *ruled_out)).strip()


def negated_part(text: str) -> str:
    """Return what is turned down by a no or a not, without these: of "not the loge" the loge."""
    found = (match.group() for match in _REJECTED.finditer(normalize(text)))
    return " ".join(_TURNS_DOWN.sub(" ", one) for one in found)
