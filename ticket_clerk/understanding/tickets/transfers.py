"""A ticket for somebody else, or a name on one: which, whose, and what of the two.

Names are read from what was typed; all else from the words that the parsers know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.tickets import holder_name

from ..text import Span, fold_accents, normalize
from ..vocabulary import COMMON_WORDS

# "A" and "en" are what a Spanish sentence keeps of "to" and "on".
_TICKET = r"(?:tickets?|seats?|passes|pass)"
# Of 1a, 2a is what is left of "primera", "segunda".
_RANKS = {
    **{"first": 1, "1st": 1, "1a": 1, "second": 2, "2nd": 2, "2a": 2, "third": 3, "3rd": 3},
    **{"3a": 3, "fourth": 4, "4th": 4, "4a": 4, "last": -1, "ultima": -1, "ultimo": -1},
}
_RANK = rf"(?P<rank>{'|'.join(_RANKS)})"
_NUMBER = re.compile(
    rf"\b{_TICKET} (?:number |no\.? ?|# ?)?(?P<digit>[1-9])\b"
    rf"|\b(?:number |no\. ?|#)(?P<counted>[1-9])\b|\b{_RANK} (?:{_TICKET}|one)\b"
)
_SEAT_NUMBER = re.compile(r"\bseats? (?:number |no\.? ?|# ?)?[1-9]")
_BARE_NUMBER = re.compile(
    rf"(?:(?:the|number|no\.?|#|{_TICKET}) ?)*(?:(?P<digit>[1-9])|{_RANK})\W*"
)
_GIVES = (
    r"(?:give|giving|gift|transfer|pass|hand|forward|reassign|assign|make over|sign over|donate)"
)
# Not "give my tickets back", "transfer me to a person", "pass me two tickets".
_GIVE_TO = re.compile(
    rf"\b{_GIVES}\b (?!me\b|us\b)(?:(?!\b(?:back|to)\b).)*?\b(?:{_TICKET}(?: [1-9])?|one|it|mine)\b"
    r"(?: (?:of (?:them|mine|those)|on|over|along|away))* (?:to|a|al) (?P<who>.+)"
)
_GIVE_WHOM = re.compile(
    r"\b(?:give|hand|pass|gift) (?P<who>(?!me\b|us\b|you\b|back\b|up\b|it\b|one\b|away\b).+?)"
    r" (?:(?:one of )?my|ticket [1-9])\b(?:(?!\bback\b).)*"
)
_GIVE_AWAY = re.compile(
    rf"\b(?:{_GIVES}(?: away)? (?:a|one of my|one of the|my|the|one)\b.*\b{_TICKET} (?:away|on)\b"
    rf"|give away (?:a|one of my|my|the) (?:\w+ )?{_TICKET})"
)
_PUT_ON = re.compile(
    rf"\b(?:put|write|add|print) (?P<who>.+?) (?:on|in|onto|to|en) "
    rf"(?:(?:the|my|our|that|one of (?:the|my)|mi|la) )?(?:\w+ )?{_TICKET}\b.*"
)
_NAME_IS = re.compile(
    rf"\b(?:change|set|put|fix|make|correct)\b.*\bname\b.*\b{_TICKET}\b.*?"
    r" (?:to|say|be|a) (?P<who>.+)|"
    rf"\bname (?:on|for|of) .*{_TICKET}\b.*? (?:should be|should say|is|be) (?P<is>.+)"
)
# The name before its verb ("name Anna Smith put on my ticket"), or behind the whole wish.
_NAME_FIRST = re.compile(
    rf"\bnames? (?P<who>(?!on\b|be\b)[^?!.]+?) (?:be )?(?:put |written )?(?:up)?on\b.*\b{_TICKET}\b"
    rf"|\bnames? (?:on|for|of) .*{_TICKET} ?[:=-] ?(?P<is>.+)"
    rf"|\bnames? be (?:put|written|printed|added) (?:up)?on\b.*\b{_TICKET}\b[?!. ]+(?P<then>.+)"
)
_NAME_ASKED = re.compile(
    rf"\b(?:put|write|add|set|change|print|have)\b.*\bnames?\b.*\b(?:on|in|to|for|of)\b.*\b{_TICKET}\b"
)
# "The name Anna Smith", "my friend Anna Smith", "Anna Smith's name".
_BEFORE_NAME = re.compile(
    r"^(?:(?:the|a|an|my|our|his|her|some|one|1|another|un|una|mi|el|la|al|a|de|nombre|name|names|of"
    r"|old|best|good|dear|friend|friends|mate|buddy|wife|husband|partner|mother|mom|mum|father|dad"
    r"|sister|brother|son|daughter|child|kid|cousin|aunt|uncle|niece|nephew|neighbou?r|colleague"
    r"|coworker|boss|girlfriend|boyfriend|fiancee?|grandma|grandpa|roommate|flatmate|amig[oa]"
    r"|herman[oa]|espos[oa]|marido|mujer|novi[oa]|madre|padre|hij[oa]|prim[oa]|person|somebody"
    r"|someone|else|other|people|called|named|llamad[oa]|it's|it is|that's|her|his|their|is|for|to"
    r"|para|es|se|llama|mine|who|whose|will|be|in|on|put|please)[ ,:]+)*"
)
_BEHIND_NAME = re.compile(
    r"(?:(?:[,.;!?]|\b(?:please|pls|thanks|thank you|instead|por favor)\b).*|'s)$"
)
_POSSESSIVE = re.compile(r"'s(?: names?)?$")
_NO_NAME = re.compile(
    r"\b(?:no names?|without (?:a |any )?names?|nobody|skip|sin nombre|ningun nombre|none)\b"
)
_WORD = re.compile(r"[^\s,;:!?\"()]+")
_NO_NAMES = COMMON_WORDS | frozenset(
    "waiting list parking programme program extra extras row nombre alguien otra otro persona amigo"
    " amiga someone's it's email mail e-mail phone app ok yes".split()
)
_MOST_WORDS = 4
# Whoever asks how, or whether, asks.
_ASKS = re.compile(
    r"^(?:(?:and|so|hi|hello|hey|ok|please|but)[ ,]+)*(?:how|what|whose|who|can i|could i|may i"
    r"|do|does|is|are|am|will|would it|should|if|when|where|why)\b"
)


@dataclass(frozen=True)
class Transfer:
    """What shall become of a ticket: another's with a code of its own, or only a name on it.

    ``number`` is which ticket of an order, from 1, -1 for the last; ``holder`` whose name, if said.
    """

    gives: bool
    number: int | None = None
    holder: str | None = None


def parse_transfer(text: str, typed: str) -> Transfer | None:
    """Read a wish to give a ticket away or to put a name on it; None where it is neither."""
    normalized = normalize(text).rstrip(" .!")
    if _ASKS.match(normalized):
        return None
    number = parse_ticket_number(normalized, asked=False)
    given = _GIVE_TO.search(normalized) or _GIVE_WHOM.search(normalized)
    if given and not re.match(r"(?:me|us|you)\b", given["who"]):
        return Transfer(gives=True, number=number, holder=_name_in(given["who"], typed))
    if _GIVE_AWAY.search(normalized):
        return Transfer(gives=True, number=number)
    named = _NAME_IS.search(normalized)
    who = (named["who"] or named["is"]) if named else None
    put = None if who else _PUT_ON.search(normalized)
    first = None if who or put else _NAME_FIRST.search(normalized)
    who = who or (put["who"] if put else "")
    who = who or (first["who"] or first["is"] or first["then"] if first else "")
    holder = _name_in(who, typed)
    if holder or _NAME_ASKED.search(normalized):
        return Transfer(gives=False, number=number, holder=holder)
    return None


def parse_ticket_number(text: str, *, asked: bool) -> int | None:
    """Read which ticket of an order; ``asked`` says that a number alone answers."""
    normalized = normalize(text)
    match = _NUMBER.search(normalized) or (asked and _BARE_NUMBER.fullmatch(normalized)) or None
    if match is None:
        return None
    found = match.groupdict()
    digit = found.get("digit") or found.get("counted")
    return int(digit) if digit else _RANKS[found["rank"]]


def numbered_tickets(normalized: str, *, with_seats: bool) -> list[tuple[int, Span]]:
    """Find the places in an order that a text names, -1 for the last, each with its span.

    ``with_seats`` says that "seat 2" is one: it isn't where seats have numbers of their own.
    """
    found = []
    for match in _NUMBER.finditer(normalized):
        if with_seats or not _SEAT_NUMBER.match(match.group()):
            digit = match["digit"] or match["counted"]
            found.append((int(digit) if digit else _RANKS[match["rank"]], match.span()))
    return found


def parse_holder(typed: str) -> str | None:
    """Read a name as the answer to the question for one; None for what is none."""
    return _name_in(normalize(typed), typed)


def wants_no_name(text: str) -> bool:
    """Return whether a ticket shall be given away without a name on it."""
    return bool(_NO_NAME.search(normalize(text)))


def _name_in(who: str, typed: str) -> str | None:
    """Find the name that some words hold, spelled as it was typed."""
    words = _BEFORE_NAME.sub("", f"{who.strip()} ", count=1)
    words = _POSSESSIVE.sub("", _BEHIND_NAME.sub("", words.strip()).strip()).strip()
    wanted = [fold_accents(word) for word in words.split()]
    if not 0 < len(wanted) <= _MOST_WORDS or _NO_NAMES.intersection(wanted):
        return None
    spelled = _WORD.findall(typed)
    folded = [fold_accents(normalize(word)) for word in spelled]
    for start in range(len(folded) - len(wanted) + 1):
        found = folded[start : start + len(wanted)]
        if [word.removesuffix("'s").rstrip(".") for word in found] == [
            word.rstrip(".") for word in wanted
        ]:
            return _spelled(spelled[start : start + len(wanted)])
    return None


def _spelled(words: list[str]) -> str | None:
    name = re.sub(r"['’]s$", "", " ".join(words)).strip(" .")
    try:
        return holder_name(name.title() if name.islower() else name)
    except InvalidRequest:
        return None
