"""Selection of a buyer's orders by number, show, price or age."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ticket_clerk.ticketing.domain.models import Order, OrderStatus

from .answers import parse_rank
from .payments.described import select_described, without_descriptions
from .text import normalize, order_numbers, words_with_spans
from .vocabulary import COMMON_WORDS

_BUYS = re.compile(r"\b(?:buy|purchase|book|order (?:\d|an?|two|more|some)|get me)\b")
_TICKETS_FOR = re.compile(r"\b(?:tickets?|tix|seats?|passes|pass) (?:for|to)\b")
_ONE = r"(?:one|ones|order|booking|purchase)"
_CHEAPER = re.compile(
    rf"\b(?:cheap\w*|least expensive|less expensive|lowest|smaller) {_ONE}\b"
    r"|^(?:the )?cheap(?:er|est)(?: please)?[ .!]*$"
)
_PRICIER = re.compile(
    rf"\b(?:(?:more|most) expensive|dear\w*|pric\w+|bigger|biggest|larger?|largest) {_ONE}\b"
    r"|^(?:the )?(?:(?:more|most) expensive|dear(?:er|est)|pric(?:i?er|i?est))(?: please)?[ .!]*$"
)
_NEWEST = re.compile(
    rf"\b(?:new(?:er|est)?|latest|most recent) {_ONE}\b|\bmy last (?:order|booking|purchase)\b"
    rf"|\b(?:last|second) {_ONE}? ?(?:that )?(?:i|we) (?:just )?(?:made|ordered|booked|bought)\b"
    r"|\b(?:the )?(?:one|order) (?:that )?(?:i|we|you) just (?:made|ordered|booked|bought)\b"
)
_OLDEST = re.compile(
    rf"\b(?:old(?:er|est)?|earlier|earliest|previous) {_ONE}\b"
    rf"|\bfirst {_ONE}? ?(?:that )?(?:i|we) (?:made|ordered|booked|bought)\b"
)
_BUYING = r"(?:buy|bought|order(?:ed)?|book(?:ed)?|pay|paid)"
_BOUGHT = re.compile(
    rf"\b(?:did|have|had)(?:n't|nt)? (?:i|we) (?:\w+ )?{_BUYING} (?:any\w*|something)\b"
    rf"|\b(?:did|have)(?:n't|nt| not) (?:\w+ )?{_BUYING}\b.*\b(?:did|have) (?:i|we)\b"
)
_CANCELED = re.compile(
    r"^(?:(?:so|and|ok|wait)[ ,]+)*"
    r"(?:(?:is|was|has|have|are|were)\b.*\bcancell?ed\b|did (?:you|it|that)\b.*\bcancel)"
)

_ANY_ORDER = re.compile(rf"\b(?:orders?|booking|purchase|(?:old|first|previous|former) {_ONE})\b")
_SPENT = re.compile(
    r"\b(?:have|did|do|'ve) (?:i|we) (?:spen[dt]|pa(?:y|id)|owe)\b"
    r".*\b(?:total|all|altogether|so far)\b"
    r"|\bhow much (?:have|did|do) (?:i|we) (?:spen[dt]|paid|owe)\b"
)
_ORDERED = r"(?:open|outstanding|pending|unpaid|ordered|booked|reserved|on order|with you|so far)"
_HELD = re.compile(
    r"\bwhat(?:'s| is| all)? (?:have|do|did) (?:i|we)(?: (?:currently|still|now))?"
    rf" (?:got|have|order|book|buy)?(?: \w+)? ?{_ORDERED}\b"
    rf"|\bwhat (?:i|we)(?:'ve| have)(?: got)? {_ORDERED}\b"
)
_KEEPS = re.compile(
    r"\b(?:keep|hold|save|reserve)\b(?: \w+){0,3}? (?:seats?|tickets?|places?|orders?|it|them)\b"
)
_CANCELS = re.compile(r"(?<!not )(?<!n't )\b(?:cancel|forget|drop|stop|scrap)\b")
# "Leave it at the loge", "we stay with the two".
_STAYS = re.compile(r"\b(?:leav(?:e|ing)|keep(?:ing)?|stay(?:ing)?|stick(?:ing)?)\b")
# "Cancel the order I haven't paid" is about one that there is, and not about what is being bought.
_NOT_PAID = re.compile(r"\bunpaid\b|\b(?:not|n't|nt|never) (?:yet |been |even )*paid\b")
_LIST = re.compile(r"\b(?:orders|bookings|purchases|reservations|my tickets)\b")
_RANK = re.compile(r"\d+|\b(?:first|second|third|last)\b", re.IGNORECASE)
_OVER = frozenset({OrderStatus.EXPIRED, OrderStatus.CANCELED})


def orders_meant(text: str, orders: Sequence[Order]) -> list[Order]:
    """Find the orders that a sentence means; all of them when it distinguishes none.

    With order numbers in it, it means those and no others. ``orders`` are newest first.
    """
    numbers = order_numbers(text)
    if numbers:
        return [order for order in orders if order.id in numbers]
    rank = parse_rank(text)
    if rank is not None and rank < len(orders):
        return [orders[rank]]
    matching = _select_by_words(text, orders) or list(orders)
    matching = select_described(without_names(text, orders), matching) or matching
    return select_by_size(text, matching) or matching


def select_order(text: str, orders: Sequence[Order]) -> Order | None:
    """Find the one order that answers "which one?"; None when the answer leaves that open."""
    meant = orders_meant(text, orders)
    return meant[0] if len(meant) == 1 and len(orders) > 1 else None


def order_going(words: str, orders: Sequence[Order]) -> Order | None:
    """Find the one order that words for what shall go are about: "my parquet order", "the old one".

    ``words`` are normalized. None where they are about none of the orders, or about several.
    """
    named = [order for order in orders if order.id.casefold() in words]
    named = named or _select_by_words(words, orders) or select_by_size(words, orders)
    if not named and _ANY_ORDER.search(words):
        named = list(orders)
    return named[0] if len(named) == 1 else None


def names_order(text: str, orders: Sequence[Order]) -> bool:
    """Return whether a sentence names one of the orders, by its number or its show's words."""
    words = {word for word, _ in words_with_spans(normalize(text))}
    numbers = order_numbers(text)
    return any(order.id in numbers or words & _telling_words(order) for order in orders)


