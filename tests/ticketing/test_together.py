"""What nobody asks the answer of goes to PostgreSQL with the next statement, and is as good."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_later
from ticket_clerk.ticketing.database.together import LATER

CUSTOMERS = schema.customers
_CLEAR = sa.delete(CUSTOMERS)


def _keep(conn: Connection, name: str) -> None:
    insert_later(conn, CUSTOMERS, {"channel": "rest", "sender_id": name, "customer_id": name})


def _kept(container: Container) -> list[str]:
    with container.database.read() as conn:
        query = sa.select(CUSTOMERS.c.sender_id).order_by(CUSTOMERS.c.sender_id)
        return list(conn.execute(query).scalars())


def test_it_is_there_for_the_next_statement_and_after_the_commit(container: Container) -> None:
    """In its order, also before many rows at once, and with no statement after it."""
    many = [{"channel": "rest", "sender_id": n, "customer_id": n} for n in ("100%s", "d")]
    with container.database.begin() as conn:
        _keep(conn, "a; 50% 'off'")
        assert conn.execute(sa.select(sa.func.count()).select_from(CUSTOMERS)).scalar() == 1
        conn.execute(_CLEAR, execution_options=LATER)
        _keep(conn, "b")
        conn.execute(sa.insert(CUSTOMERS), many)
        _keep(conn, "c")
        _keep(conn, "c")

    assert _kept(container) == ["100%s", "b", "c", "d"]


def test_what_is_rolled_back_takes_it_along(container: Container) -> None:
    """Also where it was not sent yet; the connection's next transaction knows nothing of it."""

    def give_up() -> None:
        with container.database.begin() as conn:
            _keep(conn, "a")
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    for _ in range(2):
        with container.database.begin() as conn:
            conn.execute(sa.select(CUSTOMERS)).all()

    assert _kept(container) == []


def test_what_it_raises_undoes_the_transaction(container: Container) -> None:
    """By the next statement or by the end, before anything is committed."""
    nobody = sa.insert(schema.holds).values(order_id="ord_of_nobody", show_id="a", quantity=1)

    def fail() -> None:
        with container.database.begin() as conn:
            _keep(conn, "a")
            conn.execute(nobody, execution_options=LATER)

    with pytest.raises(DBAPIError):
        fail()
    assert _kept(container) == []
