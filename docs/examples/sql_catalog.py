"""A catalog on the tables of a box office, which sells seats at its counter, too.

``CATALOG=sql_catalog:box_office`` with this file beside ``config.yml``, and the database's file in
``BOX_OFFICE_DB``. The counter and the chat sell from one stock: a seat that the chat wants is set
aside here first, by one conditional statement.
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
CREATE TABLE chat_orders (
    id TEXT PRIMARY KEY, performance TEXT, block TEXT, seats INTEGER NOT NULL
);
CREATE VIEW free AS
SELECT performance, id AS block, seats - sold_at_counter - (
    SELECT coalesce(sum(seats), 0) FROM chat_orders
    WHERE performance = blocks.performance AND block = blocks.id
) AS seats
FROM blocks;
"""
_SHOWS = "SELECT id, title AS name, house AS venue, city, begins AS starts_at FROM performances"
_SECTIONS = """
SELECT id, title AS name, printf('%d.%02d', price_cents / 100, price_cents % 100) AS price,
       max(0, seats - sold_at_counter) AS seats
FROM blocks WHERE performance = ?
"""
# An order that is there already keeps what it has: asked for twice it gets its seats once, and
# one that was released gets none.
_RESERVE = """
INSERT INTO chat_orders (id, performance, block, seats)
SELECT :order_id, performance, block, :quantity FROM free
WHERE performance = :show_id AND block = :section_id AND seats >= :quantity
ON CONFLICT (id) DO NOTHING
"""
# An order that was never asked for is noted, too: its `reserve` may be on its way.
_RELEASE = """
INSERT INTO chat_orders (id, seats) VALUES (:order_id, 0)
ON CONFLICT (id) DO UPDATE SET seats = min(seats, :keep)
"""
SELL_AT_COUNTER = """
UPDATE blocks SET sold_at_counter = sold_at_counter + :quantity
WHERE performance = :show_id AND id = :section_id AND (
    SELECT seats FROM free WHERE performance = blocks.performance AND block = blocks.id
) >= :quantity
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
        """Seats that the chat may sell in all, by block; what it has reserved is among them."""
        with closing(self._connect()) as database:
            return {row["id"]: row["seats"] for row in database.execute(_SECTIONS, (show_id,))}

    def reserve(self, order_id, show_id, section_id, quantity):
        """Set seats aside for an order of the chat, once however often it is said."""
        wanted = {"show_id": show_id, "section_id": section_id, "quantity": quantity}
        with closing(self._connect()) as database, database:
            database.execute(_RESERVE, {"order_id": order_id, **wanted})
            query = "SELECT seats FROM chat_orders WHERE id = ?"
            row = database.execute(query, (order_id,)).fetchone()
        return row is not None and row["seats"] == quantity

    def release(self, order_id, keep):
        """Leave an order no more than ``keep`` seats."""
        with closing(self._connect()) as database, database:
            database.execute(_RELEASE, {"order_id": order_id, "keep": keep})

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
