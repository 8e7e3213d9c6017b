"""Actions know no SQL, so one kind of database is enough for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.settings import Settings

# The first call of the number library and a busy machine are slow, which is no fault.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """An empty SQLite database at the code's revision."""
    url = Settings.from_env({"DATABASE_URL": f"sqlite:///{tmp_path}/payments.db"}).database_url
    store = Database(url)
    store.migrate()
    store.close()
    return url
