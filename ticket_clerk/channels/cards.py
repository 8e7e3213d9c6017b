"""Finding card numbers in what people type, however they space them.

Pure text: no Rasa, no network. It errs towards seeing a card, because a number that was
overlooked stays in the conversation's database for good.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

SHORTEST = 12
LONGEST = 19

# (first prefix, last prefix, lengths in use), ISO/IEC 7812 ranges of the networks' own pages.
_RANGES: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({13, 16, 18, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),  # Mastercard
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),  # American Express
    ("300", "305", frozenset(range(14, 20))),  # Diners Club
    ("3095", "3095", frozenset(range(14, 20))),  # Diners Club
    ("36", "36", frozenset(range(14, 20))),  # Diners Club
    ("38", "39", frozenset(range(14, 20))),  # Diners Club
    ("3528", "3589", frozenset(range(16, 20))),  # JCB
    ("50", "50", frozenset(range(12, 20))),  # Maestro
    ("56", "69", frozenset(range(12, 20))),  # Maestro, Discover, UnionPay, RuPay
    ("81", "82", frozenset(range(16, 20))),  # UnionPay, RuPay
    ("2200", "2204", frozenset(range(16, 20))),  # Mir
    ("9792", "9792", frozenset({16})),  # Troy
)

# How cards are embossed: sizes of the groups and the first digits that go with them.
_EMBOSSED: tuple[tuple[tuple[int, ...], tuple[str, ...]], ...] = (
    ((4, 4, 4, 4), ("4", "5", "6", "35", "22", "23", "24", "25", "26", "27")),
    ((4, 6, 5), ("34", "37")),
    ((4, 6, 4), ("30", "36", "38", "39")),
)


# The same groups with a word or a sign between them; looked ahead, so that windows may overlap.
_SPELLED = tuple(
    re.compile(
        "(?<![0-9])(?=" + "[^0-9]{1,10}".join(f"([0-9]{{{n}}})" for n in shape) + "(?![0-9]))"
    )
    for shape, _prefixes in _EMBOSSED
)


@dataclass(frozen=True)
class _Run:
    """Digits with nothing but separators between them, and where each written group starts."""

    digits: str
    group_starts: tuple[int, ...]


def contains_card(text: str) -> bool:
    """Whether `text` holds a card number.

    That is 12 to 19 digits of any script, with any blanks, punctuation or invisible characters
    between them, that pass the check digit and have a network's prefix and length; or digits
    grouped as on a card (4-4-4-4, 4-6-5, 4-6-4), with few other characters between the groups
    ("4242x4242…", "4242 and 4242 …") when the check digit is right, and with separators even
    when it is mistyped.
    """
    return _is_spelled_out(text) or any(
        _is_checked_card(run.digits) or _is_embossed(run) for run in _runs(text)
    )


def is_named_by_card(name: str) -> bool:
    """Whether a number in `name` is a card's, as a whole and in the usual 14 to 16 digits.

    Narrower than :func:`contains_card`: names are often made of random or running numbers, in
    which some stretch passes the check digit by chance, and a mobile number has up to 13 digits.
    """
    return any(
        _is_embossed(run)
        or (
            len(run.digits) in range(14, 17)
            and _has_network(run.digits)
            and _passes_luhn(run.digits)
        )
        for run in _runs(name)
    )


def _is_spelled_out(text: str) -> bool:
    digits = (unicodedata.digit(character, None) for character in text)
    plain = "".join(
        character if digit is None else str(digit)
        for character, digit in zip(text, digits, strict=True)
    )
    found = ("".join(match.groups()) for shape in _SPELLED for match in shape.finditer(plain))
    return any(_has_network(number) and _passes_luhn(number) for number in found)


def _runs(text: str) -> Iterator[_Run]:
    digits: list[str] = []
    starts: list[int] = []
    apart = True
    for character in text:
        digit = unicodedata.digit(character, None)
        if digit is not None:
            if apart:
                starts.append(len(digits))
            digits.append(str(digit))
            apart = False
        elif _separates(character):
            apart = apart or not _is_invisible(character)
        else:
            if len(digits) >= SHORTEST:
                yield _Run("".join(digits), tuple(starts))
            digits, starts, apart = [], [], True
    if len(digits) >= SHORTEST:
        yield _Run("".join(digits), tuple(starts))


def _separates(character: str) -> bool:
    """Blanks, punctuation, marks and invisible characters; a colon or currency ends the run.

    Times (19:30) and price lists ($50, $60) would otherwise run together into long numbers.
    """
    category = unicodedata.category(character)
    return character != ":" and category != "Sc" and category[0] in "ZCPMS"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Mn", "Me"}


def _is_checked_card(digits: str) -> bool:
    return any(
        _has_network(digits[start : start + length])
        and _passes_luhn(digits[start : start + length])
        for start in range(len(digits) - SHORTEST + 1)
        for length in range(SHORTEST, min(LONGEST, len(digits) - start) + 1)
    )


def _has_network(number: str) -> bool:
    return any(
        len(number) in lengths and first <= number[: len(first)] <= last
        for first, last, lengths in _RANGES
    )


def _passes_luhn(number: str) -> bool:
    doubled = (int(d) * 2 for d in number[-2::-2])
    plain = sum(int(d) for d in number[-1::-2])
    return (plain + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def _is_embossed(run: _Run) -> bool:
    ends = (*run.group_starts[1:], len(run.digits))
    sizes = tuple(end - start for start, end in zip(run.group_starts, ends, strict=True))
    return any(
        sizes[at : at + len(shape)] == shape
        and run.digits.startswith(prefixes, run.group_starts[at])
        for shape, prefixes in _EMBOSSED
        for at in range(len(sizes))
    )
