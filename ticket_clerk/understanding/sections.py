"""Selection of a show's section by number, name, price or rank."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ticket_clerk.ticketing.domain.models import Section, Show

from .answers import asks_difference
from .corrections import after_correction, rejected_part, without_rejected
from .quantities import parse_quantity
from .text import normalize, words_with_spans
from .typos import correct_typos
from .vocabulary import COMMON_WORDS, PLACE_WORDS

_SECTION = r"(?:section|sec|sect|block|area|stand|tier)"
_NUMBERED = re.compile(rf"\b{_SECTION}s?\.? ?(?:number |no\.? |#)?(?P<id>[a-z]?\d+[a-z]?|[a-z])\b")
_BARE = re.compile(r"(?<![\w$€£.:#/-])#?(?P<id>[a-z]?\d+[a-z]?)(?![\w%:/])(?!\.\d)")
_PLACE = re.compile(rf"\b(?:{'|'.join(PLACE_WORDS)}|upper deck)\b")
_ANY = re.compile(
    r"\b(?:any(?:thing|where|one)?(?! (?:other|shows?|music|questions?|idea))|whichever|whatever"
    r"|wherever|either|(?<!thanks )all the same"
    r"|up to you|you (?:choose|pick|decide)|(?:don't|dont|do not) (?:care|mind)"
    r"|(?:doesn't|does not|doesnt) matter|no preference|not fussy|surprise me)\b"
)
_ANY_SEAT = re.compile(rf"\b(?:any|whichever|whatever) (?:{_SECTION}|seats?)\b")
_CHEAPEST = re.compile(
    r"\b(?:cheap(?:est|o)?|lowest|least expensive|low(?:est)? price|bargain"
    r"|budget (?:ones?|seats?)|inexpensive)\b"
)
_PRICIEST = re.compile(
    r"\b(?:the best|^best$|best (?:ones?|seats?|section|category|places?|you)"
    r"|most expensive|dearest|priciest|top (?:seats?|section|ones?)|nicest|premium)\b"
)
_MIDDLE = re.compile(
    r"\b(?:middle|medium|mid|average)(?: |-)?"
    r"(?:priced?|ones?|range|category|section|seats?)\b"
)
_CHEAPER = re.compile(
    r"\bdowngrade\w*\b|\b(?:cheaper|less expensive|lower priced) (?:seats?|ones?|section)\b"
)
_CHOSEN = re.compile(r"\b(?:then|instead|please|pls|rather|i'll (?:take|have)|make (?:it|that))\b")
_MOVES = re.compile(r"\b(?:instead|mov(?:e|ed|ing)|switch|swap|upgrade\w*|change|sit in)\b")
# Of seats that one has: "swap them", "our 2 for the stalls", "pay the difference".
_OF_MINE = re.compile(
    r"\b(?:upgrade\w*|difference|extra money|my|our|ours|them|those|already|paid|bought|have|had)\b"
)
_BESIDE_OURS = re.compile(
    r"\b(?:next to|beside|besides|close to|near|alongside|adjacent to|by the side of)"
    r" (?:us|me|ours|mine|our|my(?! (?:hotel|home|house|place|car)\b)|them|row|seats?|the others"
    r"|where we)\b"
)
_ASKS_TERMS = re.compile(
    r"\b(?:old|current|present|other) seats\b|\bwhat (?:happens|if)\b|\bdo (?:i|we) (?:lose|keep)\b"
)
# Of a section's name these alone may be anything's.
_NOT_ALONE = frozenset({"box", "stand", "standing", "pass", "upper", "lower", "front", "tier"})
BETWEEN = re.compile(r"[.,;:!?]+ |\b(?:and|plus|also|n)\b|[&+]")
_OR = re.compile(r"\bor(?: maybe| perhaps| even)?\b")
LEAST_OF_PREFERENCE = 3
# So long a number alone is a section's, where there is one of it.
SURE_DIGITS = 3
_COUNTED = re.compile(r" ?(?:more |x )?(?:tickets?|tix|people|persons?|of us|adults?|kids?)\b")
_MONEY = re.compile(
    r"[$€£] ?(?P<a>\d[\d,]*(?:\.\d\d)?)"
    r"|\b(?P<b>\d[\d,]*(?:\.\d\d)?) ?(?:dollars?|bucks|euros?)\b"
)
_MONEY_SEATS = re.compile(rf"(?:{_MONEY.pattern}) (?:seats?|ones?|section|tickets?|tix)\b")
_LIMIT = re.compile(r"\b(?:under|below|less than|up to|max(?:imum)?|at most|over|above)\b")
_RANKS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "last": -1}
# "Third lady" is no place in a list.
_RANK = re.compile(
    rf"\b(?P<rank>{'|'.join(_RANKS)}) (?:one|section|option)\b"
    rf"|^(?:(?:ok|yes|please|i'll|we'll|take|the)[ ,]+)*(?P<alone>{'|'.join(_RANKS)})"
    r"(?: please)?[ .!]*$"
)


@dataclass(frozen=True)
class ParsedSection:
    """The section that was meant; ``is_unknown`` when one was named that the show lacks."""

    section: Section | None = None
    is_unknown: bool = False


def parse_section(text: str, show: Show, *, asked: bool, quantity: int) -> ParsedSection:
    """Find the section that a sentence names.

    ``asked`` says that the section was asked for: then a bare number, a rank or "any" is one too.
    "Any" takes the cheapest section with ``quantity`` seats left, and the fullest if none has.
    """
    if wants_between(text):
        return ParsedSection(_between(show, quantity))
    normalized = without_rejected(correct_typos(normalize(text)))
    corrected = after_correction(normalized)
    if corrected != normalized:
        parsed = _parse(corrected, show, asked=asked, quantity=quantity)
        if parsed.section or parsed.is_unknown:
            return parsed
    return _parse(normalized, show, asked=asked, quantity=quantity)


def wants_between(text: str) -> bool:
    """Return whether neither the cheapest nor the dearest is wanted, but what is between them."""
    extremes = rejected_part(re.sub(r"\b(?:neither|nor)\b", "not", normalize(text)))
    return bool(_CHEAPEST.search(extremes) and _PRICIEST.search(extremes))


def section_of(text: str, show: Show, *, asked: bool = False) -> Section | None:
    """Return the section that a sentence is about, whatever the number of tickets."""
    return parse_section(text, show, asked=asked, quantity=1).section


def _parse(normalized: str, show: Show, *, asked: bool, quantity: int) -> ParsedSection:
    numbered = _NUMBERED.search(normalized)
    if numbered:
        return _numbered(numbered["id"], show)
    section = _named(normalized, show) or _bare(
        normalized, show, digits=1 if asked else SURE_DIGITS
    )
    section = section or _by_price(normalized, show, _MONEY if asked else _MONEY_SEATS)
    if section or not asked:
        return ParsedSection(section or _by_preference(normalized, show, quantity, asked=False))
    section = _by_preference(normalized, show, quantity, asked=True)
    section = section or _by_rank(normalized, show)
    is_named = bool(_BARE.fullmatch(normalized) or _PLACE.search(normalized))
    return ParsedSection(section, is_unknown=section is None and is_named)


def chooses_section(text: str, show: Show, *, asked: bool) -> bool:
    """Return whether a sentence takes a section: "then the loge", "the loge instead".

    Where it was asked for, the cheapest or the best is one, too.
    """
    normalized = without_rejected(normalize(text))
    is_by_rank = asked and _by_preference(normalized, show, 1, asked=False) is not None
    section = section_of(text, show)
    return section is not None and bool(is_by_rank or _CHOSEN.search(normalized))


def prefers_section(text: str, show: Show, chosen: str | None) -> bool:
    """Return whether a sentence has something to say for another section than the chosen one.

    "She says the gallery is enough" does; its name alone is what a question beside it is about.
    """
    section = section_of(text, show)
    if section is None or section.id == chosen:
        return False
    return len(without_name(text, section).split()) >= LEAST_OF_PREFERENCE


def wants_cheaper(text: str) -> bool:
    """Return whether a buyer wants to sit where it costs less than where they sit."""
    return bool(_CHEAPER.search(normalize(text)))


def names_section(text: str) -> bool:
    """Return whether a sentence says "section 101" or the like, of whatever show."""
    return bool(_NUMBERED.search(normalize(text)))


def sections_named(text: str, show: Show) -> list[Section]:
    """Find all sections that a sentence names by their words or numbers: "dugout or 112"."""
    normalized = without_rejected(normalize(text))
    words = [word for word, _ in words_with_spans(normalized)]
    numbers = (one["id"] for one in _BARE.finditer(normalized) if len(one["id"]) >= SURE_DIGITS)
    bare = [_by_id(number, show) for number in numbers]
    return [
        section
        for section in show.sections
        if any(_is_mentioned(token, words) for token in _telling_words(section, show))
        or re.search(rf"\b{re.escape(normalize(section.name))}\b", normalized)
        or section in bare
    ]


def shows_with_section(text: str, shows: Sequence[Show]) -> list[Show]:
    """Find the shows that have a section which a sentence names, by most of its words."""
    normalized = without_rejected(normalize(text))
    words = {word.removesuffix("s") for word, _ in words_with_spans(normalized)}
    named = {show.id: _words_named(normalized, words, show) for show in shows}
    most = max(named.values(), default=0)
    return [show for show in shows if most and named[show.id] == most]


def shows_having_section(text: str, offered: Sequence[Show], shows: Sequence[Show]) -> list[Show]:
    """Find the shows that have a section which is named, among those offered, else among all."""
    return shows_with_section(text, offered) or shows_with_section(text, shows)


def _words_named(normalized: str, words: Collection[str], show: Show) -> int:
    """Count the words of the section that is named best; a whole name is more than a part of it."""
    best = 0
    for section in show.sections:
        name = normalize(section.name)
        if re.search(rf"\b{re.escape(name)}\b", normalized):
            best = max(best, len(name.split()) + 1)
        telling = _telling_words(section, show) - _NOT_ALONE
        best = max(best, sum(word.removesuffix("s") in words for word in telling))
    return best


def either_section(text: str, show: Show) -> list[Section]:
    """Find the sections between which a sentence leaves the choice open: "parquet or loge"."""
    parts = _OR.split(without_rejected(normalize(text)))
    named = [sections_named(part, show) for part in parts]
    one_each = [sections[0] for sections in named if len(sections) == 1]
    is_open = len(parts) > 1 and len(set(one_each)) == len(parts)
    return one_each if is_open else []


def compared_sections(text: str, show: Show) -> list[Section]:
    """Find the sections that a sentence wants to know the difference of, or chooses between."""
    named = sections_named(text, show) if asks_difference(text) else []
    return named if len(named) > 1 else either_section(text, show)


def counted_sections(text: str, show: Show) -> tuple[tuple[int, Section], ...]:
    """Find how many tickets are wanted in each of several sections: "two loge and one balcony".

    Empty where it is fewer than two sections, or one of them has no number.
    """
    wanted: dict[str, tuple[int, Section]] = {}
    for part in BETWEEN.split(after_correction(without_rejected(normalize(text)))):
        section = _named(part, show) or _bare(part, show, digits=SURE_DIGITS)
        number = parse_quantity(without_name(part, section), asked=True) if section else None
        if section and number and number == int(number):
            wanted[section.id] = (int(number), section)
    return tuple(wanted.values()) if len(wanted) > 1 else ()


def without_name(text: str, section: Section) -> str:
    """Take the words of a section out of a sentence; what stops behind them stays."""
    name = {word for word, _ in words_with_spans(normalize(f"{section.name} {section.id}"))}
    words = normalize(text).split()
    return " ".join(
        left
        for word in words
        if (left := word if (bare := word.strip(".,!?#")) not in name else word.replace(bare, ""))
    )


def _numbered(wanted: str, show: Show) -> ParsedSection:
    section = _by_id(wanted, show)
    return ParsedSection(section, is_unknown=section is None)


def _bare(normalized: str, show: Show, *, digits: int) -> Section | None:
    """Find a section by its number without the word, unless it counts tickets."""
    for match in _BARE.finditer(normalized):
        section = _by_id(match["id"], show)
        is_long = len(match["id"]) >= digits
        if section and is_long and not _COUNTED.match(normalized[match.end() :]):
            return section
    return None


def _by_id(wanted: str, show: Show) -> Section | None:
    for section in show.sections:
        name = [word for word, _ in words_with_spans(normalize(section.name))]
        if wanted == normalize(section.id) or wanted in name:
            return section
    return None


def _named(normalized: str, show: Show) -> Section | None:
    """Find a section by its own words, misspellings forgiven; the most words win."""
    best: tuple[int, Section | None] = (0, None)
    words = [word for word, _ in words_with_spans(normalized)]
    for section in show.sections:
        if re.search(rf"\b{re.escape(normalize(section.name))}\b", normalized):
            return section
        hits = sum(_is_mentioned(token, words) for token in _telling_words(section, show))
        if hits > best[0]:
            best = (hits, section)
    return best[1]


def _telling_words(section: Section, show: Show) -> set[str]:
    """Words of a section's name that no other section of the show has, and no digits."""
    mine = {word for word, _ in words_with_spans(normalize(section.name))}
    others = {
        word
        for other in show.sections
        if other.id != section.id
        for word, _ in words_with_spans(normalize(other.name))
    }
    return {
        word for word in mine - others - COMMON_WORDS if not word[0].isdigit() and len(word) > 2
    } | (
        {
            word
            for word in mine - others
            if word in {"upper", "lower", "front", "vip", "white", "red"}
        }
    )


