"""The pace of many calls to Stripe one after the other: https://docs.stripe.com/rate-limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ticket_clerk.ticketing.domain.errors import StripeUnavailable

Result = TypeVar("Result")

# Waited after a call that Stripe found too many; after the last of them it is given up.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0)


class Pace:
    """Makes calls one at a time, at most so many a second.

    One that Stripe finds too many is made again after a pause, twice as long each time, and from
    then on this pace is half as fast.
    """

    def __init__(
        self,
        per_second: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``sleep`` and ``clock`` are in seconds."""
        self._interval = 1 / per_second
        self._sleep = sleep
        self._clock = clock
        self._next = clock()

    def keep(self, call: Callable[[], Result]) -> Result:
        """Wait for the call's turn and make it, which may be repeated.

        Raises what it raises; StripeUnavailable, too, where Stripe goes on saying that it is too
        fast.
        """
        for pause in PAUSES_S:
            self._wait()
            try:
                return call()
            except StripeUnavailable as exc:
                if not exc.is_rate_limited:
                    raise
            self._interval *= 2
            self._sleep(pause)
        self._wait()
        return call()

    def _wait(self) -> None:
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._interval
