"""Which tickets in particular a refund takes back.

Revision: 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op


revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: so far refunds took the newest tickets."""
    op.add_column('refunds', sa.Column('tickets', sa.Text(), nullable=True))
    op.add_column('tickets', sa.Column('refund_id', sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo it."""
    op.drop_column('tickets', 'refund_id')
    op.drop_column('refunds', 'tickets')