def _is_mentioned(token: str, words: list[str]) -> bool:
    singular = token.rstrip("s")
    return any(
        word.rstrip("s") == singular or (len(token) > 4 and fuzz.ratio(word, token) >= 83)
        for word in words
    )


def _by_preference(normalized: str, show: Show, quantity: int, *, asked: bool) -> Section | None:
    available = _available(show, quantity)
    if _PRICIEST.search(normalized):
        return available[-1]
    if _MIDDLE.search(normalized):
        return _between(show, quantity)
    if _CHEAPEST.search(correct_typos(normalized)) or (_ANY if asked else _ANY_SEAT).search(
        normalized
    ):
        return available[0]
    return None


def _available(show: Show, quantity: int) -> list[Section]:
    found = [section for section in show.sections if section.seats_left >= max(quantity, 1)]
    return found or sorted(show.sections, key=lambda section: -section.seats_left)[:1]


def _between(show: Show, quantity: int) -> Section:
    available = _available(show, quantity)
    return available[(len(available) - 1) // 2]


def _by_price(normalized: str, show: Show, money: re.Pattern[str]) -> Section | None:
    match = money.search(normalized)
    if not match or _LIMIT.search(normalized):
        return None
    major = float((match["a"] or match["b"]).replace(",", ""))
    for section in show.sections:
        if abs(section.unit_amount / 100 - major) < 1:
            return section
    return None


def _by_rank(normalized: str, show: Show) -> Section | None:
    match = _RANK.search(normalized)
    if not match:
        return None
    rank = _RANKS[match["rank"] or match["alone"]]
    return show.sections[rank] if rank < len(show.sections) else None


def wants_seat_change(text: str) -> bool:
    """Return whether a sentence speaks of sitting elsewhere than now."""
    return bool(_MOVES.search(normalize(text)))


def moves_own_seats(text: str) -> bool:
    """Return whether a sentence wants seats that one has to be others: "swap them for the loge"."""
    return wants_seat_change(text) and bool(_OF_MINE.search(normalize(text)))


def is_beside_own(text: str) -> bool:
    """Return whether a sentence speaks of a seat beside those that one has: "next to us"."""
    return bool(_BESIDE_OURS.search(normalize(text)))


def asks_upgrade_terms(text: str) -> bool:
    """Return whether a sentence asks what becomes of the seats that are given up."""
    return bool(_ASKS_TERMS.search(normalize(text)))
