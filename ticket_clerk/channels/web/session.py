"""Whose a request of the page is, by a signed sender id in a cookie, and what is refused of it.

Nothing is stored: a signature that holds is all there is to a session.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.channels.sanitizer import LONGEST_MESSAGE
from ticket_clerk.secrets import equals_any, split_secrets

_COOKIE = "clerk_session"
# A browser takes a cookie of this name from the host itself only, never from a sibling subdomain,
# which could otherwise have buyers talk and pay in a session that it can read.
_SECURE_COOKIE = "__Host-clerk_session"
MAX_AGE_S = 60 * 60 * 24 * 180

_SENDER = re.compile("web-[0-9a-f]{32}")
_LARGEST_BODY = 16 * 1024
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")


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


class Refused(Exception):
    """A request that is not answered; `status` and one sentence for the page."""

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers or {}


@dataclass(frozen=True)
class Typed:
    """A message typed into the page, with the page's message id."""

    message_id: str
    text: str


def require_own_page(request: Request) -> None:
    """Raise :class:`Refused` for a cross-site request."""
    site = request.headers.get("sec-fetch-site")
    is_foreign_site = site is not None and site not in {"same-origin", "none"}
    if is_foreign_site or not _is_own_origin(request):
        raise Refused(403, "Messages are taken from the chat's own page only.")


def require_share(wait_s: int) -> None:
    """Raise :class:`Refused` if there are seconds to wait."""
    if wait_s:
        reason = "Too much at once came from you or your network. Please wait a little."
        raise Refused(429, reason, {"Retry-After": str(wait_s)})


def _is_own_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def read_typed(request: Request) -> Typed:
    """The message in a request's body; raises :class:`Refused`."""
    # A form on another site can send anything but this type without asking first.
    if (request.content_type or "").partition(";")[0].strip() != "application/json":
        raise Refused(415, "The content type must be application/json.")
    if len(request.body) > _LARGEST_BODY:
        raise Refused(413, f"The body must be at most {_LARGEST_BODY} bytes.")
    body = _json_object(request)
    message_id, text = body.get("id"), body.get("text")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise Refused(400, "id must be 32 hexadecimal digits.")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_MESSAGE:
        raise Refused(400, f"text must be a string of 1 to {LONGEST_MESSAGE} characters.")
    return Typed(message_id, text)


def read_position(request: Request) -> int:
    """Read the page's position: `Last-Event-ID` of a reconnection, or `?after=`, else 0."""
    text = request.headers.get("last-event-id") or request.args.get("after") or "0"
    if not text.isdecimal() or len(text) > 18:
        raise Refused(400, "after must be a position that the stream has sent.")
    return int(text)


def _json_object(request: Request) -> dict[str, object]:
    try:
        body = request.json
    except (SanicException, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The body must be a JSON object.")
    return body
