"""The REST channel: Rasa's address and shapes, with every field checked.

`POST /webhooks/rest/webhook` with `{"sender": …, "message": …}` answers the bot's messages, what
the buyer had not been told yet first. `GET /webhooks/rest/messages` is the same without a message.
"""

import hashlib
import hmac
import secrets
from typing import Any

from rasa.core.channels import console, rest
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import BotUttered, Event
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from ticket_clerk.channels.client_ids import ClientIdChannel
from ticket_clerk.channels.conversations.history import Entry
from ticket_clerk.channels.conversations.store import StoreUnavailable, store_of
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.limits import get_limits
from ticket_clerk.channels.registry import is_client_supplied_id
from ticket_clerk.channels.sanitizer import plain_wording
from ticket_clerk.http.responses import has_token
from ticket_clerk.secrets import equals_any, split_secrets
from ticket_clerk.ticketing.settings import read_environ

_LARGEST_BODY = 64 * 1024


class CheckedRest(ClientIdChannel):
    """Base of the REST channel and the shell: validates the JSON body."""

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return Rasa's blueprint behind validation by :func:`body_problem`."""
        blueprint = super().blueprint(on_new_message)

        @blueprint.middleware("request")
        async def refuse_malformed(request: Request) -> HTTPResponse | None:
            problem = body_problem(request) if request.method == "POST" else None
            return response.json({"error": problem}, status=400) if problem else None

        return blueprint

    def _extract_message(self, req: Request) -> str:
        """Return the sanitized text: Rasa logs it when a turn fails."""
        return plain_wording(req.json["message"]).text

    def _extract_input_channel(self, req: Request) -> str:
        return str(self.name())

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """Return no metadata of the client's: it would be stored with the conversation."""
        return None


class RestInput(CheckedRest, rest.RestInput):
    """Rasa's `rest` channel behind the guard, with polling for its senders."""

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Rasa's blueprint, and the routes of ticket_clerk/channels/rest/channel.py."""
        blueprint = super().blueprint(on_new_message)
        tokens = get_limits().settings.rest_tokens

        @blueprint.middleware("request")
        async def refuse_too_many(request: Request) -> HTTPResponse | None:
            if request.method != "POST":
                return None
            if tokens and not has_token(request, tokens):
                return response.json({"error": "Authorization must be Bearer REST_TOKEN."}, 401)
            wait_s = get_limits().take_program_message(request.json["sender"])
            return _too_many(wait_s) if wait_s else None

        Polling(self).add_to(blueprint)
        return blueprint


class ConsoleInput(CheckedRest, console.CmdlineInput):
    """Rasa's `cmdline` channel, `rasa shell`, behind the guard; see ../shell.py."""


def _too_many(wait_s: int) -> HTTPResponse:
    body = {"error": "Too many messages at once. Please wait a little."}
    return response.json(body, status=429, headers={"Retry-After": str(wait_s)})


def body_problem(request: Request) -> str | None:
    """Return what is wrong with a message's body, or None."""
    if len(request.body) > _LARGEST_BODY:
        return f"The body must be at most {_LARGEST_BODY} bytes."
    try:
        body = request.json
    except SanicException:
        body = None
    if not isinstance(body, dict):
        return "The body must be a JSON object."
    if not is_client_supplied_id(body.get("sender")):
        return (
            "sender must be a string of 1 to 128 letters, digits and any of . _ @ + = ~ : | -,"
            " no card number, and not one of the ids that the clerk makes (web-…, rest~…)."
        )
    if not isinstance(body.get("message"), str):
        return "message must be a string."
    return None


SECRET_HEADER = "X-Sender-Secret"  # noqa: S105  a header's name


