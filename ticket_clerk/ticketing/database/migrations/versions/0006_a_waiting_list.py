"""The waiting list of sold-out shows.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        'waits',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('channel', sa.Text(), nullable=False),
        sa.Column('sender_id', sa.Text(), nullable=False),
        sa.Column('show_id', sa.Text(), nullable=False),
        sa.Column('section_id', sa.Text(), nullable=True),
        sa.Column('quantity', sa.BigInteger(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.CheckConstraint('quantity > 0', name=op.f('ck_waits_quantity_positive')),
        sa.ForeignKeyConstraint(['show_id'], ['shows.id'], name=op.f('fk_waits_show_id_shows')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_waits')),
        sa.UniqueConstraint('channel', 'sender_id', 'show_id', name=op.f('uq_waits_channel_sender_id_show_id')),
    )
    op.create_index(op.f('ix_waits_show_id_created_at'), 'waits', ['show_id', 'created_at'])


def downgrade() -> None:
    """Undo it."""
    op.drop_table('waits')
