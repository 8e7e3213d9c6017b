"""The language that a buyer wrote, of what they ordered or wait for; null is the default.

Revision: 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op


revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

_TABLES = ('orders', 'waits')


def upgrade() -> None:
    """Bring the tables to this revision; what was sold before has none."""
    for table in _TABLES:
        op.add_column(table, sa.Column('language', sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo it; what is told from then on is in the default."""
    for table in _TABLES:
        op.drop_column(table, 'language')
