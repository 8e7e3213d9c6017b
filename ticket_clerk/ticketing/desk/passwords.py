"""Passwords of operators, hashed with argon2id as RFC 9106 recommends for little memory.

A check takes a tenth of a second and 64 MiB, so callers limit how many run at once.
"""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ticket_clerk.ticketing.domain.errors import InvalidRequest

SHORTEST = 12
# More would only keep the processor busy.
LONGEST = 200


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
