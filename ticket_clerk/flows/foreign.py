"""The answer to a message in a language that isn't spoken here: one sentence in that language."""

from __future__ import annotations

from ticket_clerk.languages.foreign import foreign_language, regret
from ticket_clerk.understanding.language import LANGUAGE

from .turn import Turn


def say_foreign(turn: Turn) -> bool:
    """Tell in the language of the message which one is spoken; False where it is that one.

    A title that was offered and the names of what is for sale are of no language.
    """
    utterance = turn.utterance
    if utterance.selected or utterance.is_command:
        return False
    code = foreign_language(utterance.typed, LANGUAGE.code)
    if code is not None:
        # The catalog is read for the few messages that may be foreign.
        code = foreign_language(utterance.typed, LANGUAGE.code, _names(turn))
    if code is not None:
        turn.dispatcher.utter_message(text=regret(code, LANGUAGE.code))
    return code is not None


def _names(turn: Turn) -> list[str]:
    shows = turn.catalog.shows
    sections = [section.name for show in shows for section in show.sections]
    aliases = [alias for show in shows for alias in show.aliases]
    return [*(show.name for show in shows), *aliases, *(show.venue for show in shows), *sections]
