"""Refund requests: number of tickets, and questions about refunds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from .quantities import RELATIVE, parse_quantity
from .text import normalize, order_numbers
from .typos import correct_typos

ALL = "all"
HALF = "half"
# The others: "keep 1" of three is two.
_KEEP = "keep "
# These very tickets: "tickets 1 3".
_TICKETS = "tickets"

# A number of tickets as it was said, or a share of those that there are.
Portion = Decimal | str

_NOT_MEANT = re.compile(
    r"\bord_\w+|\bsecond thoughts?\b|\b(?:two|2|\w+) times?\b|\b(?:one|two|\d+)(?:-|\s)?"
    r"(?:days?|hours?|weeks?|months?|minutes?|mins?|times?)\b"
    r"|\b(?:one|this|that) (?:thing|question)\b"
    r"|\b(?:two|both|all|three|one|\d)(?: of)?(?: my| the)? (?:orders|shows|purchases)\b"
)
_NUMBERS = {"one": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = rf"(?P<count>[1-9]|{'|'.join(_NUMBERS)})"
_KEPT = re.compile(
    rf"\b(?:(?:all|everything) (?:but|except)(?: for)?|keep(?: only| just)?) {_COUNT}\b"
)
_PART_OF = re.compile(
    rf"\b{_COUNT}(?: tickets?| seats?)? (?:out )?of (?:my|the|our|them|these|those|it"
    r"|\d|two|three|four|five|six|seven|eight)\b"
)
_HALF = re.compile(r"\bhalf\b(?! (?:a |of a )?dozen)")
_ALL = re.compile(
    r"(?<!after )(?<!that's )(?<!thats )\b(?:all|everything|every (?:one|ticket|seat)|each"
    r"|the lot|the rest|the remaining|remaining"
    r"|(?:whole|entire|full|complete)(?: \w+)?|completely|in full|fully|entirely)\b"
)
# What is kept without being counted: "keep mine and my kids', refund the rest", "all but theirs".
_KEEPS_SOME = re.compile(
    r"\b(?:keep(?:ing)?|hold on to|hang on to)\b"
    r"(?! (?:it|them|any|none|nothing|all|everything|half|(?:the )?(?:others?|rest|remaining))\b)"
    r"|\b(?:all|everything|every(?:one|body)'?s?|the lot) (?:but|except|bar|apart from)\b"
)
_REST_GOES = re.compile(
    r"\b(?:refund|return|reimburse|cancel|(?:give|send|hand|take)(?: back)?)\b[^.;!?]*"
    r"\b(?:rest|others?|remaining)\b"
)
_GIVEN_BACK = re.compile(
    r"\b(?:refund|return|reimburse|give back|money back for|back for|pay back|hand back"
    r"|not using|no longer need|don't need)"
    r"(?: (?:me|us|for|just|only|back|please|to you|of))* (?P<rest>.*)"
)
_BEGINS = re.compile(rf"{_COUNT}\b|(?:an?|both|a single)\b|\d")
# Of tickets, and not "give me my money back".
_GIVES_BACK = re.compile(
    r"\b(?:give|hand|take|send|return|refund)\b(?! (?:me|us|you|my money|the money)\b)"
    r"(?:(?: (?!to\b)[^ ,.;!?]+){0,5}? back\b|.*\b(?:seats?|tickets?) [1-9])"
)
_LONE = re.compile(r"\b(?:just|only) (?:the )?(?:one|1)\b|\ba single one\b")
# Whose a ticket is, without a name on it: "mine and mum's", "my sister's money", "his one".
_THING = r"(?:ticket|seat|one|1|money)\b"
_OWNER = (
    rf"(?:(?:mine|his|hers|my own)\b(?: {_THING})?|(?:my|her) (?!money){_THING}"
    rf"|{RELATIVE}'?s {_THING}|(?:my |her |his )?[a-z]+'s\b(?: {_THING}|(?! ?\w)"
    r"|(?= (?:and|n|back|please)\b)))"
)
_JOINED = r"(?:,? (?:and|n|&|plus) |, )"
# In a list "mums" is whose, too; "my kids" may be any number.
_OWNERS = rf"(?P<owners>{_OWNER}(?:{_JOINED}(?:{_OWNER}|(?!my |the |a ){RELATIVE}s\b))*)"
_MANY = re.compile(rf"{_JOINED}(?:my|our|the) (?!rest|others?|remaining)")
_KEPT_BY = re.compile(rf"\b(?:keep|leave|not|but|except)(?: only| just)? {_OWNERS}")
_GOES_OF = re.compile(
    r"\b(?:refund|return|reimburse|cancel|give|take|hand|money(?: back)? for|back for|just|only)"
    rf"(?: (?:me|us|back|just|only|for))* {_OWNERS}(?! to\b)"
)

_ASKS_WHERE = re.compile(
    r"\b(?:where(?:'s| is| are)|when (?:do|will|does|am|is|should|can)|what happened (?:to|with)"
    r"|status of|did you (?:refund|pay|send)|(?:has|have|is|was|were) .*\b(?:refunded|arrived"
    r"|paid back|come through|gone through)"
    r"|still waiting"
    r"|(?:haven't|have not|hasn't|has not|didn't|did not|not)"
    r" (?:got|gotten|get|received|seen|arrived)"
    r"|not (?:here|there|yet)|never (?:came|arrived|got))\b"
)
_ASKS_RULES = re.compile(
    r"\b(?:how long|how (?:do|does|can|would|are)|how many days|until when|by when"
    r"|what (?:if|happens)"
    r"|polic(?:y|ies)|rules?|terms|conditions?"
    r"|(?:are|is) (?:the |my |these |your )?(?:tickets?|it|seats?|they) refundable"
    r"|do you (?:refund|give|offer|do|have|allow|take)|am i (?:entitled|allowed|able)"
    r"|(?:is|are) (?:a |the )?(?:refunds?|it) (?:possible|free|allowed)|is it possible"
    r"|is there a fee|what does it cost|do i (?:get|have|need)|which card|what card"
    r"|deadline|latest i can|in case)\b"
)
_ASKS_MONEY = re.compile(
    r"\b(?:refund\w*|money|reimburse\w*)\b|\b(?:get|paid|pay|have|receive|sent?) (?:\w+ )*back\b"
    r"|\bhow (?:long|many days) (?:does|will|would|until|till|before) (?:it|that|this|i)\b"
    r"|\bwhen (?:do|will|does|would|should) (?:i|it|that) (?:\w+ )*(?:get|have|arrive|there|here)\b"
)
_ASKS_AMOUNT = re.compile(
    r"\bhow much\b|\bwhat (?:do|will|would) i get\b|\bthe full (?:price|amount)\b.*\?"
)
# With one of these a question beside a yes may be about what the yes is to.
_OF_IT = re.compile(
    r"\b(?:it|them|this|which|undo|undone|reverse|back|cards?|banks?|account|fees?|cancel\w*"
    r"|sure|seats?|tickets?|price)\b"
)
_AGREES = re.compile(
    r"(?:(?:please|pls|ok|okay|so|then|just|and|yes|yeah|yep|sure|right|correct|do)[ ,.!]+)*"
    r"(?:refund|return|pay (?:it |them |that )?back|(?:give|send) (?:it|them)(?: back)?)"
    r"(?: (?:it|them|that|me|us|both|now|please|pls|to me|tickets?|my tickets|the tickets))*[ .!]*"
)
_LEAVES = re.compile(
    r"\b(?:stop|quit|exit|abort|nvm|never ?mind|forget (?:it|about it|that|this|the refund)"
    r"|leave it|drop it|scrap (?:it|that|this)|call it off|changed? my mind|maybe later"
    r"|not (?:now|today)|another time|start over|no refund"
    r"|don't (?:refund|do it|do that|return|pay)|do not (?:refund|do it|return|pay)"
    r"|(?:don't|dont|do not|no longer) want (?:it|this|that|a refund|the refund|the money|to"
    r"|my money)"
    r"|(?:i'll|i will|i|we'll|we|let me|let's|want to|rather|better|going to|gonna) "
    r"(?:\w+ )?(?:keep (?:it|them|both|all|everything|my)|go (?:after|anyway|there))"
    r"|keep (?:it|them|both|all|everything|my|the(?! (?:other|rest))))\b"
    r"|^(?:please )?cancel(?: (?:it|that|this|the refund|refund|please|pls))*[ .!]*$"
)
_OTHER = re.compile(
    r"\b(?:the )?(?:other|another|different|wrong) (?:one|order|show|tickets?|purchase)\b"
    r"|\bnot (?:that|this) (?:one|order)\b"
)

# "If possible" is a polite demand.
_SUPPOSES = re.compile(
    r"\b(?:if(?! (?:possible|you (?:can|could|would|please)|so|not)\b)|in case|suppose|supposing"
    r"|what about|how about|what then|what's then|whats then|before i (?:buy|order|pay|book))\b"
)
_KEEPS_TICKETS = re.compile(r"\bkeep|n't|\bnot\b|\bstop\b")


def parse_portion(text: str, *, asked: bool) -> Portion | None:
    """Parse how many tickets are to go back; ``asked`` says that this was the question.

    A number comes back as it was said, be it 0 or 2.5: refusing is another's job. None where some
    are kept and it isn't said how many.
    """
    normalized = _NOT_MEANT.sub("|", normalize(text))
    kept = _KEPT.search(normalized)
    if kept:
        return f"{_KEEP}{_count(kept['count'])}"
    part = _PART_OF.search(normalized)
    if part:
        # "One of my two": the second number only says how many there are.
        return Decimal(_count(part["count"]))
    if going := _owners(_GOES_OF, normalized):
        return Decimal(going)
    if staying := _owners(_KEPT_BY, normalized):
        return f"{_KEEP}{staying}"
    if _LONE.search(normalized):
        return Decimal(1)
    keeps_some = bool(_KEEPS_SOME.search(normalized))
    number = None if keeps_some else parse_quantity(normalized, asked=asked)
    if number is None:
        given = _GIVEN_BACK.search(normalized)
        rest = given["rest"] if given else ""
        number = parse_quantity(rest, asked=True) if _BEGINS.match(rest) else None
    if number is not None:
        return number
    if _HALF.search(normalized):
        return HALF
    return ALL if _ALL.search(normalized) and not keeps_some else None


def keeps_uncounted(text: str) -> bool:
    """Return whether some tickets are kept and it isn't said how many, nor how many go."""
    is_kept = bool(_KEEPS_SOME.search(normalize(text)))
    return is_kept and parse_portion(text, asked=True) is None


