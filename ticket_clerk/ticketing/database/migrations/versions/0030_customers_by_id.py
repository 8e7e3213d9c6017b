"""Buyers are found by their customer's id at Stripe.

Revision: 0030, after 0029.
"""

from alembic import op


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(op.f('ix_customers_customer_id'), 'customers', ['customer_id'])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_customers_customer_id'), table_name='customers')
