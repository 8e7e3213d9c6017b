"""Names of people in a message, spelled as they were typed, and the tickets that they are for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.tickets import holder_name

from ..text import Span, blank_out, fold_accents, normalize
from ..vocabulary import COMMON_WORDS
from .numbers import TICKET, places_named

# "The name Anna Smith", "my friend Anna Smith", "Anna Smith's name".
RELATION = (
    r"(?:the|a|an|my|our|his|her|some|one|1|another|un|una|mi|el|la|al|a|de|nombre|name|names|of"
    r"|old|best|good|dear|friend|friends|mate|buddy|wife|husband|partner|mother|mom|mum|father|dad"
    r"|sister|brother|son|daughter|child|kid|cousin|aunt|uncle|niece|nephew|neighbou?r|colleague"
    r"|coworker|boss|girlfriend|boyfriend|fiancee?|grandma|grandpa|roommate|flatmate|amig[oa]"
    r"|herman[oa]|espos[oa]|marido|mujer|novi[oa]|madre|padre|hij[oa]|prim[oa]|person|somebody"
    r"|someone|else|other|people|called|named|llamad[oa]|it's|it is|that's|her|his|their|is|for|to"
    r"|para|es|se|llama|mine|who|whose|will|be|in|on|put|please)"
)
_BEFORE_NAME = re.compile(rf"^(?:{RELATION}[ ,:]+)*")
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
    " amiga someone's it's email mail e-mail phone app ok yes write add print done paid i'm perfect"
    " excellent wonderful hallo names".split()
)
_MOST_WORDS = 4
# Between the parts of a name these are small: "Ana de la Cruz".
_PARTICLES = frozenset("de la del da di do dos du van von der den bin al el y e".split())
# Where somebody comes from or lives is nobody's name.
_FROM_PLACE = re.compile(r"\b(?:from|lives? (?:in|near)|viene de|vive en|desde)\s+$", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?\n])\s*$")
_FOR_PLACE = re.compile(r"\s*(?:on|for|goes|gets)\b")
# In small letters a name is told by its place alone: "put anna smith on", "ticket 2: bob".
_PUT = re.compile(
    r"(?:\b(?:put|write|add|print|names?|and|n|plus)\b|[,&]) (?P<who>[^,;.!?]+?)"
    r" (?:be )?(?:put |written )?"
    rf"(?:up)?(?:on|in|onto|to|en) (?:(?:the|my|our|that|mi|la) )?(?:\w+ )?(?:{TICKET}\b|one\b"
    r"|other\b|first\b|second\b|third\b|last\b)"
)
_PLACE_THEN = re.compile(
    rf"\b{TICKET}(?: [1-9])?\b(?:\?|[^.!?]*?(?: (?:to|say|be|is|a|for)|:))[ :]+(?P<who>[^,;.!?]+)"
    r"|\b(?:other|one|first|second|third|last)(?: one)?(?: (?:is )?for|:) (?P<other>[^,;.!?]+)"
)


def parse_holder(typed: str) -> str | None:
    """Read a name as the answer to the question for one; None for what is none."""
    return name_in(normalize(typed), typed)


def wants_no_name(text: str) -> bool:
    """Return whether a ticket shall be given away without a name on it."""
    return bool(_NO_NAME.search(normalize(text)))


def names_with_places(
    normalized: str, typed: str, known: Iterable[str] = ()
) -> tuple[list[tuple[str, int | None]], str]:
    """Pair each name of a message with its place in an order, and return the text without names.

    A place is ``ANY`` for "one of them" or "the other", None where none is said. ``known`` are
    names of shows and sections, which are nobody's.
    """
    others = {fold_accents(normalize(one)) for one in known}
    names = _capitalized(normalized, typed, others)
    names = names or list(_by_position(normalized, typed, others))
    plain = blank_out(normalized, [span for _, span in names]).replace("|", "@")
    return _paired(names, places_named(plain)), re.sub("@+", "@", plain)


def name_in(who: str, typed: str) -> str | None:
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


def _paired(
    names: Iterable[tuple[str, Span]], places: Iterable[tuple[int, Span]]
) -> list[tuple[str, int | None]]:
    """Give each name the place that stands next to it, in the order of what is said."""
    paired: list[tuple[str, int | None]] = []
    name: str | None = None
    place: int | None = None
    said = [(span, None, one) for one, span in names] + [(span, at, None) for at, span in places]
    for _, at, one in sorted(said, key=lambda mention: mention[0]):
        if one is not None and name is not None:
            paired.append((name, None))
        name, place = one or name, place if at is None else at
        if name is not None and place is not None:
            paired.append((name, place))
            name = place = None
    return [*paired, (name, None)] if name is not None else paired


def _capitalized(normalized: str, typed: str, known: set[str]) -> list[tuple[str, Span]]:
    """Find names by their capitals, each with its span in the normalized text."""
    if typed.isupper():
        return []
    found, at, plain = [], 0, fold_accents(normalized)
    for words in _runs(typed):
        said = fold_accents(normalize(" ".join(words)))
        name = None if _is_nobody(said, known) else _spelled(words)
        said = re.sub(r"'s$", "", said).strip(" .")
        start = plain.find(said, at) if name else -1
        if name and start >= 0:
            found.append((name, (start, start + len(said))))
            at = start + len(said)
    return found


def _is_nobody(said: str, known: set[str]) -> bool:
    words = [re.sub(r"'s$", "", word) for word in said.split()]
    is_known = all(any(word in one.split() for one in known) for word in words)
    return is_known or all(word in _NO_NAMES or len(word) < 2 for word in words)


def _runs(typed: str) -> Iterator[list[str]]:
    """Give the words with capitals that stand together, without those that begin a sentence."""
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(typed):
        word = match.group()
        is_next = not typed[end : match.start()].strip() and not _ends(typed[:end])
        if run and not is_next:
            yield _cut(run)
            run = []
        is_first = bool(_SENTENCE_START.search(typed[: match.start()]))
        is_name = word[0].isupper() and not (is_first and not _begins_name(match, typed))
        is_name = is_name and not (not run and _FROM_PLACE.search(typed[: match.start()]))
        if is_name or (run and word in _PARTICLES):
            run.append(word)
        elif run:
            yield _cut(run)
            run = []
        end = match.end()
    if run:
        yield _cut(run)


def _begins_name(match: re.Match[str], typed: str) -> bool:
    """Return whether the first word of a sentence is a name: "Denise on the second"."""
    if fold_accents(normalize(match.group())).strip(".") in _NO_NAMES:
        return False
    rest = typed[match.end() :]
    return bool(_FOR_PLACE.match(rest) or re.match(r" [^\W\d_a-z]\w+", rest))


def _ends(before: str) -> bool:
    """Return whether a sentence ends before a word; "J." is an initial."""
    return before.endswith((".", "!", "?")) and not re.search(r"\b\w\.$", before)


def _cut(run: list[str]) -> list[str]:
    """Drop small words behind a name, and what is said in front of one: "I'm Ann Lee"."""
    while run and (run[-1] in _PARTICLES or run[-1].casefold() == "i"):
        run = run[:-1]
    while len(run) > 1 and fold_accents(normalize(run[0])) in {"i'm", "i", "put", "write", "add"}:
        run = run[1:]
    return run[:_MOST_WORDS]


def _by_position(normalized: str, typed: str, known: set[str]) -> Iterator[tuple[str, Span]]:
    for match in (*_PUT.finditer(normalized), *_PLACE_THEN.finditer(normalized)):
        found = match.groupdict()
        who = found["who"] or found.get("other") or ""
        name = name_in(who, typed)
        if name and not _is_nobody(fold_accents(normalize(name)), known):
            start = normalized.find(normalize(name), match.start())
            yield name, (start, start + len(normalize(name))) if start >= 0 else match.span()


def _spelled(words: list[str]) -> str | None:
    name = re.sub(r"['’]s$", "", " ".join(words)).strip(" .")
    try:
        return holder_name(name.title() if name.islower() else name)
    except InvalidRequest:
        return None
