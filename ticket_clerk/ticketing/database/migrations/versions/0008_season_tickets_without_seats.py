"""Season tickets without a made-up section, venue and start.

Revision: 0008, after 0007.
"""

from datetime import timezone

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_COLUMNS = {
    'section_id': sa.Text(), 'section_name': sa.Text(), 'venue': sa.Text(), 'city': sa.Text(),
    'starts_at_local': sa.Text(), 'refundable_until': UtcDateTime(),
}
_ORDERS = sa.table(
    'orders', sa.column('id', sa.Text), sa.column('kind', sa.Text),
    sa.column('created_at', UtcDateTime),
    *(sa.column(name, type_) for name, type_ in _COLUMNS.items()),
)
_IS_SEASON = _ORDERS.c.kind == 'subscription'


def upgrade() -> None:
    """Bring the tables to this revision."""
    _alter(nullable=True)
    op.execute(sa.update(_ORDERS).where(_IS_SEASON).values(dict.fromkeys(_COLUMNS)))


def downgrade() -> None:
    """Undo it, with the values that stood there before: the moment of the order as the start."""
    conn = op.get_bind()
    for row in conn.execute(sa.select(_ORDERS.c.id, _ORDERS.c.created_at).where(_IS_SEASON)).all():
        made_at = row.created_at.astimezone(timezone.utc)
        conn.execute(
            sa.update(_ORDERS)
            .where(_ORDERS.c.id == row.id)
            .values(
                section_id='', section_name='', venue='', city='',
                starts_at_local=made_at.isoformat(), refundable_until=made_at,
            )
        )
    _alter(nullable=False)


def _alter(*, nullable: bool) -> None:
    with op.batch_alter_table('orders') as batch_op:
        for name, type_ in _COLUMNS.items():
            batch_op.alter_column(name, existing_type=type_, nullable=nullable)
