"""Statements whose answer nobody reads go to PostgreSQL together with the next one.

Each statement is a way to the server and back, which takes longer than what the server does for
it. One that is executed with ``LATER`` waits for the next of its transaction, and both are sent as
one text. The server does them in their order; what one raises is raised by the next. The values
are written into the text by psycopg2, as it does for every statement. SQLite has no ways to save.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

LATER: Mapping[str, bool] = {"later": True}
_NOTHING = sa.text("SELECT 1")


def send_together(engine: Engine) -> None:
    """Have an engine keep such statements until the next; its connections have ``unsent``."""

    @sa.event.listens_for(engine, "do_execute")
    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        unsent = cursor.connection.unsent
        is_for_later = context.execution_options.get("later", False)
        if not unsent and not is_for_later:
            return False
        unsent.append(cursor.mogrify(statement, parameters))
        if not is_for_later:
            text = b";".join(unsent)
            unsent.clear()
            cursor.execute(text)
        return True

    @sa.event.listens_for(engine, "do_executemany")
    def execute_many(cursor: Any, *_: Any) -> None:
        if unsent := cursor.connection.unsent:
            cursor.execute(b";".join(unsent))
            unsent.clear()

    @sa.event.listens_for(engine, "rollback")
    def forget(conn: Connection) -> None:
        _unsent(conn).clear()


def send_unsent(conn: Connection) -> None:
    """Send what waits for a next statement that does not come."""
    if _unsent(conn):
        conn.execute(_NOTHING)


def _unsent(conn: Connection) -> list[bytes]:
    unsent: list[bytes] = getattr(conn.connection.dbapi_connection, "unsent", [])
    return unsent
