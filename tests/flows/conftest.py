"""Actions know no SQL, so one kind of database is enough for them."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.flows.catalog import NOW
from tests.moving_clock import MovableClock

# The first call of the number library and a busy machine are slow, which is no fault.
# What is drawn is the same in every run: a draw that fails is found by whoever changes something.
settings.register_profile("patient", deadline=None, derandomize=True)
settings.load_profile("patient")


@pytest.fixture
def database_url(sqlite_database: str) -> str:
    """An empty SQLite database at the code's revision."""
    return sqlite_database


@pytest.fixture
def clock() -> MovableClock:
    """Noon of a day on which all of shows.yml is on sale: what is said of dates stays true."""
    return MovableClock(NOW)
