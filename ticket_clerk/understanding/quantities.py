"""Number of tickets, in digits, words or idioms.

The number comes back as it was said, be it 0, -1, 2.5 or a million: refusing is another's job, and
a refusal must know what was meant.
"""

from __future__ import annotations

import re
from decimal import Decimal

from text_to_num import alpha2digit

from .corrections import (
    after_correction,
    rejected_part,
    turned_down_part,
    without_rejected,
)
from .text import normalize
from .times.dates import DATE_OR_TIME
from .typos import correct_typos

_PEOPLE = r"(?:tickets?|tix|tickts?|tikets?|seats?|people|persons?|ppl|adults?|kids?|child(?:ren)?"
_PEOPLE += r"|friends?|guests?|students?|seniors?|guys|pax|pieces|pcs|passes|pass|spots?|places"
_PEOPLE += r"|of '?(?:us|them|em|those|these))"
_KIND_OF_SEAT = r"(?:x|more|good|cheap|the|normal|regular|standard|ordinary|full price|adult"
_KIND_OF_SEAT += r"|single|standing|seated|extra)"
_KIN = r"wife|husband|partner|girlfriend|boyfriend|friend|mom|mum|mother|dad|missus|mrs|hubby"
_KIN += r"|better half|other half|bestie|mate|pal|bro|sis|aunt|uncle|cousin|niece|nephew"
_KIN += r"|gran(?:dma|dpa|ny)?|grandmother|grandfather|roommate|flatmate|colleague|boss"
_KIN += r"|neighbou?r|father|son|daughter|brother|sister|kid|date|buddy|fianc[eé]e?|spouse|gf|bf"
RELATIVE = rf"(?:my |the |a )?(?:{_KIN})"
_MATE = rf"{RELATIVE}\b"
_WANTED = (
    r"(?:for|need|wants?|like|get|buy|take|book|order|reserve|grab|just|only|have|want|give me"
    r"|(?:make|chang\w+) (?:it|that|them)(?: to)?"
    r"|but|said|do|be|mean|meant|instead|maybe|about|yes,?"
    r"|no,?|actually,?|x|of us is|we're|we are|we were)"
)
_NUMBER = re.compile(
    r"(?<![\w.|/:$#-])(?P<sign>-|minus |negative )?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|\.\d+)(?![\w/:%-])"
    r"(?!\.\d)"
)
_NOT_TICKETS = re.compile(
    r"\bord_\w+|\bi(?:'m| am) \d+"
    r"|[$€£]\s?\d[\d,.]*|\b\d[\d,.]*\s?(?:dollars?|bucks|usd|euros?|eur)\b"
    r"|\b(?:section|sec|sect|block|row|gate|level|door)\.? ?#?\w+"
    r"|\b\d[\d,.]*[ -]?(?:min(?:ute)?s?|h(?:ou)?rs?|days?(?! pass)|weeks?|months?|years?(?: olds?)?"
    r"|percent|km|miles|left|o'clock|generations?|questions?|shows?|things?|times)\b"
    r"|\b\d+ (?:more |other |further |extra |separate )?orders?\b"
    r"|\b(?:under|below|over|above|less than|more than|max(?:imum)?"
    r"|budget(?: of| is)?(?: like| about| around)?) \d+"
    # "Send it 2 my other card", "r u 4 real".
    r"|(?<=[a-z] )[24] (?:u|you|my|ur|your|her|his|their|our|him|them|real|sure|diff\w*|another)\b"
    r"|\b\d{2,} (?:max(?:imum)?|tops|at most|or less)\b"
)
_PRONOUN_ONE = re.compile(
    r"(?<!just )(?<!only )\b(?:the|this|that|which|what|any|every|each|other|another|same|first"
    r"|second|third|last|next"
    r"|early|earlier|late|later|evening|matinee|cheap\w*|best|good|nice\w*|dear\w*|expensive|either"
    r"|afternoon|night|[a-z]+est|new|different|no|some|right|wrong|st|nd|rd|th) ones?\b"
    r"|\bones\b"
    r"|\bone (?:(?:more|last) (?:thing|point|question|remark|issue|detail|try)|thing|point|question"
    r"|moment|second|sec|minute|of (?:the|those|these|them)"
    r"|of us (?:is|has|needs|can|will|wants))\b"
    r"|\b(?:any|some|every|no)one\b|\b[1-9]\d*(?:st|nd|rd|th) ones?\b"
)
_IDIOMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), number)
    for pattern, number in (
        (r"\bhalf (?:a |of a )?dozen\b", " 6 tickets "),
        (r"\b(?:a|one) dozen\b(?! questions)", " 12 tickets "),
        (r"\b(?:two|2) dozen\b", " 24 tickets "),
        (
            r"\b(?:a )?(?:couple|pair)\b(?! (?:of )?(?:questions?|things?|minutes?|days?|weeks?))"
            r"(?: of)?",
            " 2 tickets ",
        ),
        (
            r"\bboth of us\b|\b(?:us|we) both\b|(?<!pay )\bfor both\b"
            r"|\bboth (?:of (?:my|our|the|these|those) )?(?:tickets|seats)\b"
            r"|^(?:(?:yes|no|ok|please|actually|rather|i want|refund|give back|i mean)[ ,]+)*both"
            r"(?: of them)?(?: please)?[ .!]*$",
            " 2 tickets ",
        ),
        (r"\b(?:just|only|for) (?:me|myself)\b(?!,? (?:and|plus|my|our|&|\+))", " 1 tickets "),
        (r"\b(?:just|only) the one\b", " 1 tickets "),
        (r"\b(?:a|an|another|single)(?: single)? (?:ticket|seat|tix)\b", " 1 tickets "),
        (r"\bsingle (?:ticket|seat|one)\b", " 1 tickets "),
        (r"\b(?:half|1/2) (?:a |of a )?(?:ticket|seat)\b", " 0.5 tickets "),
        (r"\bno tickets\b", " 0 tickets "),
        (r"\bx ?(\d+)\b|\b(\d+) ?x\b", r" \1\2 tickets "),
    )
)
# A party is counted by its members: "me, my wife and our three kids", "2 adults and 3 kids".
_ME = r"(?:me|myself|i)\b"
_SOME = r"\d+ (?:adults?|grown-?ups?|seniors?|students?|kids?|child(?:ren)?|teens?|boys?|girls?"
_SOME += rf"|friends?|guests?|others?|people|guys|(?:{_KIN})s)\b"
_WHOSE = r"(?:my |our |the |a |her |his |their )?"
_MEMBER = rf"(?:{_ME}|{_WHOSE}{_SOME}|{_WHOSE}(?:{_KIN})\b)"
# Twins are two; how old somebody is counts nobody: "a mum of 80 and her two daughters".
_TWINS = re.compile(r"\b(?P<whose>the|my|our|her|his|their) (?:(?P<two>twins)|triplets)\b")
_OLD = re.compile(
    rf"\b(?P<who>{_KIN})s?(?: (?:of|aged)|,? who(?:'s| is)) \d{{1,3}}\b(?! (?:tickets?|seats?))"
)
_PARTY = re.compile(
    rf"\b{_MEMBER}(?:(?:,| and| n| plus| &| \+)+ {_MEMBER}"
    rf"|(?: and| plus| &| \+) (?:my )?\d+\b| {_SOME}| (?=my ){_MATE})+"
)
_MEMBERS = re.compile(rf"(?P<me>{_ME})|(?P<some>\d+)(?: [a-z-]+)?|{_MATE}")
# "One for Oliver and one for me": so many for each.
_FEW = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight)"
_SELF = r"(?:me|myself|us|ourselves|him|her|them)\b"
_SHARE = rf"{_FEW} (?:tickets? |seats? )?for (?:{_SELF}|{_MATE}|(?:my |our |the )?[a-z]+\b)"
_SHARES = re.compile(rf"\b{_SHARE}(?:(?:,| and| n| plus| &| \+)+ {_SHARE})*")
_DIFFERENCE = re.compile(
    rf"(?<![\w.-])(?:(?P<more>\d{{1,2}})(?: {_PEOPLE})? (?:more|extra|additional)\b(?! than)"
    r"|another (?P<another>\d{1,2})\b"
    r"|(?P<less>\d{1,2}) (?:less|fewer)\b(?! than)"
    rf"|(?:take|leave) (?P<off>\d{{1,2}})(?: {_PEOPLE})? (?:off|away|out)\b"
    r"|(?:add|plus) (?:another )?(?P<added>\d{1,2})\b)"
)
# "Add another one" is of what was just counted, and "add another show" is not.
_ONE_MORE = re.compile(
    r"\badd (?:just |only )?another(?: one)?\b(?= ?(?:please|pls|then|too|for|to|[,.!?]|$))"
)
# "Two or three of us."
_EITHER = re.compile(r"(?<![\w.:$-])(\d{1,2}) or (?:maybe |perhaps |even )?(\d{1,2})\b(?![:.]\d)")
# "I have 2 already, 3 more please": the first number is of no use for this order.
_HAD = re.compile(r"\b(?:already|bought|ordered|paid|have|got)\b")
# Beside one of these a number is the sum.
_IN_ALL = re.compile(
    r"\b(?:make (?:it|that|them)|total of|so that's|that makes|(?:order|it) is) \d+\b"
    rf"|\d(?: {_PEOPLE})?,? (?:now|altogether|all told|in (?:all|total)|together)\b"
    r"|\bnow (?:we're|we are|it's|there are) \d"
)
# Beside these a number stands alone: "eight then", "so that's five altogether".
_FILLERS = re.compile(
    r"^ ?and\b|\b(?:please|pls|plz|thanks|thank you|uh|um|ok|okay|then|so|well|h+m+|oh|right|fine"
    r"|maybe|rather|actually|let's say|i (?:guess|think|suppose)|that's|it's|altogether|all told"
    r"|in (?:all|total)|for us|there'll be|there will be|we'd be|we'll be|we would be"
    r"|we are|we're|it is"
    r"|will do|would do"
    r"|is enough|after all|wait|just|back to|that makes|make (?:it|that))\b"
)
# With one of these a number is a clause of its own even behind a comma: "she comes, too, so 5".
_STATED = re.compile(r"\b(?:we are|we're|so|that's|that makes|back to|then|make (?:it|that))\b")
# "Wait, 128, so that's over": a larger number between commas is likelier to be a sum.
MOST_SET_OFF = 20
_AND_A_HALF = re.compile(r"\b(\d+) and a half\b")


