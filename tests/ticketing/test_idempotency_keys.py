"""An Idempotency-Key belongs to one request, for as long as Stripe remembers it."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import KeyReused
from ticket_clerk.ticketing.idempotency import claim


def test_the_same_request_is_known_again(container: Container) -> None:
    """True the first time, False from then on."""
    assert [claim(container, "key", "request") for _ in range(3)] == [True, False, False]


def test_another_request_is_a_conflict(container: Container) -> None:
    """However soon it comes."""
    claim(container, "key", "request")

    with pytest.raises(KeyReused):
        claim(container, "key", "another")


def test_a_key_of_another_day_is_refused_for_stripe_would_do_it_again(
    container: Container, clock: MovableClock
) -> None:
    """Stripe forgets after a day; up to then a repetition is one."""
    claim(container, "key", "request")
    clock.move(hours=22)
    assert claim(container, "key", "request") is False

    clock.move(hours=2)

    with pytest.raises(KeyReused, match="another day"):
        claim(container, "key", "request")


def test_after_a_month_a_key_is_as_good_as_new(container: Container, clock: MovableClock) -> None:
    """The table does not grow for ever."""
    claim(container, "key", "request")
    clock.move(days=31)

    assert claim(container, "key", "another") is True
