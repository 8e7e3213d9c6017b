"""Rows of the catalog say when they were changed last, so that a turn reads those alone.

The database itself writes it down, whoever changes a row: on SQLite a number that grows with each
change, on PostgreSQL the number of the transaction, which needs no row that all who sell would
wait for. A row that is deleted counts as a change of the catalog's own row.

Revision: 0033, after 0032.
"""

import sqlalchemy as sa
from alembic import op


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

_PARTS = ('shows', 'sections', 'extras')
_TABLES = ('catalog', *_PARTS)
_NEWEST = ' UNION ALL '.join(f'SELECT max(changed_in) AS number FROM {table}' for table in _TABLES)
_NOTE = (
    f'UPDATE {{table}} SET changed_in = (SELECT max(number) + 1 FROM ({_NEWEST})) '
    'WHERE rowid = NEW.rowid;'
)
_NOTE_DELETION = 'UPDATE catalog SET loaded_at = loaded_at;'
_FUNCTION = 'CREATE FUNCTION {} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$'
# Name, of which tables, statement.
_ON_SQLITE = (
    ('insert', _TABLES, f'AFTER INSERT ON {{table}} BEGIN {_NOTE} END'),
    (
        'update',
        _TABLES,
        f'AFTER UPDATE ON {{table}} WHEN NEW.changed_in = OLD.changed_in BEGIN {_NOTE} END',
    ),
    # While the row is there, or its number might be given again.
    ('delete', _PARTS, f'BEFORE DELETE ON {{table}} BEGIN {_NOTE_DELETION} END'),
)
_ON_POSTGRESQL = (
    (
        'change',
        _TABLES,
        'BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE PROCEDURE note_change()',
    ),
    (
        'delete',
        _PARTS,
        'AFTER DELETE ON {table} FOR EACH STATEMENT EXECUTE PROCEDURE note_deletion()',
    ),
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    for table in _TABLES:
        op.add_column(
            table, sa.Column('changed_in', sa.BigInteger(), nullable=False, server_default='0')
        )
        op.create_index(op.f(f'ix_{table}_changed_in'), table, ['changed_in'])
    if not _is_sqlite():
        change, deletion = 'NEW.changed_in = txid_current(); RETURN NEW;', 'RETURN NULL;'
        op.execute(_FUNCTION.format('note_change()', change))
        op.execute(_FUNCTION.format('note_deletion()', f'{_NOTE_DELETION} {deletion}'))
    for name, tables, statement in _triggers():
        for table in tables:
            op.execute(f'CREATE TRIGGER note_{name}_of_{table} {statement.format(table=table)}')


def downgrade() -> None:
    """Undo it."""
    for name, tables, _ in _triggers():
        for table in tables:
            of_table = '' if _is_sqlite() else f' ON {table}'
            op.execute(f'DROP TRIGGER note_{name}_of_{table}{of_table}')
    for function in () if _is_sqlite() else ('note_change()', 'note_deletion()'):
        op.execute(f'DROP FUNCTION {function}')
    for table in _TABLES:
        op.drop_index(op.f(f'ix_{table}_changed_in'), table_name=table)
        op.drop_column(table, 'changed_in')


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == 'sqlite')


def _triggers() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    return _ON_SQLITE if _is_sqlite() else _ON_POSTGRESQL
