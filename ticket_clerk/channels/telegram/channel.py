"""The `telegram` channel, in place of Rasa's.

Rasa's cannot be pushed to (it runs a loop inside the running one), takes updates from anybody, puts
all buttons into one row and stumbles over payments (rasa/core/channels/telegram.py).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.messaging.api_client import ApiClient, NotSent
from ticket_clerk.channels.messaging.base import Messenger, checked, json_object
from ticket_clerk.channels.messaging.buttons import PAY_TITLE, payment_page, titles_of
from ticket_clerk.channels.pictures import Picture, picture_of
from ticket_clerk.channels.settings import TelegramSettings
from ticket_clerk.logs import get_logger
from ticket_clerk.secrets import equals_any, first_secret, split_secrets
from ticket_clerk.ticketing.settings import read_environ

from .invoices import Invoices
from .keyboard import keyboard_of, pieces_of
from .native_payments import NativePayments, Words
from .parser import Address, IncomingMessage, parse_address, read_message, read_press

logger = get_logger(__name__)

_INVALID = "400"
_UPDATES = ["message", "callback_query", "pre_checkout_query"]
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


class TelegramOutput(OutputChannel):
    """Sends messages with buttons and payment link; raises NotSent if Telegram took none."""

    def __init__(
        self,
        api: ApiClient,
        words: Words,
        native_payments: NativePayments | None = None,
    ) -> None:
        """`words` gives a response's text; `native_payments` sends invoices."""
        self._api = api
        self._words = words
        self._native_payments = native_payments

    @classmethod
    def name(cls) -> str:
        """The channel's name, by which responses may be written for it."""
        return "telegram"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send one message, in several pieces if it is long; the last one has the buttons."""
        address, titles = parse_address(recipient_id), titles_of(message)
        if picture := picture_of(message):
            # Telegram refuses a picture that it cannot load; the words are sent all the same.
            with suppress(NotSent):
                await self._send_picture(address, picture)
        *before, last = list(pieces_of(str(message.get("text") or "").strip())) or [""]
        for piece in before:
            await self._send(address, piece, None)
        if not last:
            return
        url, title = payment_page(message), self._words(PAY_TITLE, message)
        pay = (title, url) if url and title else None
        try:
            await self._send(address, last, keyboard_of(titles, pay))
        except NotSent as error:
            if pay is None or error.reason != _INVALID:
                raise
            # Telegram wants a page on the Internet behind a button: a stand-in's is not on it.
            await self._send(address, last, keyboard_of(titles, None))
        if url and self._native_payments is not None:
            await self._native_payments.offer(address, message)

    async def send_text_message(self, recipient_id: str, text: str, **_kwargs: Any) -> None:
        """Send a text."""
        await self.send_response(recipient_id, {"text": text})

    async def _send_picture(self, address: Address, picture: Picture) -> None:
        body = {"photo": picture.url, "caption": picture.text}
        await self._api.call("sendPhoto", {**address.params, **body})

    async def _send(self, address: Address, text: str, keyboard: dict[str, Any] | None) -> None:
        markup = {"reply_markup": keyboard} if keyboard else {}
        body = {"text": text, "link_preview_options": {"is_disabled": True}, **markup}
        await self._api.call("sendMessage", {**address.params, **body})


class TelegramInput(Messenger):
    """Telegram's updates, behind the guard."""

    # Telegram waits for a minute, and sends again what was not acknowledged.
    answer_within_s = 20.0

    def __init__(self, settings: TelegramSettings | None, *, has_invoices: bool = False) -> None:
        """Switched off without settings; `has_invoices` wants a provider's token among them."""
        self._settings = settings
        base = f"{settings.api_base}/bot{settings.access_token}" if settings else ""
        super().__init__(ApiClient(base) if settings else None)
        self._native_payments: NativePayments | None = None
        self._has_invoices = has_invoices
        # Also without invoices now: one that was sent before may still be paid.
        if self.api and settings and settings.provider_token:
            invoices = Invoices(settings.provider_token, settings.access_token)
            self._native_payments = NativePayments(self.api, invoices, self.words)

    @classmethod
    def name(cls) -> str:
        """The channel's name in addresses, conversations and orders."""
        return "telegram"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TelegramInput:
        """The channel as the environment sets it; raises InvalidConfigException."""
        settings = checked(lambda: TelegramSettings.from_env(read_environ()))
        return cls(settings, has_invoices=bool((credentials or {}).get("telegram_invoices")))

    @property
    def settings(self) -> TelegramSettings:
        """Settings of the enabled channel."""
        assert self._settings is not None  # noqa: S101  there are no routes without settings
        return self._settings

    def routes(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the messenger routes, and register the webhook with Telegram."""
        blueprint = super().routes(on_new_message)
        if self.api is not None and self.settings.webhook_url:

            @blueprint.listener("after_server_start")
            async def announce(app: Sanic, _loop: object) -> None:
                app.add_task(self._set_webhook())

        return blueprint

    def open_output(self, api: ApiClient) -> TelegramOutput:
        """Return the channel for answers and pushes."""
        return TelegramOutput(
            api, self.words, self._native_payments if self._has_invoices else None
        )

    def is_genuine(self, request: Request) -> bool:
        """Return whether the request has the webhook's secret."""
        given = request.headers.get("x-telegram-bot-api-secret-token")
        return equals_any(given, split_secrets(self.settings.secret_token))

    async def take(self, request: Request) -> HTTPResponse:
        """Handle an update, once; raises Malformed."""
        update = json_object(request.body)
        is_taken = await self._native_payments.answer(update) if self._native_payments else None
        if is_taken is not None:
            return empty(status=200 if is_taken else 503)
        press = read_press(update)
        if press is not None:
            query_id, message = press
            # At once: until then the button shows that it waits.
            await self._answer_press(query_id)
        else:
            message = read_message(update, self.settings.bot_username)
        if message is not None:
            return await self.begin(self._message(message))
        return empty(status=200)

    def _message(self, message: IncomingMessage) -> UserMessage:
        return UserMessage(
            message.text,
            self.get_output_channel(),
            message.address.sender_id,
            input_channel=self.name(),
            message_id=message.id,
        )

    async def _answer_press(self, query_id: str) -> None:
        assert self.api is not None  # noqa: S101  there are no routes without it
        try:
            await self.api.call("answerCallbackQuery", {"callback_query_id": query_id})
        except NotSent as error:
            # The query is too old, or Telegram away: what was pressed counts all the same.
            logger.warning("channels.telegram.press_unanswered", reason=error.reason)

    async def _set_webhook(self) -> None:
        """Register the webhook's address and secret, with retries."""
        assert self.api is not None  # noqa: S101  there are no routes without it
        body = {
            "url": self.settings.webhook_url,
            "secret_token": first_secret(self.settings.secret_token),
            "allowed_updates": _UPDATES,
        }
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self.api.call("setWebhook", body)
            except NotSent as error:
                logger.warning("channels.telegram.webhook_not_set", reason=error.reason)
            else:
                logger.info("channels.telegram.webhook_set")
                return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
