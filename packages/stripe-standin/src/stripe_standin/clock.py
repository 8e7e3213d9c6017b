"""The stand-in's clock: real time plus an offset, so that expiry can be tested without waiting."""

import time


class Clock:
    """Business time. Signatures and the pauses between deliveries use real time instead."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def now(self) -> int:
        """Seconds since 1970, as Stripe writes them."""
        return int(time.time() + self.offset_s)
