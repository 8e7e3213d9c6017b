"""Seats that a host's own catalog holds for an order, and what it has to be told of them.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        'host_reservations',
        sa.Column('order_id', sa.Text(), nullable=False),
        sa.Column('root_order_id', sa.Text(), nullable=False),
        sa.Column('show_id', sa.Text(), nullable=False),
        sa.Column('section_id', sa.Text(), nullable=False),
        sa.Column('keep', sa.BigInteger(), nullable=False),
        sa.Column('confirmed_at', UtcDateTime(), nullable=True),
        sa.Column('next_attempt_at', UtcDateTime(), nullable=True),
        sa.Column('attempts', sa.BigInteger(), nullable=False),
        sa.Column('tried_since', UtcDateTime(), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.CheckConstraint('keep >= 0', name=op.f('ck_host_reservations_keep_not_negative')),
        sa.ForeignKeyConstraint(
            ['order_id'], ['orders.id'], name=op.f('fk_host_reservations_order_id_orders')
        ),
        sa.PrimaryKeyConstraint('order_id', name=op.f('pk_host_reservations')),
    )
    op.create_index(
        op.f('ix_host_reservations_root_order_id'), 'host_reservations', ['root_order_id']
    )
    is_set = sa.text('next_attempt_at IS NOT NULL')
    op.create_index(
        op.f('ix_host_reservations_next_attempt_at'), 'host_reservations', ['next_attempt_at'],
        sqlite_where=is_set, postgresql_where=is_set,
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table('host_reservations')
