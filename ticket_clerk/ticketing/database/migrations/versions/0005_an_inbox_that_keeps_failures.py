"""The inbox keeps failed webhook events and how each came; messages that wait too long are parked.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table('webhook_events') as batch_op:
        batch_op.add_column(sa.Column('source', sa.Text(), nullable=False, server_default='webhook'))
        batch_op.add_column(sa.Column('attempts', sa.BigInteger(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('error', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('closed_at', UtcDateTime(), nullable=True))
    with op.batch_alter_table('webhook_events') as batch_op:
        batch_op.alter_column('source', server_default=None)
        batch_op.alter_column('attempts', server_default=None)
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.add_column(sa.Column('parked_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.drop_column('parked_at')
    with op.batch_alter_table('webhook_events') as batch_op:
        for name in ('closed_at', 'error', 'attempts', 'source'):
            batch_op.drop_column(name)
