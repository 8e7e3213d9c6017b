"""When a place on the waiting list is offered seats again.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_WAITS = sa.table(
    'waits', sa.column('created_at', UtcDateTime), sa.column('next_offer_at', UtcDateTime)
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table('waits') as batch_op:
        batch_op.add_column(sa.Column('next_offer_at', UtcDateTime(), nullable=True))
    op.execute(sa.update(_WAITS).values(next_offer_at=_WAITS.c.created_at))
    with op.batch_alter_table('waits') as batch_op:
        batch_op.alter_column('next_offer_at', existing_type=UtcDateTime(), nullable=False)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('waits') as batch_op:
        batch_op.drop_column('next_offer_at')