class SenderSecrets:
    """Derives a sender's secret from a key, their id and the conversation's nonce.

    The nonce ends with the conversation: a secret opens none of a later sender with the same id.
    Conversations that are older than nonces have none, and their senders' secrets stay. Of several
    keys, comma-separated, the first makes secrets, and those of all are taken.
    """

    def __init__(self, key: str) -> None:
        # A key of its own: a secret must not help to guess the token it is derived from.
        self._keys = [
            hmac.digest(each.encode(), b"rest sender", hashlib.sha256)
            for each in split_secrets(key)
        ]

    @classmethod
    def from_environment(cls) -> "SenderSecrets":
        """Derive the key from RASA_TOKEN, or generate one for this process."""
        return cls(read_environ().get("RASA_TOKEN") or secrets.token_hex(32))

    def of(self, sender_id: str, nonce: str | None) -> str:
        """The sender's secret."""
        return self._secrets(sender_id, nonce)[0]

    def open(self, sender_id: str, nonce: str | None, authorization: str | None) -> bool:
        """Return whether a request's `Authorization` carries the sender's secret."""
        secrets = self._secrets(sender_id, nonce)
        return equals_any(authorization, [f"Bearer {secret}" for secret in secrets])

    def _secrets(self, sender_id: str, nonce: str | None) -> list[str]:
        # No sender's id has a blank in it.
        subject = f"{sender_id} {nonce}" if nonce else sender_id
        return [hmac.new(key, subject.encode(), hashlib.sha256).hexdigest() for key in self._keys]


class Polling:
    """The routes and headers of one REST channel for polling."""

    def __init__(self, channel: "RestInput") -> None:
        self._channel = channel
        self._secrets = SenderSecrets.from_environment()

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the secret to first answers, and the route for polling."""

        @blueprint.middleware("request")
        async def note_newcomer(request: Request) -> None:
            await self._note_newcomer(request)

        @blueprint.middleware("response")
        async def hand_out_secret(request: Request, answer: BaseHTTPResponse) -> None:
            nonce = getattr(request.ctx, "newcomers_nonce", None)
            if nonce is not None:
                answer.headers[SECRET_HEADER] = self._secrets.of(request.json["sender"], nonce)
                answer.headers["Cache-Control"] = "no-store"

        @blueprint.get("/messages")
        async def messages(request: Request) -> HTTPResponse:
            return await self._read(request)

    async def _note_newcomer(self, request: Request) -> None:
        if request.method != "POST" or self._channel.agent is None:
            return
        try:
            entered = await self._channel.enter(request.json["sender"])
            if entered.is_new:
                store = store_of(self._channel.agent)
                request.ctx.newcomers_nonce = await store.nonce_of(entered.name)
        except StoreUnavailable:
            return

    async def _read(self, request: Request) -> HTTPResponse:
        sender_id, after = request.args.get("sender"), request.args.get("after") or "0"
        if not is_client_supplied_id(sender_id):
            return _refuse(400, "sender must be the id that you write under.")
        if not after.isdecimal() or len(after) > 18:
            return _refuse(400, "after must be a cursor that you were given.")
        try:
            conversation = await self._channel.find_conversation(sender_id)
            nonce = await store_of(self._channel.agent).nonce_of(conversation)
            if not self._secrets.open(sender_id, nonce, request.headers.get("authorization")):
                problem = f"Authorization must be Bearer and the {SECRET_HEADER} you had."
                return _refuse(401, problem)
            return response.json(await self._messages(sender_id, conversation, int(after)))
        except StoreUnavailable:
            return _refuse(503, "The conversation cannot be read right now.")

    async def _messages(self, sender_id: str, conversation: str, after: int) -> dict[str, Any]:
        await self._channel.deliver_unread(conversation, CollectingOutputChannel())
        entries = await store_of(self._channel.agent).said_since(conversation, after)
        messages = [part for entry in entries for part in await _as_answers(sender_id, entry)]
        return {"messages": messages, "cursor": entries[-1].position if entries else after}


async def _as_answers(sender_id: str, entry: Entry) -> list[dict[str, Any]]:
    """Format a bot message like an answer."""
    event = Event.from_parameters(entry.event)
    collector = CollectingOutputChannel()
    if isinstance(event, BotUttered):
        await collector.send_response(sender_id, event.message())
    messages: list[dict[str, Any]] = collector.messages
    return messages


def _refuse(status: int, problem: str) -> HTTPResponse:
    return response.json({"error": problem}, status=status)
