"""What is sold beside the seats of a show.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision: no show has extras yet."""
    op.create_table(
        'extras',
        sa.Column('show_id', sa.Text(), nullable=False),
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('aliases', sa.Text(), nullable=False),
        sa.Column('unit_amount', sa.BigInteger(), nullable=False),
        sa.Column('stock', sa.BigInteger(), nullable=True),
        sa.Column('held', sa.BigInteger(), nullable=False),
        sa.Column('sold', sa.BigInteger(), nullable=False),
        sa.Column('is_on_sale', sa.Boolean(), nullable=False),
        sa.CheckConstraint('held >= 0', name=op.f('ck_extras_held_not_negative')),
        sa.CheckConstraint('sold >= 0', name=op.f('ck_extras_sold_not_negative')),
        sa.ForeignKeyConstraint(
            ['show_id'], ['shows.id'], name=op.f('fk_extras_show_id_shows')
        ),
        sa.PrimaryKeyConstraint('show_id', 'id', name=op.f('pk_extras')),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table('extras')
