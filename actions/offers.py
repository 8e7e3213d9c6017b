"""Which of several offered things a sentence picks: by rank, by time, or by what else tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from integrations.payments.models import Show

from .hearing.answers import hear_rank
from .hearing.shows import hear_hints, hear_shows
from .hearing.words import plain

_EARLIER = re.compile(r"\b(?:earlier|earliest|early)\b")
_LATER = re.compile(r"\b(?:later|latest|late)\b")


def pick_offered(text: str, offered: Sequence[Show], now: datetime) -> Show | None:
    """Find the one offered show that the sentence means, soonest first; None when it is open."""
    said = plain(text)
    rank = hear_rank(said)
    if rank is not None:
        return offered[rank] if rank < len(offered) else None
    if _EARLIER.search(said):
        return offered[0]
    if _LATER.search(said):
        return offered[-1]
    heard = hear_shows(said, offered, now)
    if len(heard.shows) == 1 and heard.is_sure:
        return heard.shows[0]
    hints = hear_hints(said, offered, now)
    fitting = [show for show in offered if hints and hints.fits(show)]
    return fitting[0] if len(fitting) == 1 else None
