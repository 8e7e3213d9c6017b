"""Discount and tax of an order, and the terms that its payment page is made with.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

_COLUMNS = {
    'amount_discount': (sa.BigInteger(), '0'),
    'amount_tax': (sa.BigInteger(), '0'),
    'allows_codes': (sa.Boolean(), sa.false()),
    'asks_tax_id': (sa.Boolean(), sa.false()),
    'wants_invoice': (sa.Boolean(), sa.false()),
}
_NULLABLE = ('promotion_code', 'promotion_code_id', 'tax_behavior')
_NAME = 'ck_orders_amount_total_adds_up'
_BEFORE = 'amount_total = unit_amount * quantity'
_AFTER = (
    "amount_total = unit_amount * quantity - amount_discount "
    "+ CASE WHEN tax_behavior = 'exclusive' THEN amount_tax ELSE 0 END"
)
_ORDERS = sa.table(
    'orders', *(sa.column(name) for name in ('amount_total', 'unit_amount', 'quantity'))
)


def upgrade() -> None:
    """Bring the tables to this revision: what was sold before had neither discount nor tax."""
    with op.batch_alter_table('orders') as batch_op:
        for name, (type_, before) in _COLUMNS.items():
            batch_op.add_column(sa.Column(name, type_, nullable=False, server_default=before))
        for name in _NULLABLE:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
    with op.batch_alter_table('orders') as batch_op:
        for name in _COLUMNS:
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_constraint(op.f(_NAME), type_='check')
        batch_op.create_check_constraint(op.f(_NAME), _AFTER)


def downgrade() -> None:
    """Undo it; the total of an order is its price again."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_constraint(op.f(_NAME), type_='check')
    op.execute(
        sa.update(_ORDERS).values(amount_total=_ORDERS.c.unit_amount * _ORDERS.c.quantity)
    )
    with op.batch_alter_table('orders') as batch_op:
        for name in (*_COLUMNS, *_NULLABLE):
            batch_op.drop_column(name)
        batch_op.create_check_constraint(op.f(_NAME), _BEFORE)
