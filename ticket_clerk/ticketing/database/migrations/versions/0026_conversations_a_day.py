"""How many conversations there were a day, and how far they came.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: none was counted."""
    op.create_table(
        'talk_days',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('stage', sa.Text(), nullable=False),
        sa.Column('conversations', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('day', 'stage', name=op.f('pk_talk_days')),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table('talk_days')
