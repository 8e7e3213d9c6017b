"""A refund fee: the rule of a show and of an order, and what was kept back.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_RULES = ('shows', 'orders')
_AMOUNTS = (('orders', 'amount_kept'), ('refunds', 'fee'), ('ledger', 'fee'))


def upgrade() -> None:
    """Bring the tables to this revision: nothing was kept of what was sold before."""
    for table in _RULES:
        _add(table, sa.Column('refund_fee', sa.Text(), nullable=False, server_default='0'))
    for table, name in _AMOUNTS:
        _add(table, sa.Column(name, sa.BigInteger(), nullable=False, server_default='0'))


def downgrade() -> None:
    """Undo it."""
    for table, name in (*((table, 'refund_fee') for table in _RULES), *_AMOUNTS):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)


def _add(table: str, column: sa.Column) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, server_default=None)
