"""The callback channel: Rasa's route and format, with messages posted to CALLBACK_URL.

`POST /webhooks/callback/webhook` with `{"sender": …, "message": …}` answers `success`; the bot's
messages are posted to the URL one by one. Rasa's own logs what the URL refuses, and takes it for
said.
"""

import asyncio
import uuid
from typing import Any

import aiohttp
from rasa.core.channels import callback
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.channels.client_ids import client_supplied_id
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.messaging.base import checked
from ticket_clerk.channels.undelivered import Delivery
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.settings import Settings, read_environ

from .channel import CheckedRest

logger = get_logger(__name__)

# The worker waits 12 s for a push, a buyer a little longer for three tries at an answer.
_TIMEOUT = aiohttp.ClientTimeout(total=4, connect=2)
_PAUSES_S = (0.5, 1.5)
_ID_HEADER = "Idempotency-Key"


class NotTaken(RasaException):
    """CALLBACK_URL is not set, does not answer, or answers anything but 2xx."""


class CallbackOutput(CollectingOutputChannel):
    """Posts pushed messages; raises :class:`NotTaken`, so that Rasa does not store them.

    Each message has an `Idempotency-Key`: a notification keeps it over all attempts.
    """

    @classmethod
    def name(cls) -> str:
        """The channel's name, by which responses may be written for it."""
        return "callback"

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._id = uuid.uuid4().hex
        self._part = 0

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Post a message of any kind, each of its parts under an id of its own."""
        self._id, self._part = str(message.get("outbox_id") or uuid.uuid4().hex), 0
        await super().send_response(client_supplied_id(self.name(), recipient_id), message)

    async def _persist_message(self, message: dict[str, Any]) -> None:
        self._part += 1
        await self.deliver(message, f"{self._id}-{self._part}")

    async def deliver(self, message: dict[str, Any], message_id: str) -> None:
        """Try once; raises :class:`NotTaken`."""
        await post(self._url, message, message_id)


class AnswerOutput(CallbackOutput):
    """Posts answers, each with up to three attempts; a failure does not undo the turn."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.lost = 0

    async def deliver(self, message: dict[str, Any], message_id: str) -> None:
        """Retry until it is accepted, or counted as lost."""
        for pause in (*_PAUSES_S, None):
            try:
                await super().deliver(message, message_id)
                return
            except NotTaken as error:
                logger.warning("channels.callback.refused", reason=error)
            if pause is not None:
                await asyncio.sleep(pause)
        self.lost += 1


class AnswerLost(Exception):
    """The message was handled, and CALLBACK_URL did not take all of the answer."""


class CallbackInput(CheckedRest, callback.CallbackInput):
    """Rasa's `callback` channel behind the guard; without CALLBACK_URL it has no routes."""

    def __init__(self, url: str) -> None:
        super().__init__(EndpointConfig(url))
        self.url = url

    @classmethod
    def from_credentials(cls, _credentials: dict[str, Any] | None) -> "CallbackInput":
        """The channel as the environment sets it; raises InvalidConfigException."""
        return cls(checked(lambda: Settings.from_env(read_environ()).callback_url))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Rasa's blueprint, or an empty one while the channel is switched off."""
        if not self.url:
            return Blueprint("callback_webhook")
        blueprint = super().blueprint(on_new_message)

        @blueprint.exception(AnswerLost)
        async def report_lost_answer(_request: Request, lost: AnswerLost) -> HTTPResponse:
            return response.json({"error": str(lost)}, status=502)

        return blueprint

    def get_output_channel(self) -> CallbackOutput:
        """The channel for pushes; raises :class:`NotTaken` while it is switched off."""
        if not self.url:
            raise NotTaken("CALLBACK_URL is not set")
        return CallbackOutput(self.url)

    async def receive(self, message: UserMessage, hand_on: OnNewMessage) -> None:
        """Handle a message; raises :class:`AnswerLost` after the turn is stored."""
        answers = message.output_channel = AnswerOutput(self.url)
        await super().receive(message, hand_on)
        if answers.lost:
            raise AnswerLost("The callback URL did not take the answer.")

    async def deliver_unread(self, sender_id: str, output: OutputChannel) -> Delivery:
        """Deliver through the channel that reports a refusal, whatever `output` is."""
        return await super().deliver_unread(sender_id, self.get_output_channel())


async def post(url: str, message: dict[str, Any], message_id: str) -> None:
    """Post a message; raises :class:`NotTaken`, which names neither the URL nor the message.

    A redirection is none of the answers that count: it would lead the message to somebody else.
    """
    headers = {_ID_HEADER: message_id}
    try:
        # A proxy of the environment is on the way to the world outside, and NO_PROXY counts.
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as http,
            http.post(url, json=message, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        raise NotTaken(type(error).__name__) from None
    if not 200 <= status < 300:
        raise NotTaken(f"status {status}")
