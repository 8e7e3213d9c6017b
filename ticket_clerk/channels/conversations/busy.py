"""Refuses pushes to a conversation whose turn is under way, when the caller asks for that.

Rasa's route ``/conversations/{id}/execute`` waits for the conversation's lock, which a turn holds
until its action has answered. A caller that serves many conversations asks with
``if_busy=refuse`` and gets 423 at once instead.
"""

from collections.abc import Callable

from rasa.core.lock_store import LockStore
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from .locks import ConversationLocks


def refuse_when_busy(app: Sanic, has_token: Callable[[Request], bool]) -> None:
    """Add the refusal to Rasa's HTTP API. Safe to repeat.

    Without the token nobody learns who talks at this moment; Rasa's route answers them 401.
    """
    if getattr(app.ctx, "refuses_when_busy", False):
        return
    app.ctx.refuses_when_busy = True

    async def refuse(request: Request) -> HTTPResponse | None:
        if request.args.get("if_busy") != "refuse" or not has_token(request):
            return None
        conversation_id = request.match_info.get("conversation_id")
        agent = getattr(request.app.ctx, "agent", None)
        if not conversation_id or agent is None:
            return None
        if not await is_busy(agent.lock_store, conversation_id):
            return None
        return json({"status": "failure", "reason": "ConversationBusy"}, status=423)

    app.register_middleware(refuse, "request")


async def is_busy(store: LockStore, conversation_id: str) -> bool:
    """Whether a turn of the conversation is under way, here or in another process."""
    store.update_lock(conversation_id)
    if store.is_someone_waiting(conversation_id):
        return True
    return isinstance(store, ConversationLocks) and await store.is_held_elsewhere(conversation_id)
