"""HTTP routes that read a conversation page by page, for the worker and operators.

Rasa's own `GET /conversations/{id}/tracker` replays and sends the latest 2,000 events. These go
through all of a conversation, read the database in a thread, and want Rasa's token as that does:
`GET /webhooks/conversations/{id}/messages` (the latest 200 of buyer and bot), `…/events?after=0`
(all events, page by page) and `…/notifications?outbox_id=…` (which of these the bot has told).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.channels import registry
from ticket_clerk.secrets import equals_any, split_secrets
from ticket_clerk.ticketing.settings import read_environ

from .history import PAGE
from .store import ConversationStore, StoreUnavailable, store_of

_LONGEST_POSITION = 18


class ConversationsInput(InputChannel):
    """Not a channel that anybody writes to: Rasa mounts routes for channels only."""

    @classmethod
    def name(cls) -> str:
        """The last part of the routes' prefix."""
        return "conversations"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("conversations")

        @routes.listener("before_server_start")
        async def decode_ids(app: Sanic, _loop: object) -> None:
            registry.decode_conversation_ids(app)

        @routes.exception(StoreUnavailable)
        async def say_unavailable(_request: Request, _error: StoreUnavailable) -> HTTPResponse:
            return _refuse(503, "The conversations cannot be read right now.")

        @routes.middleware("request")
        async def require_token(request: Request) -> HTTPResponse | None:
            expected = split_secrets(read_environ().get("RASA_TOKEN") or "")
            is_known = equals_any(request.args.get("token"), expected)
            return None if is_known else _refuse(401, "token must be Rasa's.")

        @routes.get("/<conversation_id:path>/messages")
        async def messages(request: Request, conversation_id: str) -> HTTPResponse:
            entries = await _store(request).latest_messages(conversation_id)
            return response.json({"events": [entry.event for entry in entries]})

        @routes.get("/<conversation_id:path>/events")
        async def events(request: Request, conversation_id: str) -> HTTPResponse:
            after = request.args.get("after") or "0"
            if not after.isdecimal() or len(after) > _LONGEST_POSITION:
                return _refuse(400, "after must be a position that you were given, or 0.")
            entries = await _store(request).events_after(conversation_id, int(after))
            following = entries[-1].position if len(entries) == PAGE else None
            said = [entry.event for entry in entries]
            return response.json({"events": said, "next": following})

        @routes.get("/<conversation_id:path>/notifications")
        async def notifications(request: Request, conversation_id: str) -> HTTPResponse:
            asked = request.args.getlist("outbox_id") or []
            told = await _store(request).find_notifications(conversation_id, asked[:PAGE])
            return response.json({"told": sorted(told)})

        return routes


def _store(request: Request) -> ConversationStore:
    return store_of(getattr(request.app.ctx, "agent", None))


def _refuse(status: int, problem: str) -> HTTPResponse:
    return response.json({"error": problem}, status=status)
