"""Own orders that a buyer describes: by the sum, by how many tickets, or by what stays.

"The one for 45", "the single one", "keep Lena's two": each of these leaves out some of the orders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.money import to_major

from ..text import Span, blank_out, normalize

_COUNTS = {"single": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = rf"(?P<count>[1-9]|{'|'.join(_COUNTS)})"
_TICKETS = r"(?:tickets?|tix|seats?)"
_SUM = re.compile(
    r"[$€£] ?(?P<a>\d[\d,]*(?:\.\d\d)?)(?:(?: |-)?(?:one|order)\b)?"
    r"|\b(?P<b>\d[\d,]*(?:\.\d\d)?) ?(?:dollars?|bucks|euros?|pounds?)\b(?: (?:one|order)\b)?"
    r"|\b(?:the|for|that|cost|costs|was|paid) (?P<c>\d{2,}(?:\.\d\d)?)\b(?: (?:one|order)\b)?"
)
# "Refund one ticket" is how many go back, and says nothing of how many an order has.
_SIZE = re.compile(
    rf"\bwith (?:only |just |the )?(?:a )?{_COUNT}(?: {_TICKETS}|(?= *(?:[,.;!?]|$)))"
    rf"|\b(?:order|booking|purchase) (?:of|for) (?:only |just )?{_COUNT.replace('count', 'of')}\b"
    rf"|\b(?:the|my) (?:{_COUNT.replace('count', 'big')}[- ]{_TICKETS} (?:one|order|booking)"
    rf"|(?P<lone>single) (?:one|order|booking))"
)
_KEPT = re.compile(
    rf"\b(?:keep|leave) (?:the|my|her|his|our|their|other|[a-z]+'?s)(?: other)? {_COUNT}\b(?! of\b)"
    rf"|\bother {_COUNT.replace('count', 'others')} (?:stay|remain)s?\b"
)

_Fits = Callable[[Order], bool]


def select_described(text: str, orders: Sequence[Order]) -> list[Order]:
    """Keep the orders that fit a description; none where it fits none, or all of them.

    Of several descriptions each one must fit: "the one for 45, with one ticket".
    """
    left = list(orders)
    for _, fits in _descriptions(normalize(text), orders):
        left = [order for order in left if fits(order)]
    return left if len(left) < len(orders) else []


def without_descriptions(text: str, orders: Sequence[Order]) -> str:
    """Blank out what describes one of several orders: no number in it is how many go."""
    normalized = normalize(text)
    return blank_out(normalized, [span for span, _ in _descriptions(normalized, orders)])


def _descriptions(normalized: str, orders: Sequence[Order]) -> list[tuple[Span, _Fits]]:
    """Return where orders are described, and what they must be, where that tells them apart."""
    found: list[tuple[Span, _Fits]] = []
    for match in _SUM.finditer(normalized):
        found.append((match.span(), _costs(Decimal(_said(match).replace(",", "")))))
    for match in _SIZE.finditer(normalized):
        found.append((match.span(), _has(_number(match))))
    for match in _KEPT.finditer(normalized):
        found.append((match.span(), _is_not(_has(_number(match)))))
    return [(span, fits) for span, fits in found if 0 < sum(map(fits, orders)) < len(orders)]


def _costs(amount: Decimal) -> _Fits:
    def fits(order: Order) -> bool:
        sums = (order.amount_total, order.amount_left)
        return amount in {to_major(one, order.currency) for one in sums}

    return fits


def _has(number: int) -> _Fits:
    return lambda order: order.tickets_left == number


def _is_not(fits: _Fits) -> _Fits:
    return lambda order: not fits(order)


def _said(match: re.Match[str]) -> str:
    return next(said for said in match.groups() if said)


def _number(match: re.Match[str]) -> int:
    said = _said(match)
    return _COUNTS.get(said) or int(said)
