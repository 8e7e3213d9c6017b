"""The cookie of a session: its token, signed with the time of the last click.

It is good for as long as a session is without a click, whoever has it, and only while the session's
row is there. One that was changed, is unsigned or too old is refused without asking the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.operators import IDLE_FOR

# A new one with each request would have pages that load at once set several.
_RENEWED_AFTER = timedelta(minutes=1)
# How far the clocks of two servers may be apart; times are signed in whole seconds.
_AHEAD_AT_MOST = timedelta(minutes=1)


@dataclass(frozen=True)
class ReadCookie:
    """What a cookie that is good says, and whether the browser should get a newer one."""

    token: str
    is_to_renew: bool


class SessionCookies:
    """Writes and reads cookies of one shop."""

    def __init__(self, container: Container) -> None:
        """All servers have one key: it is made of ``ADMIN_PASSWORD_HASH``, which they share."""
        self._now = container.now
        self._signer = _Signer(container.settings.admin_password_hash, container.now)

    def write(self, token: str) -> str:
        """Sign a session's token, as of now."""
        return self._signer.sign(token).decode("ascii")

    def read(self, cookie: str) -> ReadCookie | None:
        """Read a cookie; None for one that we did not write, or longer ago than a session rests."""
        try:
            token, signed_at = self._signer.unsign(cookie, return_timestamp=True)
        except (BadSignature, UnicodeError):
            return None
        age = self._now() - signed_at
        if not -_AHEAD_AT_MOST <= age <= IDLE_FOR:
            return None
        return ReadCookie(token.decode("ascii"), is_to_renew=age > _RENEWED_AFTER)


class _Signer(TimestampSigner):
    """Signs with SHA-256, by the shop's clock."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        super().__init__(
            secret,
            salt="session of the desk",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )
        self._now = now

    def get_timestamp(self) -> int:
        """Count the seconds, as the base class does by the machine's clock."""
        return int(self._now().timestamp())
