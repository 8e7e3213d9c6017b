"""A wish to cancel.

Revision: 0002, after 0001. Made 2026-11-22 23:24:25.029257.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cancel_requested_at', UtcDateTime(), nullable=True))



def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_column('cancel_requested_at')

