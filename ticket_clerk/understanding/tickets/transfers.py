"""A ticket for somebody else, or names on some: which, whose, what of the two; or all by mail.

Names are read from what was typed; all else from the words that the parsers know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..text import normalize
from .names import RELATION, name_in, names_with_places
from .numbers import RANK, TICKET, parse_ticket_number, places_named

_GIVES = (
    r"(?:give|giving|gift|transfer|pass|hand|forward|reassign|assign|make over|sign over|donate)"
)
# Not "give my tickets back", "transfer me to a person", "pass me two tickets".
_GIVE_TO = re.compile(
    rf"\b{_GIVES}\b (?!me\b|us\b)(?:(?!\b(?:back|to)\b).)*?\b(?:{TICKET}(?: [1-9])?|one|it|mine)\b"
    r"(?: (?:of (?:them|mine|those)|on|over|along|away))* (?:to|a|al) (?P<who>.+)"
)
_GIVE_WHOM = re.compile(
    r"\b(?:give|hand|pass|gift) (?P<who>(?!me\b|us\b|you\b|back\b|up\b|it\b|one\b|away\b).+?)"
    r" (?:(?:one of )?my|ticket [1-9])\b(?:(?!\bback\b).)*"
)
_GIVE_AWAY = re.compile(
    rf"\b(?:{_GIVES}(?: away)? (?:a|one of my|one of the|my|the|one)\b.*\b{TICKET} (?:away|on)\b"
    rf"|give away (?:a|one of my|my|the) (?:\w+ )?{TICKET})"
)
_PLACED = rf"(?:{TICKET} (?:number |no\.? ?|# ?)?[1-9]|{RANK}(?: one| {TICKET})?"
_PLACED += r"|(?:an)?other(?: one)?)"
# "@" stands for a name. "The name on it", "names put on those", "print one with her name: @".
_NAMES_ON = re.compile(
    r"\bnames?\b[ ,:]*(?:@[ ,:]*)?(?:(?:is|are|be) )?(?:(?:put|written|printed|added) )?"
    r"(?:up)?(?:on|onto|in|for|to|of|en)\b"
    r"|\b(?:put|write|print|add|change|set|fix|correct)\b[^.?!]*\bnames?\b"
)
_PUT_NAME = re.compile(
    rf"\b(?:put|write|print|add)\b (?:{RELATION}[ ,:]+)*@[^.?!]*\b(?:on|onto|in|en|to|for)\b"
    rf"|\b(?:put|write|print|add|need|want)\b[^.?!]*@ (?:on|onto) (?:the |my )?{_PLACED}\b"
)
_ON_TICKET = re.compile(rf"\b(?:{TICKET}|them|those|it|both|one)\b")
_SAYS = re.compile(
    rf"\b{TICKET}\b(?: \w+){{0,5}}? (?:should|shall|must) (?:say|be|read|have|go to)"
    r" (?:the name )?@"
    rf"|\b(?:{TICKET} (?:number |no\.? ?|# ?)?[1-9]|{RANK} (?:{TICKET}|one))"
    rf"(?: (?:is|goes|shall be|is to be|must be)(?: for| to)?|:) ?(?:{RELATION}[ ,]+)*@"
    rf"|@ (?:is |goes )?on (?:the |my )?(?:{TICKET} (?:number |no\.? ?|# ?)?[1-9]|{RANK} {TICKET})"
)
_NAME_ASKED = re.compile(
    rf"\b(?:put|write|add|set|change|print|have|want)\b.*\bnames?\b.*"
    rf"\b(?:on|in|to|for|of)\b.*\b(?:{TICKET}|them|those)\b"
)
# An answer to what was asked, or goes on with it: "the third, spelled Ann Lee".
_GOES_ON = re.compile(
    rf"\b{_PLACED}[ ,:]+(?:(?:is|for|to|gets|goes|and|name)[ ,]+)*@"
    rf"|@ (?:(?:is|goes|gets|put)[ ,]+)*(?:on |for )?(?:the |my )?{_PLACED}\b"
    r"|\b(?:spell\w*|write|written)\b[^.?!]*@|^(?:no[ ,]+)?(?:it's |it is |only )?@ *$"
)
# Whoever asks how, or whether, asks.
_ASKS = re.compile(
    r"^(?:(?:and|so|hi|hello|hey|ok|please|but)[ ,]+)*(?:how|what|whose|who|can i|could i|may i"
    r"|do|does|is|are|am|will|would it|should|if|when|where|why)\b"
)
# Whoever asks that somebody do it, asks for it, where the name is said.
_POLITE = re.compile(
    r"^(?:(?:and|so|hi|hello|hey|ok|please|but)[ ,]+)*(?:can|could|would|will|may) (?:i|you|we)\b"
)
_SENTENCES = re.compile(r"(?<=[?!;\n])\s*|(?<=[a-z0-9]\.)\s+", re.IGNORECASE)
_MAIL = r"(?:e-?mail|mail|inbox|correo)"
_THINGS = r"(?:tickets?|seats?|pdfs?|them|it|entradas?)"
_WANTS_MAIL = re.compile(
    rf"\b{_MAIL}\b (?:me )?(?:\w+ )?{_THINGS}\b"
    rf"|\b(?:send|resend|get|have|forward|want|need|mandar?|enviar?|manda|envia)\w*\b.*\b{_THINGS}\b.*"
    rf"\b(?:by|via|to|per|through|in|por|a|al|with) (?:\w+ ){{0,2}}{_MAIL}\b"
)
# "Will you email me the tickets?" asks what happens by itself, and "to my wife's" is not theirs.
_ASKS_FOR_MAIL = re.compile(
    r"^(?:(?:and|so|hi|hello|hey|ok|but)[ ,]+)*(?:how|what|which|who|do|does|did|will|would it|is"
    r"|are|am|when|where|why|has|have)\b"
)
_TO_OTHERS = re.compile(
    r"\S@\S|\b(?:wife|husband|friend|colleague|sister|brother|mother|other|boss)"
)


@dataclass(frozen=True)
class Transfer:
    """What shall become of a ticket: another's with a code of its own, or only a name on it.

    ``number`` is which ticket of an order, from 1, -1 for the last, ``ANY`` for any of them;
    ``holder`` whose name, if said; ``others`` are further names of the same message.
    """

    gives: bool
    number: int | None = None
    holder: str | None = None
    others: tuple[Transfer, ...] = ()


def parse_transfer(
    text: str, typed: str, *, known: Iterable[str] = (), is_expected: bool = False
) -> Transfer | None:
    """Read a request to give a ticket away or to put names on some; None where it is neither.

    ``known`` are names of shows and sections, which are nobody's. ``is_expected`` says that a name
    was asked for, or has just been put, so that "and Ann Lee on the second" is one.
    """
    sentences = _SENTENCES.split(normalize(text).rstrip(" .!"))
    asked = [one for one in sentences if _ASKS.match(one)]
    said = " ".join(one for one in sentences if one not in asked)
    if given := _parse_gift(said, typed):
        return given
    mere = [one for one in asked if not _POLITE.match(one)]
    normalized = " ".join(one for one in sentences if one not in mere)
    pairs, plain = names_with_places(normalized, typed, known)
    if not pairs:
        is_wish = _NAME_ASKED.search(said)
        number = parse_ticket_number(said, asked=False)
        return Transfer(gives=False, number=number) if is_wish else None
    if not (_puts_names(plain) or (is_expected and not asked and _GOES_ON.search(plain))):
        return None
    places = places_named(plain)
    if len(pairs) == 1 and pairs[0][1] is None and places:
        pairs = [(pairs[0][0], places[0][0])]
    first, *others = [Transfer(gives=False, number=at, holder=name) for name, at in pairs]
    return replace(first, others=tuple(others))


def asks_to_give(text: str) -> bool:
    """Return whether somebody asks about a ticket for somebody else: "can I give one to Dave?"."""
    sentences = _SENTENCES.split(normalize(text).rstrip(" .!?"))
    asked = (one for one in sentences if _ASKS.match(one))
    return any(_parse_gift(one, one) is not None for one in asked)


def _puts_names(plain: str) -> bool:
    """Return whether a text, "@" for each name in it, wants names on tickets that there are."""
    is_put = _NAMES_ON.search(plain) or _PUT_NAME.search(plain)
    is_on_ticket = places_named(plain) or _ON_TICKET.search(plain)
    return bool(_SAYS.search(plain) or (is_put and is_on_ticket))


def _parse_gift(normalized: str, typed: str) -> Transfer | None:
    number = parse_ticket_number(normalized, asked=False)
    given = _GIVE_TO.search(normalized) or _GIVE_WHOM.search(normalized)
    if given and not re.match(r"(?:me|us|you)\b", given["who"]):
        return Transfer(gives=True, number=number, holder=name_in(given["who"], typed))
    return Transfer(gives=True, number=number) if _GIVE_AWAY.search(normalized) else None


def wants_mail(text: str) -> bool:
    """Return whether a buyer wants their tickets by e-mail, to the address of the payment."""
    normalized = normalize(text)
    if _ASKS_FOR_MAIL.match(normalized) or _TO_OTHERS.search(normalized):
        return False
    return bool(_WANTS_MAIL.search(normalized))
