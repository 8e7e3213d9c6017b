"""Tickets: one a seat of each order that was ever paid, one a season ticket.

Revision: 0013, after 0012.
"""

import secrets
import string

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_ALPHABET = string.ascii_letters + string.digits
# Money can come back to what was refunded, and with it the tickets.
_WAS_PAID = ('paid', 'partially_refunded', 'refunded', 'disputed')
_ORDERS = sa.table(
    'orders', sa.column('id', sa.Text), sa.column('kind', sa.Text), sa.column('status', sa.Text),
    sa.column('section_id', sa.Text), sa.column('section_name', sa.Text),
    sa.column('quantity', sa.BigInteger),
    sa.column('created_at', UtcDateTime), sa.column('paid_at', UtcDateTime),
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    tickets = op.create_table(
        'tickets',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('order_id', sa.Text(), nullable=False),
        sa.Column('number', sa.BigInteger(), nullable=True),
        sa.Column('section_id', sa.Text(), nullable=True),
        sa.Column('section_name', sa.Text(), nullable=True),
        sa.Column('issued_at', UtcDateTime(), nullable=False),
        sa.Column('used_at', UtcDateTime(), nullable=True),
        sa.Column('request_key', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ['order_id'], ['orders.id'], name=op.f('fk_tickets_order_id_orders')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
        sa.UniqueConstraint('order_id', 'number', name=op.f('uq_tickets_order_id_number')),
    )
    conn = op.get_bind()
    # An upgrade's tickets are its parent's.
    paid = sa.select(_ORDERS).where(
        _ORDERS.c.status.in_(_WAS_PAID), _ORDERS.c.kind != 'upgrade'
    )
    for order in conn.execute(paid).all():
        conn.execute(sa.insert(tickets), [_ticket(order, n + 1) for n in range(order.quantity)])


def downgrade() -> None:
    """Undo it."""
    op.drop_table('tickets')


def _ticket(order: sa.engine.Row, number: int) -> dict[str, object]:
    return {
        'id': 'tkt_' + ''.join(secrets.choice(_ALPHABET) for _ in range(22)),
        'order_id': order.id,
        'number': number,
        'section_id': order.section_id,
        'section_name': order.section_name,
        'issued_at': order.paid_at or order.created_at,
        'used_at': None,
        'request_key': None,
    }
