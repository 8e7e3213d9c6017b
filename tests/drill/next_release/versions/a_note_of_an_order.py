"""An order has a note, by which it is found.

Revision: next, after the newest of this release.
"""

import sqlalchemy as sa
from alembic import op
from alembic.script import ScriptDirectory

from ticket_clerk.ticketing.database.engine import alembic_config

revision = "next"
down_revision = ScriptDirectory.from_config(alembic_config()).get_current_head()
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the lock that most others wait for, on the busiest table."""
    op.add_column("orders", sa.Column("note", sa.String(200), nullable=True))
    op.create_index("ix_orders_note", "orders", ["note"])


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_orders_note", table_name="orders")
    op.drop_column("orders", "note")