def _owners(pattern: re.Pattern[str], normalized: str) -> int:
    """Count the people whose tickets a sentence names behind a verb; 0 where it names none."""
    normalized = correct_typos(normalized)
    found = pattern.search(normalized)
    if found is None or _MANY.match(normalized, found.end()):
        return 0
    return len(re.split(_JOINED, found["owners"]))


def portion_of_tickets(numbers: Iterable[int]) -> Portion:
    """Write which tickets in particular are to go back, by their numbers in the order."""
    return " ".join([_TICKETS, *(str(number) for number in sorted(numbers))])


def numbers_of(portion: Portion | None) -> list[int]:
    """Read which tickets in particular a portion names; none where it is only a number."""
    is_named = isinstance(portion, str) and portion.startswith(_TICKETS)
    return [int(one) for one in str(portion).split()[1:]] if is_named else []


def tickets_of(portion: Portion, left: int) -> Decimal | None:
    """Convert a portion to a number of tickets; None where it is not a whole number."""
    if portion == ALL:
        return Decimal(left)
    if named := numbers_of(portion):
        return Decimal(len(named))
    if isinstance(portion, str) and portion.startswith(_KEEP):
        return Decimal(left - int(portion.removeprefix(_KEEP)))
    if portion == HALF:
        return None if left % 2 else Decimal(left // 2)
    return Decimal(portion)


def gives_back(text: str) -> bool:
    """Return whether somebody who has tickets wants some of them taken back."""
    normalized = normalize(text)
    is_whose = _owners(_GOES_OF, normalized) and _owners(_KEPT_BY, normalized)
    return bool(is_whose or _GIVES_BACK.search(normalized))


def asks_where(text: str) -> bool:
    """Return whether a buyer looks for a refund that they have asked for before."""
    return bool(_ASKS_WHERE.search(normalize(text)))


def asks_rules(text: str) -> bool:
    """Return whether a buyer asks how refunds work, and not yet for one."""
    return bool(_ASKS_RULES.search(normalize(text)))


def asks_money(text: str) -> bool:
    """Return whether a question during a refund is about the refund."""
    return bool(_ASKS_MONEY.search(normalize(text)))


def asks_amount(text: str) -> bool:
    """Return whether a buyer asks what they would get back."""
    return bool(_ASKS_AMOUNT.search(normalize(text)))


def asks_of_refund(question: str) -> bool:
    """Return whether a question beside a yes to a refund may be about that refund."""
    is_of_it = bool(_OF_IT.search(normalize(question)))
    return is_of_it or asks_money(question) or asks_amount(question)


def agrees_again(text: str) -> bool:
    """Return whether a buyer answers "shall I pay it back?" by saying just that."""
    return bool(_AGREES.fullmatch(correct_typos(normalize(text))))


def supposes_refund(text: str) -> bool:
    """Return whether a buyer speaks of a refund for the case that something happens."""
    return bool(_SUPPOSES.search(normalize(text)))


def leaves_refund(text: str) -> bool:
    """Return whether a buyer wants to keep what they have."""
    normalized = normalize(text)
    return bool(_LEAVES.search(normalized)) and not _REST_GOES.search(normalized)


def wants_other_order(text: str) -> bool:
    """Return whether a buyer means another order than the one spoken of."""
    return bool(_OTHER.search(normalize(text)))


def _count(normalized: str) -> int:
    return _NUMBERS.get(normalized) or int(normalized)


def keeps_tickets(text: str) -> bool:
    """Return whether a sentence with a number in it says that the tickets are kept."""
    return bool(_KEEPS_TICKETS.search(normalize(text)))


def is_refund_question(text: str) -> bool:
    """Return whether a buyer asks about refunds and names nothing that they want back."""
    names = bool(order_numbers(text)) or parse_portion(text, asked=False) is not None
    return not names and (asks_where(text) or asks_rules(text))
