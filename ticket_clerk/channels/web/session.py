"""Browser sessions: a signed sender id in a cookie.

Nothing is stored: a signature that holds is all there is to a session.
"""

import base64
import hashlib
import hmac
import re
import secrets

from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.secrets import equals_any, split_secrets

_COOKIE = "clerk_session"
# A browser takes a cookie of this name from the host itself only, never from a sibling subdomain,
# which could otherwise have buyers talk and pay in a session that it can read.
_SECURE_COOKIE = "__Host-clerk_session"
MAX_AGE_S = 60 * 60 * 24 * 180

_SENDER = re.compile("web-[0-9a-f]{32}")


def is_web_sender(sender_id: str) -> bool:
    """Return whether a sender id has the form of those that are issued here."""
    return _SENDER.fullmatch(sender_id) is not None


def read_cookie(request: Request) -> str | None:
    """The session's cookie in a request."""
    value: str | None = request.cookies.get(_SECURE_COOKIE if _is_secure(request) else _COOKIE)
    return value


def set_cookie(answer: HTTPResponse, request: Request, value: str) -> None:
    """Set the session's cookie, HTTP-only."""
    is_secure = _is_secure(request)
    name = _SECURE_COOKIE if is_secure else _COOKIE
    answer.cookies[name] = value
    cookie = answer.cookies[name]
    cookie["httponly"] = True
    cookie["samesite"] = "Lax"
    cookie["max-age"] = MAX_AGE_S
    cookie["path"] = "/" if is_secure else request.path
    if is_secure:
        # Sanic 21.12 writes a false flag as `Secure=False`, which browsers take for a true one.
        cookie["secure"] = True


def _is_secure(request: Request) -> bool:
    return "https" in (request.scheme, request.headers.get("x-forwarded-proto"))


class Sessions:
    """Makes and checks signed sessions.

    Of several keys, comma-separated, the first signs, and what any of them signed is taken.
    """

    def __init__(self, key: str) -> None:
        # A key of its own: a cookie must not help to guess the token it is derived from.
        self._keys = [
            hmac.digest(each.encode(), b"web chat session", hashlib.sha256)
            for each in split_secrets(key)
        ]

    def start(self) -> str:
        """A new session's cookie value; its sender's id cannot be guessed."""
        sender_id = f"web-{secrets.token_hex(16)}"
        return f"{sender_id}.{_signature(self._keys[0], sender_id)}"

    def sender_id(self, cookie: str | None) -> str | None:
        """The sender's id in a cookie that we signed, else None."""
        sender_id, _, signature = (cookie or "").partition(".")
        if equals_any(signature, [_signature(key, sender_id) for key in self._keys]):
            return sender_id
        return None


def _signature(key: bytes, sender_id: str) -> str:
    digest = hmac.digest(key, sender_id.encode("utf-8", "replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
