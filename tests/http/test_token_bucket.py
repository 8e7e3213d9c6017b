"""How often an address may ask: counted for the right one, and in memory that does not grow."""

from __future__ import annotations

import pytest

from ticket_clerk.http.token_bucket import (
    BURST,
    MOST_ADDRESSES,
    PER_SECOND,
    TokenBuckets,
    client_address,
)


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The same moment until somebody moves it."""
        return self.now


def _used_up(clock: Clock) -> TokenBuckets:
    allowance = TokenBuckets(clock)
    assert [allowance.wait_s("192.0.2.1") for _ in range(BURST)] == [0] * BURST
    return allowance


def test_an_empty_bucket_makes_its_address_wait() -> None:
    """After the burst it is a second; asking meanwhile does not make it longer."""
    clock = Clock()
    allowance = _used_up(clock)

    assert [allowance.wait_s("192.0.2.1") for _ in range(1000)] == [1] * 1000
    clock.now = 1.0
    assert [allowance.wait_s("192.0.2.1") for _ in range(PER_SECOND + 1)] == [0] * PER_SECOND + [1]


def test_a_bucket_fills_up_to_the_burst_and_no_further() -> None:
    """Whoever was silent for a year has no more than anybody else."""
    clock = Clock()
    allowance = _used_up(clock)
    clock.now = 31_536_000.0

    assert [allowance.wait_s("192.0.2.1") for _ in range(BURST)] == [0] * BURST
    assert allowance.wait_s("192.0.2.1") == 1


def test_addresses_are_counted_apart() -> None:
    """One address that asks too often keeps no other out."""
    assert _used_up(Clock()).wait_s("192.0.2.2") == 0


def test_a_hundred_thousand_addresses_take_the_memory_of_ten_thousand() -> None:
    """The address that was silent for longest is forgotten first, one that asks is not."""
    allowance = _used_up(Clock())
    for number in range(10 * MOST_ADDRESSES):
        allowance.wait_s(str(number))
        if number % 1000 == 0:
            assert allowance.wait_s("192.0.2.1") == 1

    assert len(allowance) == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("forwarded_for", "proxies", "counted"),
    [
        ([], 0, "192.0.2.1"),
        # Nobody's header is believed unless a proxy of ours is known to write it.
        (["203.0.113.9"], 0, "192.0.2.1"),
        (["203.0.113.9"], 1, "203.0.113.9"),
        # What the client wrote stands left of what our proxy wrote.
        (["1.1.1.1, 203.0.113.9"], 1, "203.0.113.9"),
        (["1.1.1.1", "203.0.113.9"], 1, "203.0.113.9"),
        (["1.1.1.1, 203.0.113.9, 10.0.0.1"], 2, "203.0.113.9"),
        # Fewer than there are proxies: it came past them.
        (["203.0.113.9"], 2, "192.0.2.1"),
        (["unknown"], 1, "192.0.2.1"),
        ([""], 1, "192.0.2.1"),
        (["x" * 8000], 1, "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    forwarded_for: list[str], proxies: int, counted: str
) -> None:
    """X-Forwarded-For counts from the right, as far as TRUSTED_PROXIES goes."""
    assert client_address("192.0.2.1", forwarded_for, proxies) == counted


def test_a_network_of_ipv6_is_one_caller() -> None:
    """A household has 2**64 addresses; IPv4 in IPv6's clothes is IPv4."""
    assert client_address("2001:db8:1:2::1", [], 0) == client_address("2001:db8:1:2:ffff::9", [], 0)
    assert client_address("2001:db8:1:2::1", [], 0) != client_address("2001:db8:1:3::1", [], 0)
    assert client_address("::ffff:192.0.2.1", [], 0) == "192.0.2.1"
