"""An index of the ledger that holds what is added up by day, so that no row is looked up for it.

Revision: 0015, after 0014.
"""

from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_COLUMNS = ['at', 'kind', 'currency', 'amount']


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.drop_index(op.f('ix_ledger_at'), 'ledger')
    op.create_index(op.f('ix_ledger_at_kind_currency_amount'), 'ledger', _COLUMNS)


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_ledger_at_kind_currency_amount'), 'ledger')
    op.create_index(op.f('ix_ledger_at'), 'ledger', ['at'])
