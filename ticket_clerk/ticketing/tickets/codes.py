"""The codes of tickets: what the QR code says, signed with Ed25519 (RFC 8032).

A code is ``T1:ticket:show:key:signature``, where the signature is of all before it. Who has the
public key can tell offline that it is ours and for which show; whether the ticket is still good
only the database knows.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ticket_clerk.secrets import secrets_equal
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.settings import Settings

_VERSION = "T1"


class SigningKey:
    """One key that signs tickets, made of the setting's secret text."""

    def __init__(self, secret: str) -> None:
        digest = hashlib.sha256(b"ticket codes\n" + secret.encode("utf-8")).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(digest)
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = _base64(hashlib.sha256(public).digest())[:8]
        self.public = _base64(public)

    def code(self, ticket_id: str, show_id: str) -> str:
        """Write the code of a ticket; the same every time."""
        said = f"{_VERSION}:{ticket_id}:{show_id}:{self.id}"
        return f"{said}:{_base64(self._private.sign(said.encode('utf-8')))}"


def code_of(settings: Settings, ticket: Ticket) -> str:
    """Write a ticket's code, signed with the first key."""
    return _keys(settings.tickets_signing_keys)[0].code(ticket.id, ticket.show_id)


def read_code(settings: Settings, code: str) -> str | None:
    """Return the id of the ticket that a code of ours is for; None for any other text.

    Signed again and compared: an Ed25519 signature is the same every time, so no second spelling
    of one passes.
    """
    parts = code.split(":")
    if len(parts) != 5:
        return None
    _, ticket_id, show_id, key_id, _ = parts
    for key in _keys(settings.tickets_signing_keys):
        if key.id == key_id and secrets_equal(code, key.code(ticket_id, show_id)):
            return ticket_id
    return None


def public_keys(settings: Settings) -> list[dict[str, str]]:
    """List the public keys as JSON Web Keys (RFC 8037), the one that signs first."""
    return [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": key.id,
            "x": key.public,
        }
        for key in _keys(settings.tickets_signing_keys)
    ]


@lru_cache(maxsize=8)
def _keys(secrets: tuple[str, ...]) -> tuple[SigningKey, ...]:
    return tuple(SigningKey(secret) for secret in secrets)


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
