"""Selection of shows from the catalog.

Names and aliases count word by word, misspellings forgiven, so that a show that was added a minute
ago is understood without training. City, venue, category and date narrow down what the name leaves
open, and may stand for a name.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from ticket_clerk.ticketing.domain.models import Show

from .corrections import after_correction, rejected_part, without_rejected
from .show_hints import parse_hints
from .show_index import MOST_TYPOS, SHORTEST_WITH_TYPOS, index_of, is_telling, names_of
from .text import Span, blank_out, fold_accents, normalize, words_with_spans
from .times.dates import without_no_times
from .times.own import without_own_times
from .vocabulary import COMMON_WORDS, is_number_word

_AFTER_TICKETS = re.compile(
    r"\b(?:(?:tickets?|tix|seats?) (?:for|to)|(?:want|like|love) to see"
    r"|how much (?:is|are|does|for)|(?:prices?|cost) (?:of|for)|(?:when|where) (?:is|are|does|do)"
    r") (?:the |an? )?([a-z]{3,})"
)
_ASKED_FOR = re.compile(
    r"(?:(?:and|ok|okay|so|no|hmm|but|then)[ ,]+)*"
    r"(?:(?:is there |have you got |(?:you )?got |do you have )?any(?:thing|one)?"
    r"(?: (?:by|from|with|of|for))?|(?:do|will) you (?:have|sell|do)|have you got|(?:you )?got"
    r"|is|are|what about|how about|(?:i'm|we're)? ?(?:looking|hoping) for)"
    r" (?:(?:the|any|tickets (?:for|to)) )?(?P<name>[\w'&-]+(?: [\w'&-]+){0,3}?)"
    r"(?: (?:tickets?|shows?|concerts?|gigs?|on|playing|coming|too|then))*"
)
_BEFORE_TICKETS = re.compile(r"([^\W\d_]{3,})(?<!ing) (?:tickets?|tix)\b")
# What else one asks the price, the place or the time of.
_NOT_SHOWS = frozenset(
    "address balcony box delivery door doors entrance fee fees floor parking payment postage"
    " section sections service shipping students tax taxes total venue".split()
)
# Who asks whether one has to stand up looks for no comedian.
_STANDING = re.compile(r"\b(?:to|we|you|i|can|could|must|people|everybody) (stand up)\b")
_WORD = re.compile(r"\w+")
# "The lighthouse one", "something about a whale", "la del faro": told by what it is about.
_DESCRIBED = re.compile(
    r"\b(?:the|that) (?P<which>[\w'-]+) (?:one|show|play|thing)\b"
    r"|\b(?:(?:the|that|an?) )?(?:one|show|play|story|thing|something|anything)"
    r"(?: that(?:'s| is))? (?:about|with|where) (?P<about>[^.,;?!]+)"
    r"|\b(?:el|la|algo|uno|una)(?: que (?:va|trata))? (?:del?|sobre|con) (?P<de>[^.,;?!]+)",
    re.IGNORECASE,
)
_SHORTEST_CLUE = 5
# What follows is a place, even if a show has it in its name: "Portland Thorns", and "in Portland".
_IN_PLACE = re.compile(r"\b(?:in|near|around)(?: downtown)? $")


@dataclass(frozen=True)
class ParsedShows:
    """Parsed shows, with the spans that named them.

    ``is_sure`` is False when the words fit only in part ("Lakers vs Celtics"): then the shows are
    to be offered, not taken. ``is_several`` says that different ones were named, each by its name.
    ``spans`` is where names stand in the plain text.
    """

    shows: tuple[Show, ...] = ()
    spans: tuple[Span, ...] = ()
    has_name: bool = False
    has_hint: bool = False
    is_sure: bool = True
    is_several: bool = False


def parse_shows(text: str, shows: Sequence[Show], now: datetime) -> ParsedShows:
    """Find the shows that a sentence means; several when it leaves that open, or none."""
    normalized = without_rejected(_without_sections(normalize(text), shows))
    normalized = without_own_times(normalized)
    corrected, rejected = after_correction(normalized), rejected_part(text)
    if corrected != normalized:
        parsed = _parse(corrected, shows, now, rejected)
        if parsed.has_name:
            return parsed
    return _parse(normalized, shows, now, rejected)


def _parse(normalized: str, shows: Sequence[Show], now: datetime, turned_down: str) -> ParsedShows:
    named, spans, is_sure = _by_name(normalized, shows)
    others = _named_beside(normalized, shows, named, spans)
    if others:
        ids = {show.id for show in (*named, *others)}
        both = tuple(show for show in shows if show.id in ids)
        return ParsedShows(both, spans, True, is_several=True)
    hints = parse_hints(normalized, named or shows, now, turned_down)
    if not named:
        fitting = tuple(show for show in shows if hints and hints.fits(show))
        is_sure = all(hints.when.is_sure_of(show.starts_at, now) for show in fitting)
        fitting = _with_hint_in_name(normalized, fitting)
        return ParsedShows(fitting, has_hint=bool(hints), is_sure=is_sure)
    fitting = tuple(show for show in named if hints.fits(show))
    return ParsedShows(fitting or named, spans, True, bool(hints), is_sure)


def _without_sections(normalized: str, shows: Sequence[Show]) -> str:
    """Blank out whole names of sections: "North stand" is a place, and no stand-up show.

    A name that is in a show's own name, too, stays.
    """
    index = index_of(shows)
    spans = [
        match.span()
        for name in index.sections
        if name in normalized and name not in index.names
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", normalized)
    ]
    spans += [match.span(1) for match in _STANDING.finditer(normalized)]
    return blank_out(normalized, spans)


def _with_hint_in_name(normalized: str, shows: tuple[Show, ...]) -> tuple[Show, ...]:
    """Prefer the shows that are called "matinee" to all that are in the afternoon."""
    normalized = without_no_times(normalized)
    called = {word for word in ("matinee", "evening") if re.search(rf"\b{word}\b", normalized)}
    return (
        tuple(show for show in shows if called & set(_WORD.findall(normalize(show.name)))) or shows
    )


def with_described(
    text: str, descriptions: Sequence[tuple[str, str]], known: Container[str]
) -> str:
    """Write the names of the shows for what tells of them: "the lighthouse one, two please".

    ``descriptions`` has each show's name with what it is about. The ``known`` words, those of
    questions, and common ones are clues to nothing. Several shows are written with an "or".
    """
    found = _DESCRIBED.search(text)
    said = next(filter(None, found.groups()), "") if found else ""
    words = {_singular(word) for word in _clues(said, known)}
    told = [name for name, about in descriptions if words & set(map(_singular, _clues(about, ())))]
    names = " or ".join(dict.fromkeys(re.sub(r" *\([^)]*\)$", "", name) for name in told))
    return f"{text[: found.start()]}{names}{text[found.end() :]}" if found and names else text


def _clues(text: str, known: Container[str]) -> list[str]:
    """Return the words of a text that may tell one show from another."""
    words = [word.removesuffix("'s") for word, _ in words_with_spans(normalize(text))]
    dull = COMMON_WORDS | _NOT_SHOWS
    return [
        word
        for word in words
        if len(word) >= _SHORTEST_CLUE
        and word not in dull
        and word not in known
        and not is_number_word(word)
    ]


def _singular(word: str) -> str:
    return fold_accents(word).rstrip("s")


def names_stranger(text: str, known: Container[str]) -> bool:
    """Return whether "tickets for …", "see …" or "… tickets" may name a show.

    What stands before is often no name ("paper tickets"), so none of the ``known`` words is one.
    """
    normalized = normalize(text)
    after, before = _AFTER_TICKETS.search(normalized), _BEFORE_TICKETS.search(normalized)
    return bool(
        (after and _may_be_name(after[1]))
        or (before and before[1] not in known and _may_be_name(before[1]))
    )


def asks_for_name(text: str, known: Container[str]) -> bool:
    """Return whether nothing but an unknown name is asked for: "do you have …?", "what about …?".

    Only where shows were just listed is that likely to be one of a show.
    """
    found = _ASKED_FOR.fullmatch(normalize(text).strip(" .!?"))
    words = [word for word, _ in words_with_spans(found["name"])] if found else []
    return bool(words) and all(_may_be_name(one) and one not in known for one in words)


def _may_be_name(word: str) -> bool:
    dull = COMMON_WORDS | _NOT_SHOWS
    return not ({word, word.removesuffix("s")} & dull or is_number_word(word))


def parse_discontinued(text: str, names: Sequence[str], shows: Sequence[Show]) -> str | None:
    """Find a show that is over by its whole name, unless one of ``shows`` is named wholly, too.

    A name of one word must be asked for: "tickets for Home".
    """
    normalized = normalize(text)
    if any(_is_whole_name(show, normalized) for show in shows):
        return None
    for name in sorted(names, key=len, reverse=True):
        whole = re.escape(normalize(name))
        before = r"(?<!\w)" if " " in name else r"(?:^|\b(?:for|to|see|the) )"
        if re.search(rf"{before}{whole}(?!\w)", normalized):
            return name
    return None


def label(show: Show, among: Sequence[Show], date_text: str) -> str:
    """Name a show so that the name, said back, means it alone; the date helps out if needed."""
    alike = [other for other in among if normalize(other.name) == normalize(show.name)]
    return show.name if len(alike) < 2 else f"{show.name}, {date_text}"


def _by_name(
    normalized: str, shows: Sequence[Show]
) -> tuple[tuple[Show, ...], tuple[Span, ...], bool]:
    """Take the shows whose names share most words with the sentence."""
    words = words_with_spans(normalized)
    dull = index_of(shows).dull
    found = _sharing(words, normalized, shows)
    best = max((sum(map(len, shared)) for _, shared, _ in found), default=0)
    if not best:
        return (), (), True
    chosen = [one for one in found if sum(map(len, one[1])) == best]
    exact = [item for item in chosen if _is_whole_name(item[0], normalized)]
    chosen = exact or chosen
    spans = tuple(sorted({span for _, _, where in chosen for span in where}))
    is_sure = bool(exact) or not _has_stranger(normalized, words, spans, dull)
    return tuple(show for show, _, _ in chosen), spans, is_sure


def _named_beside(
    normalized: str, shows: Sequence[Show], named: tuple[Show, ...], spans: tuple[Span, ...]
) -> list[Show]:
    """Find the shows that other words of the sentence name, without a misspelling."""
    everything = words_with_spans(normalized)
    taken = {word for word, span in everything if span in spans}
    words = [
        (word, span)
        for word, span in everything
        if word not in taken and not _IN_PLACE.search(normalized[: span[0]])
    ]
    spelled = {word for word, _ in words}
    ids = {show.id for show in named}
    others = _sharing(words, "", shows) if named else []
    return [show for show, shared, _ in others if show.id not in ids and shared & spelled]


def _sharing(
    words: list[tuple[str, Span]], normalized: str, shows: Sequence[Show]
) -> list[tuple[Show, set[str], set[Span]]]:
    """Find the shows whose names share words with the sentence; which words, and where.

    Each word of a name is looked for once, however many shows have it.
    """
    index, places = index_of(shows), dict[str, list[Span]]()
    found = []
    for show in (shows[position] for position in index.candidates(words)):
        shared, spans = _shared(words, normalized, show, index.dull, places)
        if shared:
            found.append((show, shared, spans))
    return found


def _shared(
    words: list[tuple[str, Span]],
    normalized: str,
    show: Show,
    dull: frozenset[str],
    places: dict[str, list[Span]],
) -> tuple[set[str], set[Span]]:
    """Collect the words of the show's names that the sentence has, and where."""
    shared: set[str] = set()
    spans: set[Span] = set()
    for name in names_of(show):
        tokens = _words_of(name)
        for token in tokens:
            if token not in places:
                places[token] = _find(token, words)
        hits = {token: span for token in tokens for span in places[token]}
        if not hits:
            continue
        telling = {
            token
            for token, span in hits.items()
            if is_telling(token, dull) and not _IN_PLACE.search(normalized[: span[0]])
        }
        if telling or (len(hits) == len(set(tokens)) and _is_mentioned_whole(name, normalized)):
            shared |= telling or set(hits)
            spans |= set(hits.values())
    return shared, spans


