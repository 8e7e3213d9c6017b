"""The operators' desk: accounts, sessions, acts, and indexes of what its pages look for.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_INDEXES = (
    ('orders', 'declined_at'),
    ('webhook_events', 'order_id'),
    ('outbox', 'parked_at'),
    ('ledger', 'order_id'),
    ('handoffs', 'open_slot'),
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        'operator_accounts',
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('role', sa.Text(), nullable=False),
        sa.Column('password_hash', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_operator_accounts')),
    )
    op.create_table(
        'operator_sessions',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('token_digest', sa.Text(), nullable=False),
        sa.Column('operator', sa.Text(), nullable=False),
        sa.Column('password_digest', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('seen_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_sessions')),
        sa.UniqueConstraint('token_digest', name=op.f('uq_operator_sessions_token_digest')),
    )
    op.create_index(op.f('ix_operator_sessions_operator'), 'operator_sessions', ['operator'])
    op.create_table(
        'operator_acts',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('operator', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('detail', sa.Text(), nullable=False),
        sa.Column('request_key', sa.Text(), nullable=True),
        sa.Column('fingerprint', sa.Text(), nullable=False),
        sa.Column('outcome', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_acts')),
        sa.UniqueConstraint('request_key', name=op.f('uq_operator_acts_request_key')),
    )
    op.create_index(op.f('ix_operator_acts_at'), 'operator_acts', ['at'])
    op.create_index(op.f('ix_operator_acts_subject_at'), 'operator_acts', ['subject', 'at'])
    for table, column in _INDEXES:
        is_set = sa.text(f'{column} IS NOT NULL')
        op.create_index(
            op.f(f'ix_{table}_{column}'), table, [column],
            sqlite_where=is_set, postgresql_where=is_set,
        )


def downgrade() -> None:
    """Undo it."""
    for table, column in _INDEXES:
        op.drop_index(op.f(f'ix_{table}_{column}'), table)
    for table in ('operator_acts', 'operator_sessions', 'operator_accounts'):
        op.drop_table(table)