def parse_quantity(text: str, *, asked: bool) -> Decimal | None:
    """Find the number of tickets that a sentence asks for; None when it names none.

    ``asked`` says that the number was asked for: then any number is it. Otherwise it must be near
    words such as "tickets" or "make it". Of several the last counts, as people correct themselves;
    "two or three" is no number yet.
    """
    contrasted = _contrasted(text)
    if contrasted and (number := parse_quantity(contrasted, asked=True)) is not None:
        return number
    whole = without_rejected(normalize(text))
    corrected = after_correction(whole)
    if corrected != whole and (number := parse_quantity(corrected, asked=asked)) is not None:
        return number
    normalized = _in_digits(whole)
    if readings := _readings(normalized):
        return readings[0] if len(readings) == 1 else None
    found = list(_NUMBER.finditer(normalized))
    alone = [
        one
        for one in found
        if _is_alone(normalized, one, ",.;:!|" if asked else ".;!") or _is_stated(normalized, one)
    ]
    numbers = [one for one in found if asked or one in alone or _is_count(normalized, one)]
    if not numbers:
        return None
    if len(numbers) > 1 and re.search(r"\d\s*(?:or|to)\s*(?:maybe |even )?\d", normalized):
        return None
    if alone:
        return _value(alone[-1])
    close = [match for match in numbers if _counts_people(normalized, match)]
    return _value((close or numbers)[-1])


