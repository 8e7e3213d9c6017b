"""Facts of the catalog, topics of its owner's own, and the questions that no fact answered.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: a catalog that was loaded before has no facts."""
    op.create_table(
        'facts',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('place', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('language', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('scope', 'place', 'key', 'language', name=op.f('pk_facts')),
    )
    op.create_table(
        'free_topics',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('position', sa.BigInteger(), nullable=False),
        sa.Column('questions', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_free_topics')),
    )
    op.create_table(
        'open_questions',
        sa.Column('topic', sa.Text(), nullable=False),
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('place', sa.Text(), nullable=False),
        sa.Column('times_asked', sa.BigInteger(), nullable=False),
        sa.Column('last_asked_on', sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint('topic', 'scope', 'place', name=op.f('pk_open_questions')),
    )
    with op.batch_alter_table('catalog') as batch_op:
        batch_op.add_column(
            sa.Column('facts_digest', sa.Text(), nullable=False, server_default='')
        )
    with op.batch_alter_table('catalog') as batch_op:
        batch_op.alter_column('facts_digest', server_default=None)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('catalog') as batch_op:
        batch_op.drop_column('facts_digest')
    for table in ('open_questions', 'free_topics', 'facts'):
        op.drop_table(table)
