"""Promotion codes that buyers tell in the chat: looked for at Stripe, a few tries a conversation.

A code is an offer to everybody who has it, so trying codes must not be worth it: whoever has tried
``MOST_TRIES`` waits. What Stripe said of a code is kept for a minute for summaries; an order asks
afresh.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers
from ticket_clerk.ticketing.domain.errors import CodeNotTaken, StripeRejected
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.domain.promotions import Promotion

MOST_TRIES = 5
WINDOW = timedelta(minutes=10)
# Stripe's own: https://docs.stripe.com/api/promotion_codes/create; nobody types a longer one.
_CODE = re.compile(r"[A-Za-z0-9-]{3,60}")
_FRESH = timedelta(minutes=1)
_MOST_KEPT = 10_000


def try_code(container: Container, buyer: Buyer, code: str) -> Promotion:
    """Look for a code that a buyer has told, as one of their few tries.

    Raises CodeNotTaken, StripeUnavailable.
    """
    _require_taken(container)
    if not _CODE.fullmatch(code):
        raise CodeNotTaken("unknown")
    if not _TRIES.take(buyer, container.now()):
        raise CodeNotTaken("too_often")
    return find_code(container, buyer, code)


def known_code(container: Container, buyer: Buyer, code: str) -> Promotion:
    """Look for a code that was found before, to reckon with; at Stripe once a minute.

    Raises as :func:`find_code`.
    """
    kept = _KNOWN.find((buyer, code.casefold()), container.now())
    return kept or find_code(container, buyer, code)


def find_code(container: Container, buyer: Buyer, code: str) -> Promotion:
    """Ask Stripe for a code that this buyer may use now.

    Raises:
        CodeNotTaken: none are taken here, or this one is unknown, over or somebody else's.
        StripeUnavailable: nobody knows.
    """
    _require_taken(container)
    if not _CODE.fullmatch(code):
        raise CodeNotTaken("unknown")
    try:
        active = container.stripe.find_promotion_codes(code, is_active=True)
        if not any(one.is_active for one in active):
            is_known = bool(active or container.stripe.find_promotion_codes(code))
            raise CodeNotTaken("over" if is_known else "unknown")
    except StripeRejected:
        raise CodeNotTaken("unknown") from None
    promotion = _own(container, buyer, [one for one in active if one.is_active])
    _KNOWN.keep((buyer, code.casefold()), promotion, container.now())
    return promotion


def _require_taken(container: Container) -> None:
    if not container.settings.promotion_codes:
        raise CodeNotTaken("off")


def _own(container: Container, buyer: Buyer, found: list[Promotion]) -> Promotion:
    """Choose the buyer's own code before everybody's; somebody else's is nobody's to know."""
    with container.database.read() as conn:
        customer_id = customers.find_customer(conn, buyer)
    usable = [one for one in found if one.customer_id in {None, customer_id}]
    if not usable:
        raise CodeNotTaken("unknown")
    promotion = max(usable, key=lambda one: one.customer_id is not None)
    if promotion.is_for_first:
        # Stripe takes no guest for a first-time customer, and ours are guests until they pay.
        raise CodeNotTaken("not_yours")
    return promotion


class _Tries:
    """When each buyer told a code lately; the longest silent are forgotten first."""

    def __init__(self) -> None:
        self._by_buyer: OrderedDict[Buyer, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def take(self, buyer: Buyer, now: datetime) -> bool:
        """Count a try; False where the buyer has had all of them."""
        with self._lock:
            tries = self._by_buyer.setdefault(buyer, deque())
            self._by_buyer.move_to_end(buyer)
            while tries and tries[0] <= now - WINDOW:
                tries.popleft()
            if len(tries) >= MOST_TRIES:
                return False
            tries.append(now)
            while len(self._by_buyer) > _MOST_KEPT:
                self._by_buyer.popitem(last=False)
            return True


class _Known:
    """What Stripe said of codes a moment ago."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Buyer, str], tuple[Promotion, datetime]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: tuple[Buyer, str], now: datetime) -> Promotion | None:
        """Find what is not older than a minute."""
        with self._lock:
            promotion, at = self._found.get(key, (None, now))
        return promotion if now - at < _FRESH else None

    def keep(self, key: tuple[Buyer, str], promotion: Promotion, now: datetime) -> None:
        """Keep what was found."""
        with self._lock:
            self._found[key] = (promotion, now)
            self._found.move_to_end(key)
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)


_TRIES, _KNOWN = _Tries(), _Known()
