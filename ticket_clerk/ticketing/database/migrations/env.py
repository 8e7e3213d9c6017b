"""Runs the migrations on the connection that the engine hands over, or on DATABASE_URL."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from alembic import context
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.settings import Settings, read_environ


@contextmanager
def _loose_references(connection: Connection) -> Iterator[None]:
    """Let SQLite replace a table that others refer to, and see afterwards that all still fits.

    The way that https://www.sqlite.org/lang_altertable.html#otheralter describes. Inside of a
    transaction the switch would do nothing, so it is thrown on the driver's connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if driver.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise RuntimeError("a row refers to one that is not there")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        # SQLite cannot alter most things in place; batch mode copies the table.
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with _unlimited(connection), context.begin_transaction():
        context.run_migrations()


def _unlimited(connection: Connection) -> AbstractContextManager[None]:
    """Let PostgreSQL be silent for as long as a large table takes."""
    if connection.dialect.name != "postgresql":
        return nullcontext()
    from ticket_clerk.ticketing.database.timeouts import endless_patience

    return endless_patience(connection.connection.dbapi_connection)


if "connection" in context.config.attributes:
    connection = context.config.attributes["connection"].execution_options(write=True)
    with _loose_references(connection):
        _run(connection)
        connection.commit()
else:
    database = Database(Settings.from_env(read_environ()).database_url)
    with database.engine.connect() as connection, _loose_references(connection):
        _run(connection.execution_options(write=True))
        connection.commit()
