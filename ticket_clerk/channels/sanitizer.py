"""Cleans a typed message before anything else sees it: plain, short, without a card's data.

Pure text: no Rasa, no network.
"""

import unicodedata
from dataclasses import dataclass

from .cards import (
    card_parts,
    completes_card,
    contains_card,
    contains_security_code,
    is_card_talk,
)

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


@dataclass(frozen=True)
class Recent:
    """What buyer and bot said in the last few turns, oldest first."""

    buyer: tuple[str, ...] = ()
    bot: str = ""

    def split_card(self, text: str = "") -> int:
        """How many of the latest messages, `text` as the last, are a card number together."""
        said = (*self.buyer, text) if text else self.buyer
        return completes_card([card_parts(one) for one in said])


def plain_wording(typed: str, recent: Recent = Recent()) -> Wording:  # noqa: B008  frozen
    """What `typed` says as plain text; cleaning a cleaned text changes nothing.

    For some turns after a card was removed or spoken of (`recent`), groups of digits and expiry
    dates are taken for a card's, too.

    A slash at the start would let a buyer name intents, slots and commands
    (rasa/nlu/classifiers/regex_message_handler.py), so leading slashes are dropped together with
    every blank and invisible character before, between and after them.
    """
    visible = "".join(_shown(character) for character in _beginning(typed))
    words = " ".join(unicodedata.normalize("NFKC", visible).split())
    if words == CARD_REMOVED or _has_card_data(words, recent):
        return Wording(CARD_REMOVED, had_card=True)
    return Wording(words.lstrip("/ ")[:LONGEST_MESSAGE].strip())


def _has_card_data(words: str, recent: Recent) -> bool:
    if contains_card(words) or contains_security_code(words) or recent.split_card(words):
        return True
    is_watched = any(map(is_card_talk, (*recent.buyer, words)))
    return is_watched and bool(card_parts(words, recent.bot))


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
