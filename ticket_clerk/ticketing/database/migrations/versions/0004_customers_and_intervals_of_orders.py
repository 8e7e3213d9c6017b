"""The customer and the interval of an order, and a wish to end a season ticket.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.add_column(sa.Column('customer_id', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('interval', sa.Text(), nullable=True))
    with op.batch_alter_table('subscriptions') as batch_op:
        batch_op.add_column(sa.Column('cancel_requested_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('subscriptions') as batch_op:
        batch_op.drop_column('cancel_requested_at')
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_column('interval')
        batch_op.drop_column('customer_id')