@lru_cache(maxsize=32_768)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(word for word, _ in words_with_spans(normalize(name)))


def _find(token: str, words: list[tuple[str, Span]]) -> list[Span]:
    """Find a word of a name in the sentence; the longer the word, the more typos are forgiven."""
    token = fold_accents(token)
    for word, span in words:
        folded = fold_accents(word).removesuffix("'s")
        is_plural = word not in COMMON_WORDS and folded.rstrip("s") == token.rstrip("s")
        if folded == token or is_plural and len(token) > 3:
            return [span]
    return [span for word, span in words if _is_misspelled(fold_accents(word), token)][:1]


def _is_misspelled(word: str, token: str) -> bool:
    """Return whether a word is a slip of the finger away; nobody gets a first letter wrong."""
    forgiven = 0 if len(token) < SHORTEST_WITH_TYPOS else 1 if len(token) < 9 else MOST_TYPOS
    return (
        forgiven > 0
        and word[0] == token[0]
        and word not in COMMON_WORDS
        and DamerauLevenshtein.distance(word, token) <= forgiven
    )


def _is_mentioned_whole(name: str, normalized: str) -> bool:
    """Return whether a name of common words, such as "The Night Shift", occurs verbatim."""
    whole = normalize(name)
    if all(is_number_word(word) for word, _ in words_with_spans(whole)):
        # "Six" is a musical, and how many tickets one wants.
        return bool(re.search(rf"\b(?:for|see|to) {re.escape(whole)}\b(?! tickets?)", normalized))
    return bool(re.search(rf"\b{re.escape(whole)}\b", normalized)) or (
        len(whole) > 9 and fuzz.partial_ratio(whole, normalized) >= 92
    )


def _is_whole_name(show: Show, normalized: str) -> bool:
    """Return whether one of the show's own names, word for word, is in the sentence."""
    return any(
        re.search(rf"(?<!\w){re.escape(normalize(name))}(?!\w)", normalized)
        for name in names_of(show)
    )


def _has_stranger(
    normalized: str, words: list[tuple[str, Span]], spans: tuple[Span, ...], dull: frozenset[str]
) -> bool:
    """Return whether a side of "this against that" is nobody whom we have."""
    for match in re.finditer(r"\b(?:vs?|versus|against)\b\.?", normalized):
        before = [(word, span) for word, span in words if span[1] <= match.start()][-1:]
        after = [
            (word, span)
            for word, span in words
            if span[0] >= match.end() and word not in {"the", "a"}
        ][:1]
        for word, span in before + after:
            if span not in spans and is_telling(word, dull):
                return True
    return False
