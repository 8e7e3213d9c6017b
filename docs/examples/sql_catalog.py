"""A catalog on the tables of a box office, which sells seats at its counter, too.

``CATALOG=sql_catalog:box_office`` with this file beside ``config.yml``, and the database's file in
``BOX_OFFICE_DB``. What the counter sells is taken off what the chat may sell.
"""

import os
import sqlite3
from contextlib import closing

from ticket_clerk.ticketing.catalog import CatalogSource

TABLES = """
CREATE TABLE performances (id TEXT PRIMARY KEY, title TEXT, house TEXT, city TEXT, begins TEXT);
CREATE TABLE blocks (
    performance TEXT, id TEXT, title TEXT, price_cents INTEGER, seats INTEGER,
    sold_at_counter INTEGER DEFAULT 0, PRIMARY KEY (performance, id)
);
"""
_SHOWS = "SELECT id, title AS name, house AS venue, city, begins AS starts_at FROM performances"
_SECTIONS = """
SELECT id, title AS name, printf('%d.%02d', price_cents / 100, price_cents % 100) AS price,
       max(0, seats - sold_at_counter) AS seats
FROM blocks WHERE performance = ?
"""


class BoxOffice(CatalogSource):
    """The box office's performances and blocks as shows and sections."""

    name = "the box office's tables"

    def __init__(self, path):
        """``path`` is SQLite's file; another database takes another ``connect``."""
        self._path = path

    def shows(self):
        """All performances."""
        return self._document(_SHOWS)

    def find(self, show_id):
        """One performance, without reading the others."""
        document = self._document(f"{_SHOWS} WHERE id = ?", show_id)
        return document if document["shows"] else None

    def availability(self, show_id):
        """Seats that the chat may sell in all, by block."""
        with closing(self._connect()) as database:
            return {row["id"]: row["seats"] for row in database.execute(_SECTIONS, (show_id,))}

    def _document(self, query, *values):
        with closing(self._connect()) as database:
            shows = [dict(row) for row in database.execute(query, values)]
            for show in shows:
                sections = database.execute(_SECTIONS, (show["id"],))
                show["sections"] = [dict(row) for row in sections]
        return {"currency": "usd", "shows": shows}

    def _connect(self):
        database = sqlite3.connect(self._path)
        database.row_factory = sqlite3.Row
        return database


def box_office():
    """What CATALOG names."""
    return BoxOffice(os.environ["BOX_OFFICE_DB"])
