"""Identifiers in Stripe's form: a prefix that names the kind, then characters nobody can guess."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh identifier such as `cus_9vTq…`; `length` counts the characters after the prefix."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))
