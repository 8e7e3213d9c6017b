"""Checks of the machine: room on its disk, and its clock against Stripe's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from .local_http import TIMEOUT_S
from .result import Result, broken, note, ok

# Below it SQLite's log may have no room for a transaction; above, a log file or two still fit.
LEAST_MB = 100
ENOUGH_MB = 1000
# Stripe refuses, and we refuse, what is signed further away than this.
FARTHEST_S = 300
NOTED_S = 30


def check_machine(environ: Mapping[str, str]) -> Iterator[Result]:
    """Check the disk of ``VAR_DIR``, and the clock if Stripe tells the time."""
    yield check_disk(Path(environ["VAR_DIR"]))
    told = _time_at_stripe(environ["STRIPE_API_BASE"])
    if told is not None:
        yield check_clock(told, datetime.now(timezone.utc))


def check_disk(folder: Path, free_mb: int | None = None) -> Result:
    """Check how much room is left where database and logs are, or the nearest folder there is."""
    while not folder.exists():
        folder = folder.parent
    left = shutil.disk_usage(folder).free // 2**20 if free_mb is None else free_mb
    detail = f"{left:,} MB are free in {folder}"
    if left < LEAST_MB:
        return broken("disk", f"{detail}: make room, or nothing can be sold soon")
    return ok("disk", detail) if left >= ENOUGH_MB else note("disk", f"{detail}: make room")


def check_clock(stripes: datetime, ours: datetime) -> Result:
    """Check how far our time is from Stripe's, both aware."""
    ahead = (ours - stripes).total_seconds()
    detail = f"is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Stripe's"
    if abs(ahead) > FARTHEST_S:
        return broken("clock", f"{detail}: set it (NTP); webhooks are refused until then")
    verdict = note if abs(ahead) > NOTED_S else ok
    return verdict("clock", detail)


def _time_at_stripe(base: str) -> datetime | None:
    try:
        # Any answer has the time, also a refusal; no key is sent.
        answer = requests.head(base, timeout=TIMEOUT_S, allow_redirects=False)
        told = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=timezone.utc)
