"""A buyer's words put into the words that ``ticket_clerk/understanding`` knows, phrase by phrase.

No translation: what is not in the glossary stays, above all names of shows and order numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from text_to_num import alpha2digit


class Glossary:
    """What each phrase is heard as; of two that fit at a place the first one in the file counts."""

    def __init__(self, code: str, phrases: Mapping[str, str]) -> None:
        """Each key is what is heard, its value a regular expression of what is said.

        Expressions with an accent need it; the others forgive that it is left out.
        """
        self._code = code
        exact = {heard: said for heard, said in phrases.items() if not said.isascii()}
        loose = {heard: said for heard, said in phrases.items() if said.isascii()}
        self._passes = (_Pass(exact), _Pass(loose))

    def translate(self, text: str) -> str:
        """Say a sentence in the words that are heard; numbers become digits."""
        exact, loose = self._passes
        said = exact.apply(unicodedata.normalize("NFC", text))
        numbers = str(alpha2digit(said, self._code, threshold=0))
        return " ".join(loose.apply(_without_accents(numbers)).split())


class _Pass:
    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._heard = list(phrases)
        parts = [f"(?P<_{number}>{said})" for number, said in enumerate(phrases.values())]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)

    def apply(self, text: str) -> str:
        return self._pattern.sub(self._replace, text) if self._heard else text

    def _replace(self, match: re.Match[str]) -> str:
        return self._heard[int(str(match.lastgroup)[1:])]


def _without_accents(text: str) -> str:
    """Drop accents and the signs that open a question or a call."""
    opened = text.translate({ord("¿"): " ", ord("¡"): " "})
    parts = unicodedata.normalize("NFKD", opened)
    return "".join(part for part in parts if not unicodedata.combining(part))
