"""Shows that are called off: since when, and which orders it was told.

Revision: 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

_COUNTERS = (('shows', 'change_number'), ('orders', 'show_change'))


def upgrade() -> None:
    """Bring the tables to this revision: no show has changed."""
    op.create_table(
        'show_changes',
        sa.Column('show_id', sa.Text(), nullable=False),
        sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('made_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['show_id'], ['shows.id'], name=op.f('fk_show_changes_show_id_shows')),
        sa.PrimaryKeyConstraint('show_id', 'number', name=op.f('pk_show_changes')),
    )
    with op.batch_alter_table('shows') as batch_op:
        batch_op.add_column(sa.Column('called_off_at', UtcDateTime(), nullable=True))
    for table, name in _COUNTERS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(
                sa.Column(name, sa.BigInteger(), nullable=False, server_default='0')
            )
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(name, server_default=None)
    # It begins with the column of the other.
    op.drop_index(op.f('ix_orders_show_id'), 'orders')
    op.create_index(op.f('ix_orders_show_id_show_change'), 'orders', ['show_id', 'show_change'])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_orders_show_id_show_change'), 'orders')
    op.create_index(op.f('ix_orders_show_id'), 'orders', ['show_id'])
    for table, name in _COUNTERS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)
    with op.batch_alter_table('shows') as batch_op:
        batch_op.drop_column('called_off_at')
    op.drop_table('show_changes')
