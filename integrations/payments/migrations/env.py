"""Runs the migrations on the connection that the store hands over, or on DATABASE_URL."""

from alembic import context
from sqlalchemy.engine import Connection

from integrations.payments import schema
from integrations.payments.config import Settings, read_environ
from integrations.payments.store import Store


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        # SQLite cannot alter most things in place; batch mode copies the table.
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if "connection" in context.config.attributes:
    connection = context.config.attributes["connection"].execution_options(write=True)
    _run(connection)
    connection.commit()
else:
    store = Store(Settings.from_env(read_environ()).database_url)
    with store.engine.connect() as connection:
        _run(connection.execution_options(write=True))
        connection.commit()
