"""Validation of the page's requests: origin and format."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sanic.exceptions import SanicException
from sanic.request import Request

from ticket_clerk.channels.sanitizer import LONGEST_MESSAGE

_LARGEST_BODY = 16 * 1024
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")


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