def number_readings(text: str, proposed: int | None = None) -> tuple[Decimal, ...]:
    """Return how many may be meant where a number is told beside one that is to come.

    "8 now, two more are coming" is 8; "we're 6, and two more want to come" is 6 or 8. So is "no,
    six more" to the ``proposed`` two: 6 or 8. Empty where there is no such pair.
    """
    whole = without_rejected(normalize(_contrasted(text) or text))
    corrected = after_correction(whole)
    if corrected == whole:
        return _readings(_in_digits(whole))
    number, had = _as_total(corrected), proposed or 0
    # "No, one more" to the proposed two can't be one in all.
    is_open = number is not None and number > had > 0 and parse_corrected(text, had) is None
    return (number, number + had) if number and is_open else ()


def parse_corrected(text: str, proposed: int) -> Decimal | None:
    """Parse the number that is wanted instead of the proposed one: "2?? no, six more".

    "More" beside a number that is turned down adds nothing to it. None where the sentence doesn't
    turn down the proposed number, or names no other.
    """
    found = _NUMBER.finditer(_in_digits(turned_down_part(text)))
    if proposed not in [_value(match) for match in found]:
        return None
    return _as_total(without_rejected(after_correction(normalize(text))))


def _as_total(normalized: str) -> Decimal | None:
    """Return the number of "six more" as if it were the sum."""
    match = _DIFFERENCE.search(_in_digits(normalized))
    more = match and (match["more"] or match["another"] or match["added"])
    return Decimal(more) if more else None


