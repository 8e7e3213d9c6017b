"""What a typed message becomes before anything else sees it: plain, short, without a card number.

Pure text: no Rasa, no network.
"""

import unicodedata
from dataclasses import dataclass

from .cards import contains_card

LONGEST_MESSAGE = 1000
"""Characters of a message that are read; the rest is cut off."""

# Of a longer one only the beginning is looked at: 40,000 digits took seconds to look through.
_LONGEST_READ = 4096

CARD_REMOVED = "[card number removed]"
"""Stands for a whole message that held a card number: what surrounds one (expiry, CVC, name on
the card) must not be kept either."""


@dataclass(frozen=True)
class Wording:
    """A message as it is handed on, and whether a card number was taken out of it."""

    text: str
    had_card: bool = False


def plain_wording(typed: str) -> Wording:
    """What `typed` says as plain text; cleaning a cleaned text changes nothing.

    A slash at the start would let a buyer name intents, slots and commands
    (rasa/nlu/classifiers/regex_message_handler.py), so leading slashes are dropped together with
    every blank and invisible character before, between and after them.
    """
    visible = "".join(_shown(character) for character in _beginning(typed))
    words = " ".join(unicodedata.normalize("NFKC", visible).split())
    if contains_card(words) or words == CARD_REMOVED:
        return Wording(CARD_REMOVED, had_card=True)
    return Wording(words.lstrip("/ ")[:LONGEST_MESSAGE].strip())


def _beginning(typed: str) -> str:
    """What is read of a message: up to a letter, since half a card number would not be noticed."""
    if len(typed) <= _LONGEST_READ:
        return typed
    letters = (at for at, character in enumerate(typed[:_LONGEST_READ]) if character.isalpha())
    return typed[: max(letters, default=-1) + 1]


def _shown(character: str) -> str:
    """The character, a blank for line breaks and control characters, nothing for invisible ones."""
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
