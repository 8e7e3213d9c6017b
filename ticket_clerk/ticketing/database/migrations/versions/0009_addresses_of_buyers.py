"""Addresses from which buyers write, as keyed hashes, and whose seats are held for them.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        'buyer_addresses',
        sa.Column('channel', sa.Text(), nullable=False),
        sa.Column('sender_id', sa.Text(), nullable=False),
        sa.Column('address_key', sa.Text(), nullable=False),
        sa.Column('seen_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('channel', 'sender_id', name=op.f('pk_buyer_addresses')),
    )
    op.create_index(op.f('ix_buyer_addresses_seen_at'), 'buyer_addresses', ['seen_at'])
    op.add_column('holds', sa.Column('address_key', sa.Text(), nullable=True))
    op.create_index(op.f('ix_holds_address_key'), 'holds', ['address_key'])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f('ix_holds_address_key'), 'holds')
    with op.batch_alter_table('holds') as batch_op:
        batch_op.drop_column('address_key')
    op.drop_table('buyer_addresses')