def _contrasted(text: str) -> str:
    """Return the sentence that has a number and one that is turned down: "6 not 8"."""
    sentences = re.split(r"[.;!?]+ +", normalize(text))
    mixed = [
        without_rejected(one)
        for one in sentences
        if _NUMBER.search(_in_digits(rejected_part(one)))
        and _NUMBER.search(_in_digits(without_rejected(one)))
    ]
    return mixed[0] if len(mixed) == 1 < len(sentences) else ""


def _readings(normalized: str) -> tuple[Decimal, ...]:
    if (either := _EITHER.search(normalized)) and not _DIFFERENCE.search(normalized):
        both = (Decimal(either[1]), Decimal(either[2]))
        return both if max(both) <= MOST_SET_OFF else ()
    match = _DIFFERENCE.search(normalized)
    if match is None or match["less"] or match["off"]:
        return ()
    besides = f"{normalized[: match.start()]}|{normalized[match.end() :]}"
    number = None if _HAD.search(besides) else parse_quantity(besides, asked=False)
    if number is None:
        return ()
    if _IN_ALL.search(besides):
        return (number,)
    return number, number + Decimal(match["more"] or match["another"] or match["added"])


def parse_increase(text: str) -> int:
    """Parse a relative change of the number of tickets; 0 if there is none.

    A number that is said besides is how many: "two more can't come, make it four".
    """
    normalized = _in_digits(text)
    match = _DIFFERENCE.search(normalized)
    if match is None:
        return 0
    besides = f"{normalized[: match.start()]}|{normalized[match.end() :]}"
    if parse_quantity(besides, asked=False) is not None:
        return 0
    if fewer := match["less"] or match["off"]:
        return -int(fewer)
    return int(match["more"] or match["another"] or match["added"])


def parse_more(text: str, had: int) -> int | None:
    """Parse how many are wanted beyond those that one has: "one more", "make it 3".

    A sum ("three in all") counts the ``had`` ones. None where nothing beyond them is wanted.
    """
    normalized = _in_digits(without_rejected(normalize(text)))
    match = _DIFFERENCE.search(normalized)
    if match and not (match["less"] or match["off"]):
        return int(match["more"] or match["another"] or match["added"])
    total = parse_quantity(text, asked=True) if _IN_ALL.search(normalized) else None
    return int(total - had) if total is not None and total > had else None


def _in_digits(text: str) -> str:
    normalized = _NOT_TICKETS.sub("|", DATE_OR_TIME.sub("|", correct_typos(normalize(text))))
    normalized = _PRONOUN_ONE.sub("|", _ONE_MORE.sub("add 1", normalized))
    normalized = _SHARES.sub(_count_shares, normalized)
    for pattern, number in _IDIOMS:
        normalized = pattern.sub(number, normalized)
    # The library knows no sum of money or pronouns any more here; 0 makes it read "one" too.
    normalized = str(alpha2digit(normalized, "en", threshold=0))
    normalized = _NOT_TICKETS.sub("|", _AND_A_HALF.sub(r"\1.5", normalized))
    normalized = _TWINS.sub(_count_twins, _OLD.sub(r"\g<who>", normalized))
    return _PARTY.sub(_count_party, normalized)


