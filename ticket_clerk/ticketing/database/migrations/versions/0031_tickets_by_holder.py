"""Tickets are found by the name on them.

Revision: 0031, after 0030.
"""

from alembic import op


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(op.f('ix_tickets_holder'), 'tickets', ['holder'])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_tickets_holder'), table_name='tickets')
