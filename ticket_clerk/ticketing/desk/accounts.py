"""Accounts of operators: ``admin`` of ADMIN_PASSWORD_HASH, those in the database, and passwords.

They are hashed with argon2id as RFC 9106 recommends for little memory. A check takes a tenth of a
second and 64 MiB, so callers limit how many run at once.
"""

from __future__ import annotations

import re
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators
from ticket_clerk.ticketing.database.tables.operators import Account
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.operators import Operator, Role

from . import acts

SHORTEST = 12
# More would only keep the processor busy.
LONGEST = 200
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


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own; raises InvalidRequest unless 12 to 200 characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest(f"The password must have {SHORTEST} to {LONGEST} characters.")
    return PasswordHasher().hash(_bytes(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one that was hashed; without a hash it takes as long."""
    try:
        PasswordHasher().verify(password_hash or _of_nobody(), _bytes(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return PasswordHasher().hash(b"of nobody")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