def _count_party(party: re.Match[str]) -> str:
    """Write a party as a number of tickets; relatives alone are none: "my wife and my son"."""
    members = list(_MEMBERS.finditer(party.group()))
    if not any(member["me"] or member["some"] for member in members):
        return party.group()
    return f"{sum(int(member['some'] or 1) for member in members)} tickets"


def _count_twins(twins: re.Match[str]) -> str:
    return f"{twins['whose']} {2 if twins['two'] else 3} kids"


def _count_shares(shares: re.Match[str]) -> str:
    """Write what is for each as a sum; what is for two shows, or for two days, is none."""
    if not re.search(rf"\bfor (?:{_SELF}|{_MATE})", shares.group()):
        return shares.group()
    numbers = re.findall(rf"\b{_FEW}(?= )", shares.group())
    return f"{sum(int(alpha2digit(number, 'en', threshold=0)) for number in numbers)} tickets"


def _is_count(normalized: str, match: re.Match[str]) -> bool:
    if _counts_people(normalized, match) or re.search(
        rf"\b{_WANTED} (?:me |us )?(?:a |another |all )?$", normalized[: match.start()]
    ):
        return True
    before, after = normalized[: match.start()].strip(" |"), normalized[match.end() :]
    if re.match(r"\s*(?:now|altogether|all told|in (?:all|total))\b", after):
        return True
    is_set_off = re.search(r"(?:^|[,.;:])$", before) and re.match(
        r"\s*(?:please|pls)?\s*(?:$|[,.;!|])", after
    )
    if is_set_off and _value(match) <= MOST_SET_OFF:
        # Set off from the rest: "Swan Lake, 2, balcony".
        return True
    lead = re.split(r"[,.;:!|]", before)[-1]
    is_first = not re.search(r"\w", _FILLERS.sub("", lead).replace("another", ""))
    if is_first and re.match(r" (?:but )?(?:for|to|at|in|together|of the)\b", after):
        return True
    rest = normalized[: match.start()] + normalized[match.end() :]
    has_other_numbers = "|" in rest and _value(match) > MOST_SET_OFF
    return not has_other_numbers and not re.search(r"[a-z]{2,}", _FILLERS.sub("", rest))


def states_number(text: str) -> bool:
    """Return whether a number follows from what is said before it: "she comes, too, so five"."""
    normalized = _in_digits(text)
    return any(_is_stated(normalized, one) for one in _NUMBER.finditer(normalized))


def _is_alone(normalized: str, match: re.Match[str], ends: str) -> bool:
    """Return whether a number is a clause of its own: "three, as I said, of our eleven"."""
    return not _FILLERS.sub("", _around(normalized, match, ends)).strip(" ?,.!")


def _is_stated(normalized: str, match: re.Match[str]) -> bool:
    """Return whether a number follows from what is said before it: "he comes, too, so 5"."""
    clause = _around(normalized, match, ",.;:!|")
    is_stated = bool(_STATED.search(clause)) and _value(match) <= MOST_SET_OFF
    return is_stated and not _FILLERS.sub("", clause).strip(" ?,.!")


def _around(normalized: str, match: re.Match[str], ends: str) -> str:
    """Return the words beside a number, as far as one of the ends on either side."""
    start = max((normalized.rfind(end, 0, match.start()) for end in ends), default=-1) + 1
    stops = [at for end in ends if (at := normalized.find(end, match.end())) >= 0]
    return normalized[start : match.start()] + normalized[match.end() : min(stops, default=None)]


def _counts_people(normalized: str, match: re.Match[str]) -> bool:
    return bool(re.match(rf"\s*(?:{_KIND_OF_SEAT} )?{_PEOPLE}\b", normalized[match.end() :]))


def _value(match: re.Match[str]) -> Decimal:
    value = Decimal(match["digits"].replace(",", "").strip("."))
    return -value if match["sign"] else value
