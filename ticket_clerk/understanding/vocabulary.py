"""Common words that identify no show, and the words for kinds of shows."""

from __future__ import annotations

import re

from text_to_num import alpha2digit

from .language import LOADED, spoken
from .text import normalize, words_with_spans

_ENGLISH = frozenset(
    """
    a about above actually adult adults after again against ago all also am an and angeles another
    any anybody anyone anything are around as ask at available away back bad be because been before
    being best better big book booking both bring brother buddy but buy by call can cancel card
    change cheap cheaper cheapest child children city class code come coming concert confirm cost
    could couple dad date dates day days dear did different do does don't done down each early
    either else end enough evening event events every everything expensive family far father feat
    fest festival few find fine first for forget free friday friend friends from front ft fun game
    games get girl give go going gonna good got grab great group guy had half happening has have he
    hello help her here hey hi high him his hold home hour how i i'd i'll i'm if in info instead
    into is it it's january just keep kid kids kind know la las last late later left less let let's
    life like little live long look looking los lot love lower made make man many march match
    matches matinee may maybe me men mine moment monday money month more morning most mostly mother
    movie movies much mum music musical my name near need never new next nice night no nobody none
    nope not nothing now number of off ok okay old on one ones only open or order orders other our
    out over party pay people per performance person place play please pls presents price prices put
    question ready really red refund reserve right row same san saturday say seat seats second
    section see send set shall she show shows sister so some somebody someone something soon sorry
    sound sounds st stage stay still stop street such summer sunday sure take talk team tell than
    thank thanks that that's the theater theatre their them then there these they thing things think
    this those three thursday ticket tickets time to today together tomorrow tonight too top tour
    tuesday two under until up upper us use v versus very vip vs wait wanna want wants was way we
    wednesday week weekend well went were what what's when where which white who why wife will
    winter with woman women wonder wondering word work world would wrong year years yep yes
    yesterday you young your
    """.split()
)

COMMON_WORDS = _ENGLISH.union(*(language.common_words for language in LOADED))

_CATEGORIES = {
    "basketball": ("sport", "nba", "hoops", "bball", "b-ball"),
    "baseball": ("sport", "mlb", "ball game", "ballgame"),
    "soccer": ("sport", "football", "football match", "mls", "futbol", "fútbol"),
    "football": ("sport", "nfl"),
    "hockey": ("sport", "nhl", "ice hockey"),
    "concert": ("gig", "band", "music"),
    "musical": ("broadway", "music"),
    "theater": ("theatre", "play", "drama"),
    "comedy": ("comedian", "stand-up", "standup", "stand up", "funny", "a laugh"),
    "ballet": ("dance", "dancing"),
    "opera": ("operas",),
    "festival": ("fest", "music"),
}

# What is liked, and the kinds that are like that; what comes first is more particular.
_TASTES = {
    "classical music": ("classical", "opera", "ballet"),
    "música clásica": ("classical", "opera", "ballet"),
    "classical": ("classical", "opera", "ballet"),
    "rock music": ("concert", "festival"),
    "pop music": ("concert", "festival"),
    "live music": ("concert", "festival"),
    "culture": ("theater", "opera", "ballet", "musical", "classical"),
    "singing": ("musical", "opera", "concert"),
}

CATEGORY_WORDS = {
    name: (*words, *(word for one in LOADED for word in one.category_words.get(name, ())))
    for name, words in _CATEGORIES.items()
}


# Places of a house that a show may lack.
PLACE_WORDS = (
    "rows? balcony balconies boxe?s? stalls? circle gallery mezzanine orchestra parquet parterre"
    " loges? terraces? bleachers grandstand courtside ringside pit lawn"
).split()


def kinds_liked(text: str) -> tuple[str, frozenset[str]]:
    """Return a text without the tastes that it names, and the kinds that are to those."""
    kinds: set[str] = set()
    for taste, liked in _TASTES.items():
        rest = re.sub(rf"\b{taste}\b", " ", text)
        kinds.update(liked if rest != text else ())
        text = rest
    return text, frozenset(kinds)


# Kinds of outings that are looked for and that no catalog has as a kind of its own.
_UNSOLD = frozenset(
    "museum museo exhibition exposición zoo aquarium acuario cinema cine movie film película circus"
    " circo planetarium".split()
) - {word for kind, words in CATEGORY_WORDS.items() for word in (kind, *words)}


def unsold_kind(text: str) -> str | None:
    """Find the kind of outing in a sentence that isn't sold as one: "a museum"."""
    words = (word for word, _ in words_with_spans(normalize(text)))
    return next((one for word in words if (one := word.removesuffix("s")) in _UNSOLD), None)


def kind_name(kind: str) -> str:
    """Name a kind of show in the turn's language."""
    return next(iter(spoken().category_words.get(kind, ())), kind)


def is_number_word(word: str) -> bool:
    """Return whether a word is a number: "six", "22"."""
    return str(alpha2digit(word, "en", threshold=0)).isdigit()


def is_kind(name: str) -> bool:
    """Return whether a name is only a kind of show: "the opera", "a football match"."""
    kinds = {plain_word for kind, words in CATEGORY_WORDS.items() for plain_word in (kind, *words)}
    named = name.casefold().split()
    rest = [word for word in named if word not in COMMON_WORDS and word.rstrip("s") not in kinds]
    return not [word for word in rest if word not in kinds]
