"""The languages that the clerk speaks: a folder each, chosen by the setting CLERK_LANGUAGE.

English is the first one: its responses are in ``domain.yml``, its sentences in ``data/nlu``, and
its words are those that ``understanding`` knows. Another language's folder has its own responses
and sentences, and a glossary that puts a buyer's words into the ones that are parsed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from text_to_num import alpha2digit

from ticket_clerk.project import BOT, PACKAGE

FIRST = "en"
HERE = PACKAGE / "languages"
# libyaml reads the examples ten times as fast, where PyYAML was built with it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Language:
    """How amounts and dates are written, in Babel's terms, and how a sentence is parsed.

    ``intervals`` are Stripe's words for a period, as a buyer reads them; ``page`` is what Stripe's
    page says of an order, and ``checkout_locale`` in which language it says the rest: None leaves
    that to the buyer's browser. ``sums`` write a total with a code, or before tax.
    """

    code: str
    locale: str
    date: str
    day: str
    short_date: str
    period_end: str
    intervals: Mapping[str, str]
    page: Mapping[str, str]
    sums: Mapping[str, str]
    checkout_locale: str | None
    common_words: frozenset[str]
    category_words: Mapping[str, tuple[str, ...]]
    glossary: Glossary | None

    def translate(self, text: str) -> str:
        """Put a sentence into the words that the parsers know; order numbers and names stay."""
        return self.glossary.translate(text) if self.glossary else text


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """Name the languages that there are."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/language.yml")))


def listed(setting: str) -> tuple[str, ...]:
    """Read a list of languages: "en,es". The first is the default; of none, English."""
    named = (code.strip() for code in setting.split(","))
    return tuple(dict.fromkeys(code for code in named if code)) or (FIRST,)


def preferred(accepted: str, codes: Sequence[str]) -> str:
    """Choose of these languages the first that a browser's Accept-Language names, or the first."""
    named = (part.partition(";")[0].strip() for part in accepted.split(","))
    return next((code for tag in named if (code := tag[:2].lower()) in codes), codes[0])


@lru_cache
def load(code: str) -> Language:
    """Read a language's folder; raises LookupError where there is none."""
    if code not in codes():
        raise LookupError(code)
    said = read_yaml(HERE / code / "language.yml")
    file = HERE / code / "glossary.yml"
    return Language(
        code=code,
        locale=said["locale"],
        date=said["date"],
        day=said["day"],
        short_date=said["short_date"],
        period_end=said["period_end"],
        intervals=said["intervals"],
        page=said["page"],
        sums=said["sums"],
        checkout_locale=said.get("checkout_locale"),
        common_words=frozenset((said.get("common_words") or "").split()),
        category_words={
            name: tuple(words) for name, words in (said.get("category_words") or {}).items()
        },
        glossary=Glossary(code, read_yaml(file)) if file.exists() else None,
    )


@lru_cache
def responses(code: str) -> Mapping[str, str]:
    """Read the texts of a language by the names of their responses, without Rasa."""
    own = HERE / code / "responses.yml"
    responses = read_yaml(own if own.exists() else BOT / "domain.yml")["responses"]
    return {name: variants[0].get("text", "") for name, variants in responses.items()}


@lru_cache
def pages(code: str) -> Mapping[str, Any]:
    """Read what pages of ours say in a language: ``chat``, the web chat's, and ``after_paying``."""
    return read_yaml(HERE / code / "pages.yml")


def read_yaml(file: Path) -> dict[str, Any]:
    """Read a file of a language's folder."""
    content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), LOADER)  # noqa: S506
    return content


class Glossary:
    """Maps phrases to their canonical English; the first match in the file wins."""

    def __init__(self, code: str, phrases: Mapping[str, str]) -> None:
        """Compile the phrases: canonical English to regular expressions.

        Expressions with an accent need it; the others forgive that it is left out.
        """
        self._code = code
        exact = {
            canonical: expression
            for canonical, expression in phrases.items()
            if not expression.isascii()
        }
        loose = {
            canonical: expression
            for canonical, expression in phrases.items()
            if expression.isascii()
        }
        self._passes = (_Pass(exact), _Pass(loose))

    def translate(self, text: str) -> str:
        """Translate a sentence to canonical English; numbers become digits."""
        exact, loose = self._passes
        translated = exact.apply(unicodedata.normalize("NFC", text))
        numbers = str(alpha2digit(translated, self._code, threshold=0))
        return " ".join(loose.apply(without_accents(numbers)).split())


class _Pass:
    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._canonical = list(phrases)
        groups = [
            f"(?P<_{number}>{expression})" for number, expression in enumerate(phrases.values())
        ]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE)

    def apply(self, text: str) -> str:
        return self._pattern.sub(self._replace, text) if self._canonical else text

    def _replace(self, match: re.Match[str]) -> str:
        return self._canonical[int(str(match.lastgroup)[1:])]


def without_accents(text: str) -> str:
    """Drop accents and the signs that open a question or a call."""
    opened = text.translate({ord("¿"): " ", ord("¡"): " "})
    parts = unicodedata.normalize("NFKD", opened)
    return "".join(part for part in parts if not unicodedata.combining(part))
