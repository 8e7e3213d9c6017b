"""Slow Stripe and full disk: replies to the buyer, and consistent data."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.buyers import LINK, ORDER, RestBuyer, pay
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until

TWO_TICKETS = "I'd like to buy 2 tickets for the Lakers game"
# Stripe's answer comes after thirty seconds.
TOLD_WITHIN_S = 25.0
KEY = {"Authorization": "Bearer sk_test_standin"}


def _stripe(clerk: Clerk) -> str:
    return f"http://127.0.0.1:{clerk.environ['STRIPE_STANDIN_PORT']}"


def _sessions(clerk: Clerk, order_id: str) -> list[dict[str, Any]]:
    url = f"{_stripe(clerk)}/v1/checkout/sessions?limit=100"
    listed = requests.get(url, headers=KEY, timeout=60).json()["data"]
    return [each for each in listed if each["metadata"].get("order_id") == order_id]


@pytest.fixture
def slow_stripe(clerk: Clerk) -> Iterator[str]:
    """The answers to the next two session requests are delayed by half a minute."""
    url = f"{_stripe(clerk)}/_test/failures"
    path = "/v1/checkout/sessions"
    failure = {"how": "time_out", "method": "POST", "path": path, "times": 2, "seconds": 30}
    requests.post(url, data=failure, timeout=60)
    yield url
    requests.delete(url, timeout=60)


def test_while_stripe_is_slow_the_buyer_is_told_and_others_are_served(
    clerk: Clerk, slow_stripe: str
) -> None:
    """Told before Stripe answers; the seats are held; the next try finds the very same session."""
    buyer, other = RestBuyer(clerk), RestBuyer(clerk)
    before = clerk.seats_left("lakers-warriors", "101")
    other.say("hello")
    for wish in (TWO_TICKETS, "the cheapest"):
        buyer.say(wish)

    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        agreeing = pool.submit(buyer.say, "yes")
        wait_until(lambda: not _failures_left(slow_stripe, 2), "Stripe to be asked")
        for ask in (lambda: other.say("what shows are on?"), clerk.orders):
            assert ask()
        assert not agreeing.done()
        reply = agreeing.result()
    took = time.monotonic() - began

    order = ORDER.search(reply)
    assert order, reply
    assert "is open for" in reply
    assert not LINK.search(reply)
    assert took < TOLD_WITHIN_S
    assert clerk.order(order[0])["status"] == "open"
    assert clerk.seats_left("lakers-warriors", "101") == before - 2
    requests.delete(slow_stripe, timeout=60)
    link = LINK.search(buyer.say("try again"))
    assert link
    # The same key: what was made behind the lost answers is what they get.
    assert [session["url"] for session in _sessions(clerk, order[0])] == [link[0]]
    pay(link[0])
    wait_until(lambda: clerk.order(order[0])["status"] == "paid", "the payment")


def _failures_left(url: str, times: int) -> bool:
    failures = requests.get(url, timeout=60).json()["failures"]
    return any(failure["times"] == times for failure in failures)


@contextmanager
def _no_room(pid: int) -> Iterator[None]:
    """No file of a part of the clerk may grow, as on a full disk."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    before = {int(child): resource.prlimit(int(child), resource.RLIMIT_FSIZE) for child in children}
    assert before
    for child, (_, hard) in before.items():
        resource.prlimit(child, resource.RLIMIT_FSIZE, (8 * 1024, hard))
    yield
    for child, limits in before.items():
        resource.prlimit(child, resource.RLIMIT_FSIZE, limits)


# PostgreSQL's disk is another machine's.
@pytest.mark.parametrize("clerk", ["sqlite"], indirect=True)
def test_with_a_full_disk_the_buyer_is_told_and_nothing_is_ordered(
    clerk: Clerk, rest_buyer: RestBuyer
) -> None:
    """A sentence instead of a link; with room again, and no restart, they buy."""
    before = clerk.seats_left("lakers-warriors", "101")
    for wish in (TWO_TICKETS, "the cheapest"):
        rest_buyer.say(wish)

    with _no_room(clerk.running["actions"].pid):
        reply = rest_buyer.say("yes")

        assert "Nothing was ordered and nothing was charged" in reply
        assert clerk.seats_left("lakers-warriors", "101") == before
    mine = [order for order in clerk.orders() if order["sender_id"] == rest_buyer.sender_id]
    assert mine == []
    order_id, link = rest_buyer.order_tickets(TWO_TICKETS, "the cheapest")
    pay(link)
    wait_until(lambda: clerk.order(order_id)["status"] == "paid", "the payment")
