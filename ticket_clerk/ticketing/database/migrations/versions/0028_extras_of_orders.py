"""What orders have beside their tickets.

Revision: 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op


revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

_NAME = 'ck_orders_amount_total_adds_up'
_REST = (
    "- amount_discount + CASE WHEN tax_behavior = 'exclusive' THEN amount_tax ELSE 0 END"
)
_BEFORE = f'amount_total = unit_amount * quantity {_REST}'
_AFTER = f'amount_total = unit_amount * quantity + amount_extras {_REST}'

_ORDERS = sa.table('orders', sa.column('amount_discount'), sa.column('amount_extras'))


def upgrade() -> None:
    """Bring the tables to this revision: what was sold before had no extras."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.add_column(
            sa.Column('amount_extras', sa.BigInteger(), nullable=False, server_default='0')
        )
    with op.batch_alter_table('orders') as batch_op:
        batch_op.alter_column('amount_extras', server_default=None)
        batch_op.drop_constraint(op.f(_NAME), type_='check')
        batch_op.create_check_constraint(op.f(_NAME), _AFTER)
    op.create_table(
        'order_extras',
        sa.Column('order_id', sa.Text(), nullable=False),
        sa.Column('extra_id', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('quantity', sa.BigInteger(), nullable=False),
        sa.Column('unit_amount', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_order_extras_quantity_positive')),
        sa.ForeignKeyConstraint(
            ['order_id'], ['orders.id'], name=op.f('fk_order_extras_order_id_orders')
        ),
        sa.PrimaryKeyConstraint('order_id', 'extra_id', name=op.f('pk_order_extras')),
    )


def downgrade() -> None:
    """Undo it; what an order's extras cost becomes less of a discount, so no total changes."""
    op.drop_table('order_extras')
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_constraint(op.f(_NAME), type_='check')
    op.execute(
        sa.update(_ORDERS).values(
            amount_discount=_ORDERS.c.amount_discount - _ORDERS.c.amount_extras
        )
    )
    with op.batch_alter_table('orders') as batch_op:
        batch_op.create_check_constraint(op.f(_NAME), _BEFORE)
        batch_op.drop_column('amount_extras')
