"""Whose name is on a ticket.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column('tickets', sa.Column('holder', sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo it."""
    op.drop_column('tickets', 'holder')