_OF_BOUGHT = re.compile(
    r"\b(?:tickets?|seats?|ones) (?:that |which )?(?:i|we)(?:'ve| have)?(?: already| just)?"
    r" (?:bought|got|paid|have|ordered)\b"
)


_HAS_BOUGHT = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: already| just)? (?:bought|ordered|booked|paid for)\b"
)


def wants_to_buy(text: str, orders: Sequence[Order]) -> bool:
    """Return whether a sentence is a purchase, and not about the buyer's orders."""
    is_for_show = _TICKETS_FOR.search(normalize(text)) and not names_order(text, orders)
    return bool(_BUYS.search(normalize(text)) or is_for_show)


def is_of_bought(text: str) -> bool:
    """Return whether a sentence is about what was bought: "send two of the tickets I bought"."""
    return bool(_OF_BOUGHT.search(normalize(text)))


def tells_of_purchase(text: str) -> bool:
    """Return whether somebody tells that they have bought: "we bought two in 318 last week"."""
    return bool(_HAS_BOUGHT.search(normalize(text)))


def means_all(text: str) -> bool:
    """Return whether a sentence means several things at once, not one of them."""
    return bool(re.search(r"\b(?:all|both|everything|every)\b", normalize(text)))


def asks_bought(text: str) -> bool:
    """Return whether a sentence asks if anything was bought: "I didn't order it, did I?"."""
    return bool(_BOUGHT.search(normalize(text)))


def asks_held(text: str) -> bool:
    """Return whether a buyer asks for what they have ordered: "what have I got open with you?"."""
    return bool(_HELD.search(normalize(text)))


def asks_canceled(text: str) -> bool:
    """Return whether a sentence asks if something was canceled, and does not want it to be."""
    return bool(_CANCELED.search(normalize(text)))


def asks_spent(text: str) -> bool:
    """Return whether a buyer asks what all of their orders come to."""
    return bool(_SPENT.search(normalize(text)))


def keeps_order(text: str) -> bool:
    """Return whether a message wants seats kept, and nothing of it canceled."""
    normalized = normalize(text)
    return bool(_KEEPS.search(normalized)) and not _CANCELS.search(normalized)


def stays_with(text: str) -> bool:
    """Return whether a sentence leaves something as it is: "leave it at the loge"."""
    return bool(_STAYS.search(normalize(text)))


def is_of_unpaid(text: str) -> bool:
    """Return whether a sentence speaks of what isn't paid yet: "the order I have not paid"."""
    return bool(_NOT_PAID.search(normalize(text).replace("n't", " n't")))


def _select_by_words(text: str, orders: Sequence[Order]) -> list[Order]:
    """Choose by the show's words, or, where they are shared, by those of the section."""
    words = {word for word, _ in words_with_spans(normalize(text))}
    matching = [order for order in orders if words & _telling_words(order)]
    seated = [order for order in matching or orders if words & _section_words(order)]
    return seated or matching


def select_by_size(text: str, orders: Sequence[Order]) -> list[Order]:
    """Choose by what an order costs or when it was made: "the cheaper one", "the new one"."""
    normalized = normalize(text)
    if len(orders) < 2:
        return []
    by_price = sorted(orders, key=lambda order: order.amount_total)
    for pattern, order in (
        (_CHEAPER, by_price[0]),
        (_PRICIER, by_price[-1]),
        (_NEWEST, orders[0]),
        (_OLDEST, orders[-1]),
    ):
        if pattern.search(normalized):
            return [order]
    return []


def _section_words(order: Order) -> set[str]:
    names = {word for word, _ in words_with_spans(normalize(order.section_name or ""))}
    return {word for word in names - COMMON_WORDS if not word.isdigit() or len(word) > 1}


def _telling_words(order: Order) -> set[str]:
    names = normalize(f"{order.show_name} {order.city or ''}")
    return {word for word, _ in words_with_spans(names)} - COMMON_WORDS


def wants_order_list(text: str) -> bool:
    """Return whether a sentence wants to see several orders."""
    return means_all(text) or bool(_LIST.search(normalize(text)))


def orders_named(text: str, orders: Sequence[Order]) -> list[Order]:
    """Find the orders that a sentence names by their show's words, if it names any at all."""
    active = [order for order in orders if order.status not in _OVER and not order.parent_order_id]
    meant = orders_meant(_RANK.sub("|", text), active)
    return meant if len(meant) < len(active) else []


def find_own_order(orders: Sequence[Order], number: str) -> Order | None:
    """Find the order behind a number that the buyer named: an upgrade means what it upgraded."""
    by_id = {order.id: order for order in orders}
    found = by_id.get(number)
    return by_id.get(found.parent_order_id, found) if found and found.parent_order_id else found


def without_names(text: str, orders: Sequence[Order]) -> str:
    """Take the shows' and sections' names out: a number in a name is not how many."""
    normalized = normalize(text)
    for order in orders:
        for name in (order.show_name, order.section_name):
            normalized = normalized.replace(normalize(name), "|") if name else normalized
    return normalized


def number_part(text: str, orders: Sequence[Order]) -> str:
    """Leave of a sentence what may say how many: no names, and nothing that tells orders apart."""
    return without_descriptions(without_names(text, orders), orders)
