"""Shows like one that is named: of the same kind as ours, or said not to be sold."""

from __future__ import annotations

from ticket_clerk.understanding.asking.kinds import name_likened
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import words_with_spans
from ticket_clerk.understanding.vocabulary import COMMON_WORDS, kind_name

from ..show_lists import remember, shows_reply
from ..turn import RasaEvents, Turn
from ..unanswered import plain_quote


def tell_alike(turn: Turn) -> RasaEvents | None:
    """List the shows of the kind of the one that is named; None where no name is likened.

    A name that is none of ours is said not to be sold, and all shows are offered.
    """
    name, shows = name_likened(turn.text), turn.catalog.shows
    if name is None:
        return None
    named = parse_shows(name, shows, turn.now)
    if not named.has_name:
        is_name = any(
            one not in COMMON_WORDS | turn.known_words for one, _ in words_with_spans(name)
        )
        if named.has_hint or not is_name:
            return None
        turn.say("utter_not_sold", name=plain_quote(_as_typed(turn, name)))
        turn.say(shows_reply(turn, "utter_shows", shows))
        return remember(shows)
    kinds = {show.category for show in named.shows}
    alike = [show for show in shows if show.category in kinds and show not in named.shows]
    if alike:
        turn.say(shows_reply(turn, "utter_shows_alike", alike))
        return remember(alike)
    kind = kind_name(next(iter(kinds)) or "")
    turn.say("utter_none_alike", show=named.shows[0].name, kind=kind)
    others = [show for show in shows if show not in named.shows]
    turn.say(shows_reply(turn, "utter_shows", others))
    return remember(others)


def _as_typed(turn: Turn, name: str) -> str:
    """Return a name with the capitals that it was typed with."""
    typed = turn.utterance.typed
    at = typed.casefold().find(name)
    return typed[at : at + len(name)] if at >= 0 else name
