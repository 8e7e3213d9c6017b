"""When the buyer of an order was reminded of its show.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: nobody was reminded."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.add_column(sa.Column('reminded_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_column('reminded_at')
