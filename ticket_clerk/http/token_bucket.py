"""Token buckets, one for each client address: https://en.wikipedia.org/wiki/Token_bucket.

The number of buckets is bounded: the address that has been silent for longest is forgotten first.
IPv6 is counted by its /64, which is what one household gets.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from sanic.request import Request

BURST = 300
PER_SECOND = 20
MOST_ADDRESSES = 10_000


class TokenBuckets:
    """How many requests each address, or whatever else is counted, has left."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        burst: float = BURST,
        per_second: float = PER_SECOND,
    ) -> None:
        """Every address begins with ``burst`` requests."""
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Count the addresses that are remembered, at most MOST_ADDRESSES."""
        return len(self._left)

    def wait_s(self, address: str) -> int:
        """Take one request off and return 0, or the whole seconds until there is one again."""
        now = self._clock()
        left, at = self._left.pop(address, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        is_enough = left >= 1
        self._left[address] = (left - is_enough, now)
        if len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        return 0 if is_enough else math.ceil((1 - left) / self._per_second)


def address_of(request: Request, trusted_proxies: int) -> str:
    """The address that a request is counted for, behind so many proxies of ours."""
    forwarded_for = request.headers.getall("x-forwarded-for", [])
    return client_address(request.ip, forwarded_for, trusted_proxies)


def client_address(peer: str, forwarded_for: Sequence[str], trusted_proxies: int) -> str:
    """The address that a request is counted for: an IPv4 address or an IPv6 network.

    Each of our own proxies adds the address that it saw at the right of X-Forwarded-For, so as
    many as there are of them are believed. What stands further left anybody can have written.
    """
    hops = [hop.strip() for header in forwarded_for for hop in header.split(",")]
    if 0 < trusted_proxies <= len(hops):
        return _network(hops[-trusted_proxies]) or _network(peer) or peer
    return _network(peer) or peer


def _network(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), 64), strict=False))
        return str(address.ipv4_mapped)
    return str(address)
