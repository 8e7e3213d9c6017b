"""Numbered seats: the rows of a section, and which seat a ticket has.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: no section has rows yet."""
    with op.batch_alter_table('sections') as batch_op:
        batch_op.add_column(sa.Column('seat_rows', sa.Text(), nullable=True))
    op.create_table(
        'numbered_seats',
        sa.Column('show_id', sa.Text(), nullable=False),
        sa.Column('section_id', sa.Text(), nullable=False),
        sa.Column('row_name', sa.Text(), nullable=False),
        sa.Column('seat_number', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('order_id', sa.Text(), nullable=False),
        sa.Column('ticket_number', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['order_id'], ['orders.id'], name=op.f('fk_numbered_seats_order_id_orders')
        ),
        sa.PrimaryKeyConstraint(
            'show_id', 'section_id', 'row_name', 'seat_number', name=op.f('pk_numbered_seats')
        ),
        sa.UniqueConstraint(
            'order_id', 'ticket_number', name=op.f('uq_numbered_seats_order_id_ticket_number')
        ),
    )
    op.create_index(op.f('ix_holds_show_id_section_id'), 'holds', ['show_id', 'section_id'])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_holds_show_id_section_id'), 'holds')
    op.drop_table('numbered_seats')
    with op.batch_alter_table('sections') as batch_op:
        batch_op.drop_column('seat_rows')
