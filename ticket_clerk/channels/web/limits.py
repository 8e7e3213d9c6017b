"""How much one session may do, so that one visitor cannot keep the others waiting."""

import time
from collections import deque
from collections.abc import Callable

MESSAGES = 20
WINDOW_S = 30.0
_MOST_SESSIONS = 10_000


class MessageLimit:
    """At most :data:`MESSAGES` messages a session in any :data:`WINDOW_S` seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: dict[str, deque[float]] = {}

    def wait_s(self, sender_id: str) -> int:
        """0 and one message is counted, or the seconds until the next one is welcome."""
        now = self._clock()
        sent = self._sent.setdefault(sender_id, deque())
        while sent and sent[0] <= now - WINDOW_S:
            sent.popleft()
        if len(sent) >= MESSAGES:
            return max(1, round(sent[0] + WINDOW_S - now))
        sent.append(now)
        self._forget_idle(now)
        return 0

    def _forget_idle(self, now: float) -> None:
        if len(self._sent) > _MOST_SESSIONS:
            self._sent = {s: t for s, t in self._sent.items() if t and t[-1] > now - WINDOW_S}
