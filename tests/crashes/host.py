"""The box office of docs/examples, with the show of the stories."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.conftest import SHOWS
from tests.servers import ROOT
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file

_SHOW = "lakers-warriors"


class Host:
    """A host that keeps its seats itself; nothing is set aside yet."""

    def __init__(self, folder: Path) -> None:
        """Fill its tables, and put its code where the action server is started."""
        self._file = folder / "box_office.db"
        shutil.copy(ROOT / "docs" / "examples" / "sql_catalog.py", folder)
        self.environ = {"CATALOG": "sql_catalog:box_office", "BOX_OFFICE_DB": str(self._file)}
        namespace: dict[str, str] = {}
        exec((folder / "sql_catalog.py").read_text(encoding="utf-8"), namespace)  # noqa: S102  ours
        show = next(show for show in read_shows_file(SHOWS).shows if show.id == _SHOW)
        with closing(sqlite3.connect(self._file)) as database, database:
            database.executescript(namespace["TABLES"])
            begins = show.starts_at.isoformat()
            row = (show.id, show.name, show.venue, show.city, begins)
            database.execute("INSERT INTO performances VALUES (?, ?, ?, ?, ?)", row)
            for part in show.sections:
                block = (show.id, part.id, part.name, part.unit_amount, part.seats)
                database.execute("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, 0)", block)

    def seats(self) -> tuple[int, ...]:
        """Count what is set aside for the chat's orders in sections 101 and 201."""
        query = "SELECT coalesce(sum(seats), 0) FROM chat_orders WHERE block = ? AND id <> ?"
        with closing(sqlite3.connect(self._file, timeout=60)) as database:
            return tuple(
                database.execute(query, (block, "other")).fetchone()[0] for block in ("101", "201")
            )

    def let_another_have(self, block: str) -> None:
        """Set all seats of a section aside for somebody else, which shows in no availability."""
        with closing(sqlite3.connect(self._file, timeout=60)) as database, database:
            query = "SELECT seats FROM blocks WHERE id = ?"
            (seats,) = database.execute(query, (block,)).fetchone()
            row = ("other", _SHOW, block, seats)
            database.execute("INSERT INTO chat_orders VALUES (?, ?, ?, ?)", row)

    def lose_reservations(self, *, is_found: bool = False) -> None:
        """Read shows, and neither reserve nor release, until they are found again."""
        names = ("lost", "chat_orders") if is_found else ("chat_orders", "lost")
        with closing(sqlite3.connect(self._file, timeout=60)) as database, database:
            database.execute("ALTER TABLE {} RENAME TO {}".format(*names))
