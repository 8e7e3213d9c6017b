"""Accounts of operators: ``admin`` of ADMIN_PASSWORD_HASH, and those in the database."""

from __future__ import annotations

import re

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators
from ticket_clerk.ticketing.database.tables.operators import Account
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.operators import Operator, Role

from . import acts
from .passwords import hash_password

ADMIN = "admin"
COMMAND_LINE = "command line"
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,39}")


def add_account(container: Container, name: str, role: Role, password: str) -> None:
    """Make an account; raises InvalidRequest for a name that is none or taken, or a password."""
    if not _NAME.fullmatch(name):
        raise InvalidRequest("The name must be like jo or jo.smith: small letters, digits, . _ @ -")
    password_hash = hash_password(password)
    with container.database.begin() as conn:
        operator = Operator(name, role)
        is_new = name != ADMIN and operators.insert_account(
            conn, operator, password_hash, now=container.now()
        )
        if is_new:
            acts.note(conn, COMMAND_LINE, "account_added", name, role.value, now=container.now())
    if not is_new:
        raise InvalidRequest(f"There is an account {name}: remove it first.")


def remove_account(container: Container, name: str) -> bool:
    """Delete an account and end its sessions. Tells whether there was one. Safe to repeat."""
    with container.database.begin() as conn:
        operators.delete_sessions(conn, name)
        was_there = operators.delete_account(conn, name)
        if was_there:
            acts.note(conn, COMMAND_LINE, "account_removed", name, "", now=container.now())
    return was_there


def list_accounts(container: Container) -> list[Operator]:
    """List all accounts, ``admin`` first if it is switched on."""
    admin = [Operator(ADMIN, Role.ACT)] if container.settings.admin_password_hash else []
    with container.database.read() as conn:
        return admin + operators.list_accounts(conn)


def find_account(conn: Connection, container: Container, name: str) -> Account | None:
    """Find an account by its name."""
    if name == ADMIN:
        password_hash = container.settings.admin_password_hash
        return Account(Operator(ADMIN, Role.ACT), password_hash) if password_hash else None
    return operators.find_account(conn, name)
