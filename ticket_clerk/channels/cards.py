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
    plain = _with_ascii_digits(text)
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


# "card" alone, too: whoever talks of one may be about to write it.
_CARD_TALK = re.compile(
    r"\b(?:cards?|visa|mastercard|amex|maestro|cvc2?|cvv2?|csc|security code|expir(?:es?|y|ation)"
    r"|valid (?:thru|until)|tarjetas?|caduca(?:cidad)?|vencimiento|vence|c[oó]digo de seguridad)\b",
    re.IGNORECASE,
)
_CODE_NAME = (
    r"\b(?:cvc2?|cvv2?|csc|cid|security\s+code|card\s+code|verification\s+code"
    r"|c[oó]digo\s+de\s+(?:seguridad|la\s+tarjeta|verificaci[oó]n))\b"
)
_SECURITY_CODE = re.compile(
    rf"{_CODE_NAME}(?:\s|[:=#.,(-]|(?:is|es|number|n[uú]mero)\b){{0,6}}(?<!\d)\d{{3,4}}(?!\d)"
    rf"|(?<![\d\w])\d{{3,4}}(?![\d\w])\s*(?:,|-|is|es|\(|=)?\s*(?:the|my|el|mi)?\s*{_CODE_NAME}",
    re.IGNORECASE,
)
_RUN = re.compile(r"(?<![\w$€£])(?<!\d,)\d+(?:[ ./-]+\d+)*(?!\w)(?!,\d)")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}|\d{1,2}/\d{1,2}/\d\d"
)
_EXPIRY = re.compile(r"(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?(?:2[4-9]|3\d|4\d)")
_YEAR_OR_SUM = re.compile(r"20[0-4]\d|\d+[.,]\d\d|\d{1,2}[./]\d{1,2}|\d{1,2}(?: \d{1,2}){0,3}")
# A number after these, or before those, is no part of a card.
_NAMED = re.compile(
    r"(?:\b(?:sections?|sectors?|rows?|seats?|gates?|blocks?|orders?|sec(?:ci[oó]n|tor)(?:es)?|filas?"
    r"|asientos?|puertas?|pedidos?|on|el|for|para)|[$€£#:])\s*$",
    re.IGNORECASE,
)
# "The receipt for the 210", "charged 196": three digits behind these are a sum, and no code.
_CHARGED = re.compile(
    r"\b(?:receipts?|invoices?|bills?|refunds?|total|sum|amount|price|costs?|paid|charged"
    r"|recibos?|facturas?|importe|precio|pagu[eé]|cobr\w+)"
    r"(?: (?:me|us|for|of|over|about|was|the|my|our|those|only|on|de|del|por|los|las|mi))*\s*$",
    re.IGNORECASE,
)
_CODE_PLACE = re.compile(
    r"\s*(?:is|are|on the (?:back|card)|behind|at the back|es|detr[aá]s)\b", re.IGNORECASE
)
_COUNTED = re.compile(
    r"\s*(?:[$€£%]|(?:tickets?|seats?|people|persons?|dollars?|usd|euros?|eur|bucks|o'?clock|am|pm"
    r"|entradas?|asientos?|personas?|d[oó]lares)\b|:\d)",
    re.IGNORECASE,
)


def is_card_talk(text: str) -> bool:
    """Whether cards are spoken of, in either language."""
    return _CARD_TALK.search(text) is not None


def contains_security_code(text: str) -> bool:
    """Whether a card's security code is named and written ("CVC 123", "123 is my cvv")."""
    return _SECURITY_CODE.search(_with_ascii_digits(text)) is not None


def card_parts(text: str, known: str = "") -> list[str]:
    """The digits in `text` that may be a part of a card, where cards are the subject.

    These are groups of three digits and more, seven digits and more in small groups, and expiry
    dates. Dates, times, sums ("paid 210"), counted and named numbers ("section 101") are none, nor
    is a number that stands in `known`, what the bot itself has said.
    """
    plain = _with_ascii_digits(text)
    return [
        match.group()
        for match in _RUN.finditer(plain)
        if _is_part(match.group())
        and not re.search(rf"(?<!\d){re.escape(match.group())}(?!\d)", known)
        and not _NAMED.search(plain[: match.start()])
        and not _COUNTED.match(plain[match.end() :])
        and not _is_sum(match, plain)
    ]


def completes_card(parts: list[list[str]]) -> int:
    """How many of the latest messages are a card number together, by the parts in each."""
    joined = ""
    for count, found in enumerate(reversed(parts), start=1):
        joined = "".join(re.sub(r"\D", "", part) for part in found) + joined
        if _has_network(joined) and len(joined) >= SHORTEST and _passes_luhn(joined):
            return count
    return 0


def _is_sum(match: re.Match[str], plain: str) -> bool:
    """Return whether three digits are what was paid: "the receipt for the 210, on his card"."""
    is_charged = len(match.group()) == 3 and _CHARGED.search(plain[: match.start()])
    return bool(is_charged) and not _CODE_PLACE.match(plain[match.end() :])


def _is_part(run: str) -> bool:
    if _EXPIRY.fullmatch(run):
        return True
    if _DATE.fullmatch(run) or _YEAR_OR_SUM.fullmatch(run):
        return False
    groups = re.findall(r"\d+", run)
    return max(map(len, groups)) >= 3 or sum(map(len, groups)) >= 7


def _with_ascii_digits(text: str) -> str:
    digits = (unicodedata.digit(character, None) for character in text)
    return "".join(
        character if digit is None else str(digit)
        for character, digit in zip(text, digits, strict=True)
    )
