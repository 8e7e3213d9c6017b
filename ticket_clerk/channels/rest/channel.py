"""The REST channel: Rasa's address and shapes, with every field checked.

`POST /webhooks/rest/webhook` with `{"sender": …, "message": …}` answers the bot's messages, what
the buyer had not been told yet first. `GET /webhooks/rest/messages` is in polling.py.
"""

from typing import Any

from rasa.core.channels import console, rest
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.channels.client_ids import ClientIdChannel
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.limits import get_limits
from ticket_clerk.channels.registry import is_client_supplied_id
from ticket_clerk.channels.sanitizer import plain_wording
from ticket_clerk.http.responses import has_token

from .polling import Polling

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
        """Rasa's blueprint, and the routes of ticket_clerk/channels/rest/polling.py."""
        blueprint = super().blueprint(on_new_message)
        token = get_limits().settings.rest_token

        @blueprint.middleware("request")
        async def refuse_too_many(request: Request) -> HTTPResponse | None:
            if request.method != "POST":
                return None
            if token and not has_token(request, token):
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
