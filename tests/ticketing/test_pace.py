"""Many calls to Stripe keep its pace: so many a second, and slower once it says too many."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ticket_clerk.ticketing.domain.errors import RATE_LIMITED, StripeUnavailable
from ticket_clerk.ticketing.refunds.pace import PAUSES_S, Pace


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        """It is noon."""
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        self.slept.append(seconds)

    def pace(self, per_second: float) -> Pace:
        """A pace by this clock."""
        return Pace(per_second, sleep=self.sleep, clock=lambda: self.now)


def _too_fast(times: int) -> Callable[[], str]:
    left = [StripeUnavailable("no", stripe_code=RATE_LIMITED)] * times

    def call() -> str:
        if left:
            raise left.pop()
        return "done"

    return call


def test_calls_are_that_far_apart() -> None:
    """Ten a second take two seconds for twenty-one; a call that took longer waits for nothing."""
    time = Time()
    pace = time.pace(10)
    for _ in range(21):
        pace.keep(lambda: "done")

    assert time.now == pytest.approx(2)
    time.now += 5
    pace.keep(lambda: "done")
    assert time.now == pytest.approx(7)


def test_a_call_that_is_one_too_many_is_made_again_and_the_next_ones_come_slower() -> None:
    """After one second, then two; from then on a quarter as fast."""
    time = Time()
    pace = time.pace(10)

    assert pace.keep(_too_fast(2)) == "done"
    assert time.slept[:2] == [1.0, 2.0]
    before = time.now
    pace.keep(lambda: "done")
    assert time.now - before == pytest.approx(0.4)


def test_where_stripe_goes_on_saying_so_the_pass_ends() -> None:
    """After half a minute; and any other trouble ends it at once."""
    time = Time()
    with pytest.raises(StripeUnavailable):
        time.pace(10).keep(_too_fast(99))
    assert time.slept[: len(PAUSES_S)] == list(PAUSES_S)

    def away() -> None:
        raise StripeUnavailable("away")

    time = Time()
    with pytest.raises(StripeUnavailable):
        time.pace(10).keep(away)
    assert time.slept == []
