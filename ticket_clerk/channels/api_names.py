"""Conversations' names in the addresses of Rasa's HTTP API, read as they were meant.

Rasa takes a name as it stands in the address (its routes in rasa/server.py do not decode), so for
a sender `ann@example.com` a client that encodes what addresses must not hold reads, writes and
pushes to another conversation, `ann%40example.com`. The worker's pushes are such calls.
"""

from urllib.parse import unquote

from sanic import Sanic
from sanic.request import Request

_PARAMETER = "conversation_id"


def read_names_decoded(app: Sanic) -> None:
    """Have all requests to `app` name conversations decoded. Safe to repeat."""
    if _decode not in app.request_middleware:
        app.register_middleware(_decode, "request")


async def _decode(request: Request) -> None:
    # No sender's id has a per cent sign in it, so decoding twice changes nothing: Sanic keeps what
    # it has once matched, and gives it to the next request for the same address.
    if _PARAMETER in request.match_info:
        request.match_info[_PARAMETER] = unquote(request.match_info[_PARAMETER])
