"""Orders that operators make, whose money is none of Stripe's.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column('orders', sa.Column('paid_elsewhere', sa.Text(), nullable=True))
    is_set = sa.text('paid_elsewhere IS NOT NULL')
    op.create_index(
        op.f('ix_orders_paid_elsewhere'), 'orders', ['paid_elsewhere'],
        sqlite_where=is_set, postgresql_where=is_set,
    )


def downgrade() -> None:
    """Undo it; such orders look like paid ones without a payment."""
    op.drop_index(op.f('ix_orders_paid_elsewhere'), 'orders')
    op.drop_column('orders', 'paid_elsewhere')
