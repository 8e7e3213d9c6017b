"""Shows that are moved: where to and from, and until when their tickets go back without a fee.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

_WORDS = ('starts_at_local', 'venue', 'city', 'was_starts_at_local', 'was_venue', 'was_city')


def upgrade() -> None:
    """Bring the tables to this revision: no show was moved."""
    with op.batch_alter_table('show_changes') as batch_op:
        for name in _WORDS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('refund_until', UtcDateTime(), nullable=True))
    with op.batch_alter_table('orders') as batch_op:
        batch_op.add_column(sa.Column('free_refund_until', UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_column('free_refund_until')
    with op.batch_alter_table('show_changes') as batch_op:
        for name in (*_WORDS, 'refund_until'):
            batch_op.drop_column(name)
