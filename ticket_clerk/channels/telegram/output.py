"""Telegram output channel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rasa.core.channels.channel import OutputChannel

from ticket_clerk.channels.messaging.api_client import ApiClient, NotSent
from ticket_clerk.channels.messaging.buttons import payment_page, titles_of
from ticket_clerk.channels.pictures import Picture, picture_of

from .address import Address, parse_address
from .keyboard import keyboard_of, pieces_of
from .native_payments import NativePayments

PAY_TITLE = "utter_button_pay"
_INVALID = "400"


class TelegramOutput(OutputChannel):
    """Sends messages with buttons and payment link; raises NotSent if Telegram took none."""

    def __init__(
        self,
        api: ApiClient,
        words: Callable[[str], str | None],
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
        url, title = payment_page(message), self._words(PAY_TITLE)
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
