"""The table of what operators changed of the catalog at the desk.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.catalog_changes import CatalogChange, CatalogChangeKind
from ticket_clerk.ticketing.domain.facts import Place, Scope

_CHANGES = schema.catalog_changes
_LIST = sa.select(_CHANGES).order_by(_CHANGES.c.made_at, *_CHANGES.primary_key)


def put_change(conn: Connection, change: CatalogChange) -> None:
    """Store a change in the place of an earlier one of the same. Safe to repeat."""
    delete_change(conn, change.kind, change.place, change.key)
    values = {
        "kind": change.kind.value,
        "scope": change.place.scope.value,
        "place": change.place.id,
        "key": change.key,
        "content": json.dumps(change.content),
        "operator": change.operator,
        "made_at": change.made_at,
        "is_applied": change.is_applied,
    }
    conn.execute(sa.insert(_CHANGES).values(values))


def delete_change(conn: Connection, kind: CatalogChangeKind, place: Place, key: str) -> bool:
    """Delete a change. Tells whether there was one."""
    gone = conn.execute(sa.delete(_CHANGES).where(_is(kind, place, key)))
    return bool(gone.rowcount == 1)


def list_changes(conn: Connection) -> list[CatalogChange]:
    """List all changes, the oldest first."""
    return [_change(row) for row in conn.execute(_LIST)]


def mark_applied(conn: Connection, changes: Collection[CatalogChange], is_applied: bool) -> None:
    """Write down whether the catalog could take some changes; what says so stays as it is."""
    for change in changes:
        if change.is_applied is not is_applied:
            one = sa.update(_CHANGES).where(_is(*change.subject))
            conn.execute(one.values(is_applied=is_applied))


def _is(kind: CatalogChangeKind, place: Place, key: str) -> Any:
    return (
        (_CHANGES.c.kind == kind.value)
        & (_CHANGES.c.scope == place.scope.value)
        & (_CHANGES.c.place == place.id)
        & (_CHANGES.c.key == key)
    )


def _change(row: Any) -> CatalogChange:
    return CatalogChange(
        kind=CatalogChangeKind(row.kind),
        place=Place(Scope(row.scope), row.place),
        key=row.key,
        content=json.loads(row.content),
        operator=row.operator,
        made_at=row.made_at,
        is_applied=row.is_applied,
    )
