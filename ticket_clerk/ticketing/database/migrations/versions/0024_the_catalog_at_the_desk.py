"""What operators change of the catalog at the desk.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: nothing was changed."""
    op.create_table(
        'catalog_changes',
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('place', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.Column('operator', sa.Text(), nullable=False),
        sa.Column('made_at', UtcDateTime(), nullable=False),
        sa.Column('is_applied', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('kind', 'scope', 'place', 'key', name=op.f('pk_catalog_changes')),
    )


def downgrade() -> None:
    """Undo it: the next load sells what the catalog's owner wrote."""
    op.drop_table('catalog_changes')
