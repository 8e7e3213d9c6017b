"""Indexes for a door, which lists its show's tickets each minute, and for acts by their kind.

Revision: 0016, after 0015.
"""

from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(op.f('ix_orders_show_id'), 'orders', ['show_id'])
    op.create_index(op.f('ix_operator_acts_kind_at'), 'operator_acts', ['kind', 'at'])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_operator_acts_kind_at'), 'operator_acts')
    op.drop_index(op.f('ix_orders_show_id'), 'orders')
