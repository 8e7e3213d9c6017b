"""Deletes rows whose retention period is over, and forgets buyers of long ago.

Outbox rows stay: a season ticket is read again for years, and only they know what was told of it.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    addresses,
    idempotency_keys,
    personal_data,
    waits,
    webhook_events,
)
from ticket_clerk.ticketing.domain.errors import (
    NotErasable,
    RasaUnavailable,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import BOX_OFFICE, ERASED, Buyer

from .personal_data import erase_conversation, erase_orders, require_erasable

log = get_logger(__name__)

# Stripe sends an event again for at most 30 days; a forgotten one would be taken for new.
EVENTS_KEPT_FOR = timedelta(days=90)
# So many events a transaction: a hundred thousand at once kept all others from writing for seconds.
AT_ONCE = 1000
_PAUSE_S = 0.05
# So many buyers are forgotten in a pass; Rasa and Stripe are asked about each.
FORGOTTEN_AT_ONCE = 20
# Further on are only those behind many who cannot be forgotten yet.
_LOOKED_AT = 500


def forget_old(container: Container) -> int:
    """Delete old events, keys and addresses, and waits for what has begun; returns how many.

    Safe to repeat. An event that failed, or needs somebody who has not seen to it, stays however
    old it is.
    """
    now = container.now()
    events = _forget_events(container, now - EVENTS_KEPT_FOR)
    with container.database.begin() as conn:
        past = waits.forget_past(conn, now)
        past += addresses.forget_before(conn, now - addresses.KEPT_FOR)
        return events + past + idempotency_keys.forget_before(conn, now - idempotency_keys.KEPT_FOR)


def _forget_events(container: Container, moment: datetime) -> int:
    count = 0
    while True:
        with container.database.begin() as conn:
            gone = webhook_events.forget_before(conn, moment, limit=AT_ONCE)
        count += gone
        if gone < AT_ONCE:
            return count
        # Who waits to write gets their turn: SQLite has no line for them.
        time.sleep(_PAUSE_S)


def forget_buyers(container: Container) -> int:
    """Forget buyers of whom nothing happened for FORGET_BUYERS_AFTER_DAYS; returns how many.

    As `privacy erase` does, for good, with their conversation first: afterwards nobody could find
    it. Who has something unsettled, and whoever Rasa or Stripe could not be asked about, stays for
    a later pass. Cut off or repeated, it goes on. Without the setting nobody is forgotten.
    """
    days = container.settings.forget_buyers_after_days
    if not days:
        return 0
    with container.database.read() as conn:
        past = personal_data.list_past_buyers(
            conn,
            container.now() - timedelta(days=days),
            # An operator's name is under what was sold at the desk.
            apart_from=(ERASED, BOX_OFFICE),
            limit=_LOOKED_AT,
        )
    count = 0
    for buyer in past:
        count += _is_forgotten(container, buyer)
        if count == FORGOTTEN_AT_ONCE:
            break
    if count:
        container.database.scrub()
        log.info("payments.buyers.forgotten", count=count)
    return count


def _is_forgotten(container: Container, buyer: Buyer) -> bool:
    try:
        require_erasable(container, buyer)
        erase_conversation(container, buyer.sender_id)
        erase_orders(container, buyer)
    except (NotErasable, RasaUnavailable, StripeUnavailable) as exc:
        log.info("payments.buyer.kept", reason=exc.code)
        return False
    return True
