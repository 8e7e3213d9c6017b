"""Rate limits on the Rasa server, by address, by sender and overall.

The web chat and socket.io are open to anybody and limited by address. REST is for programs, which
speak for many buyers, and is limited by sender and in total. A webhook of a messenger is signed and
meets no limit. Each process counts by itself.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from sanic.request import Request

from ticket_clerk.http.token_bucket import TokenBuckets, address_of
from ticket_clerk.ticketing.settings import Settings, read_environ

# What may come at once: so many seconds' worth of a minute's allowance.
_SENDER_BURST_S = 30.0
_SHARED_BURST_S = 5.0
_ALL = "all"


class Limits:
    """Token buckets by address, by sender and overall; 0 seconds to wait means allowed."""

    def __init__(self, settings: Settings) -> None:
        """Start with full buckets."""
        self.settings = settings
        self._sessions = _buckets(settings.sessions_per_address, _SENDER_BURST_S)
        self._of_address = _buckets(settings.messages_per_address, _SHARED_BURST_S)
        self._of_sender = _buckets(settings.messages_per_sender, _SENDER_BURST_S)
        self._of_visitors = _buckets(settings.messages_in_total, _SHARED_BURST_S)
        self._of_programs = _buckets(settings.rest_messages_in_total, _SHARED_BURST_S)
        self._streams: Counter[str] = Counter()

    def address_of(self, request: Request) -> str:
        """The address that a request is counted for, behind TRUSTED_PROXIES."""
        return address_of(request, self.settings.trusted_proxies)

    def begin_session(self, address: str) -> int:
        """Count a new session; 0, or the seconds until the address may begin another."""
        return _wait_s((self._sessions, address))

    def take_message(self, address: str, sender: str) -> int:
        """Count a visitor's message; 0, or the seconds until the next one is welcome."""
        return _wait_s(
            (self._of_sender, sender), (self._of_address, address), (self._of_visitors, _ALL)
        )

    def take_program_message(self, sender: str) -> int:
        """Count a message over REST; 0, or the seconds until the sender's next one is welcome."""
        return _wait_s((self._of_sender, sender), (self._of_programs, _ALL))

    def open_stream(self, address: str) -> bool:
        """Count an open stream or socket; return False if there are too many."""
        per_address, in_total = self.settings.streams_per_address, self.settings.streams_in_total
        is_too_many = per_address and self._streams[address] >= per_address
        if is_too_many or (in_total and self._streams.total() >= in_total):
            return False
        self._streams[address] += 1
        return True

    def close_stream(self, address: str) -> None:
        """Release a stream or socket."""
        self._streams[address] -= 1
        if self._streams[address] <= 0:
            del self._streams[address]


@lru_cache(maxsize=1)
def get_limits() -> Limits:
    """This process's limits, as the settings say."""
    return Limits(Settings.from_env(read_environ()))


def _buckets(per_minute: int, burst_s: float) -> TokenBuckets | None:
    if not per_minute:
        return None
    per_second = per_minute / 60
    return TokenBuckets(burst=max(1.0, per_second * burst_s), per_second=per_second)


def _wait_s(*counted: tuple[TokenBuckets | None, str]) -> int:
    """Take one from each bucket in turn, until one has none left."""
    for buckets, name in counted:
        if buckets is not None and (wait_s := buckets.wait_s(name)):
            return wait_s
    return 0
