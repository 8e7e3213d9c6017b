"""${message}.

Revision: ${up_revision}, after ${down_revision | comma,n}. Made ${create_date}.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Bring the tables to this revision."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo it."""
    ${downgrades if downgrades else "pass"}
