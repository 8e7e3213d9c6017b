"""The time of these tests."""

from __future__ import annotations

import pytest

from tests.flows.catalog import NOW
from tests.moving_clock import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    """Noon of a day on which all of shows.yml is on sale, as for the flows."""
    return MovableClock(NOW)
