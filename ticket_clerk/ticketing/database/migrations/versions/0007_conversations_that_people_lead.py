"""Conversations that were handed to people, what those say in them, and messages without an order.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        'handoffs',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('channel', sa.Text(), nullable=False),
        sa.Column('sender_id', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('opened_at', UtcDateTime(), nullable=False),
        sa.Column('closed_at', UtcDateTime(), nullable=True),
        sa.Column('open_slot', sa.Integer(), nullable=True),
        sa.CheckConstraint('open_slot = 1', name=op.f('ck_handoffs_open_slot_one')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_handoffs')),
        sa.UniqueConstraint('channel', 'sender_id', 'open_slot', name=op.f('uq_handoffs_channel_sender_id_open_slot')),
    )
    op.create_index(op.f('ix_handoffs_opened_at'), 'handoffs', ['opened_at'])
    op.create_table(
        'handoff_messages',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('handoff_id', sa.Text(), nullable=False),
        sa.Column('channel', sa.Text(), nullable=False),
        sa.Column('sender_id', sa.Text(), nullable=False),
        sa.Column('operator', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('request_key', sa.Text(), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['handoff_id'], ['handoffs.id'], name=op.f('fk_handoff_messages_handoff_id_handoffs')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff_messages')),
        sa.UniqueConstraint('request_key', name=op.f('uq_handoff_messages_request_key')),
    )
    op.create_index(op.f('ix_handoff_messages_handoff_id'), 'handoff_messages', ['handoff_id'])
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.alter_column('order_id', existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    """Undo it; what was promised about no order is forgotten."""
    op.execute("DELETE FROM outbox WHERE order_id IS NULL")
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.alter_column('order_id', existing_type=sa.Text(), nullable=False)
    op.drop_table('handoff_messages')
    op.drop_table('handoffs')
