"""A clock that a test can move."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class MovableClock:
    """The real clock, plus as much as a test wants."""

    def __init__(self, start: datetime | None = None) -> None:
        """Start at the present, or at another moment."""
        self.offset = start - datetime.now(timezone.utc) if start else timedelta()

    def __call__(self) -> datetime:
        """Tell the time in aware UTC."""
        return datetime.now(timezone.utc) + self.offset

    def move(self, **duration: float) -> None:
        """Move ahead, e.g. ``move(minutes=40)``."""
        self.offset += timedelta(**duration)

    def move_to_noon(self) -> None:
        """Move ahead to the next noon, for tests of what is counted by days: none ends in them."""
        now = self()
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        self.offset += noon + timedelta(days=noon <= now) - now
