"""The `slack` channel, in place of Rasa's.

Rasa's posts what is pushed to one channel whatever the conversation, handles what Slack sends again
a second time, and has no buttons that are links (rasa/core/channels/slack.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from ticket_clerk.channels.messaging.api_client import ApiClient, NotSent
from ticket_clerk.channels.messaging.base import Messenger, checked, json_object
from ticket_clerk.channels.messaging.buttons import PAY_TITLE, payment_page, titles_of
from ticket_clerk.channels.messaging.chunks import chunks
from ticket_clerk.channels.pictures import Picture, picture_of
from ticket_clerk.channels.settings import SlackSettings
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.settings import read_environ

from .parser import Address, IncomingMessage, is_signed, parse_address, read_click, read_event

logger = get_logger(__name__)

_EVENT_TYPE = "clerk_news"
_LOOKED_AT = 100
_CLOCKS_APART = timedelta(minutes=5)
# Slack's word for blocks that it does not take, such as a picture that it cannot load.
_INVALID = "invalid_blocks"
# Slack's limits, in characters.
LONGEST_SECTION = 3000
LONGEST_TITLE = 75
LONGEST_VALUE = 2000
LONGEST_URL = 3000
LONGEST_FALLBACK = 4000
MOST_BLOCKS = 50
MOST_BUTTONS = 25


class SlackOutput(OutputChannel):
    """Posts to the sender id's address; raises NotSent if Slack refuses."""

    def __init__(
        self, api: ApiClient, channel: SlackInput, reply_thread: str | None = None
    ) -> None:
        """Reply in `reply_thread`, or at the conversation's address."""
        self._api = api
        self._channel = channel
        self._reply_thread = reply_thread

    @classmethod
    def name(cls) -> str:
        """The channel's name, by which responses may be written for it."""
        return "slack"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Post one message, with its buttons and payment link."""
        text = str(message.get("text") or "").strip()
        titles = titles_of(message)
        if not text and not titles:
            return
        url, title = payment_page(message), self._channel.words(PAY_TITLE, message)
        pay, picture = (title, url) if url and title else None, picture_of(message)
        post = post_of(text, titles, pay=pay, picture=picture)
        outbox_id = message.get("outbox_id")
        if outbox_id:
            if await _was_sent(self._api, parse_address(recipient_id), str(outbox_id)):
                return
            post |= _metadata_of(str(outbox_id))
        try:
            await self._post(recipient_id, post)
        except NotSent as error:
            if picture is None or error.reason != _INVALID:
                raise
            await self._post(recipient_id, post_of(text, titles, pay=pay))

    async def send_text_message(self, recipient_id: str, text: str, **_kwargs: Any) -> None:
        """Post a text."""
        await self.send_response(recipient_id, {"text": text})

    async def _post(self, recipient_id: str, post: Mapping[str, Any]) -> None:
        address = parse_address(recipient_id)
        thread = self._reply_thread or address.thread
        where = {"channel": address.channel, **({"thread_ts": thread} if thread else {})}
        await self._api.call("chat.postMessage", {**post, **where})


class SlackInput(Messenger):
    """Slack's events and presses of buttons, behind the guard."""

    def __init__(self, settings: SlackSettings | None) -> None:
        """Switched off without settings."""
        self._settings = settings
        headers = {"Authorization": f"Bearer {settings.bot_token}"} if settings else {}
        super().__init__(ApiClient(settings.api_base, headers) if settings else None)

    @classmethod
    def name(cls) -> str:
        """The channel's name in addresses, conversations and orders."""
        return "slack"

    @classmethod
    def from_credentials(cls, _credentials: dict[str, Any] | None) -> SlackInput:
        """The channel as the environment sets it; raises InvalidConfigException."""
        return cls(checked(lambda: SlackSettings.from_env(read_environ())))

    def open_output(self, api: ApiClient) -> SlackOutput:
        """The channel for pushes: to the thread or the direct message of the order."""
        return SlackOutput(api, self)

    def is_genuine(self, request: Request) -> bool:
        """Return whether the signature is Slack's, and fresh."""
        assert self._settings is not None  # noqa: S101  there are no routes without settings
        return is_signed(
            self._settings.signing_secret,
            request.body,
            timestamp=request.headers.get("x-slack-request-timestamp"),
            signature=request.headers.get("x-slack-signature"),
            now=time.time(),
        )

    async def take(self, request: Request) -> HTTPResponse:
        """Answer Slack at once or after a short turn; raises Malformed."""
        if "application/x-www-form-urlencoded" in (request.content_type or ""):
            message = read_click(json_object(request.form.get("payload") or ""))
        else:
            body = json_object(request.body)
            if body.get("type") == "url_verification":
                return json_response({"challenge": str(body.get("challenge"))})
            message = read_event(body) if body.get("type") == "event_callback" else None
        if message is not None and await self._is_for_us(message):
            return await self.begin(self._message(message))
        return empty(status=200)

    async def _is_for_us(self, message: IncomingMessage) -> bool:
        if message.is_asked:
            return True
        return bool(self.agent and await self.agent.tracker_store.exists(message.address.sender_id))

    def _message(self, message: IncomingMessage) -> UserMessage:
        assert self.api is not None  # noqa: S101  there are no routes without it
        output = SlackOutput(self.api, self, message.reply_thread)
        return UserMessage(
            message.text,
            output,
            message.address.sender_id,
            input_channel=self.name(),
            message_id=message.id,
        )


def _metadata_of(outbox_id: str) -> dict[str, Any]:
    """Return a post's metadata with the notification's id, which a bot can read again.

    https://docs.slack.dev/messaging/message-metadata
    """
    payload = {"outbox_id": outbox_id}
    return {"metadata": {"event_type": _EVENT_TYPE, "event_payload": payload}}


async def _was_sent(api: ApiClient, address: Address, outbox_id: str) -> bool:
    """Search the conversation for a notification whose delivery was attempted before.

    False where Slack does not let the bot read: said twice is better than never.
    """
    try:
        promised_at = await asyncio.to_thread(queries.in_doubt_since, get_container(), outbox_id)
        if promised_at is None:
            return False
        posts = await _posts_since(api, address, promised_at - _CLOCKS_APART)
    except (PaymentError, NotSent) as error:
        logger.warning("channels.slack.not_looked", error=type(error).__name__)
        return False
    wanted = _metadata_of(outbox_id)["metadata"]
    return any(post.get("metadata") == wanted for post in posts if isinstance(post, dict))


async def _posts_since(api: ApiClient, address: Address, moment: datetime) -> list[Any]:
    # A thread is read from its beginning on, so a long one has to be cut at that end.
    since = f"{moment.timestamp():.6f}"
    body = {"channel": address.channel, "oldest": since, "limit": _LOOKED_AT}
    body |= {"include_all_metadata": True}
    if address.thread is None:
        answer = await api.call("conversations.history", body)
    else:
        answer = await api.call("conversations.replies", {**body, "ts": address.thread})
    posts = answer.get("messages")
    return posts if isinstance(posts, list) else []


def post_of(
    text: str,
    titles: list[str],
    *,
    pay: tuple[str, str] | None,
    picture: Picture | None = None,
) -> dict[str, Any]:
    """The body of a chat.postMessage without its address; `pay` is a button's title and address."""
    # Escaped, "&" has five signs.
    pieces = chunks(text, longest=LONGEST_SECTION, size=lambda one: len(escape(one)), widest=5)
    sections = [_section(part) for part in pieces]
    rows = [*_pictures(picture), *_rows(_buttons(titles, pay))]
    return {
        # What notifications show, and clients that know no blocks.
        "text": escape(text[:LONGEST_FALLBACK]),
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": sections[: MOST_BLOCKS - len(rows)] + rows,
    }


def escape(text: str) -> str:
    """Escape Slack's control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _plain(text)}


def _pictures(picture: Picture | None) -> Iterator[dict[str, Any]]:
    if picture is not None:
        yield {"type": "image", "image_url": picture.url, "alt_text": picture.text}


def _buttons(titles: list[str], pay: tuple[str, str] | None) -> Iterator[dict[str, Any]]:
    if pay is not None and len(pay[1]) <= LONGEST_URL:
        title, url = pay
        button = {"type": "button", "action_id": "pay", "text": _title(title), "url": url}
        yield {**button, "style": "primary"}
    for number, title in enumerate(titles):
        action = {"type": "button", "action_id": f"say_{number}"}
        yield {**action, "text": _title(title), "value": title[:LONGEST_VALUE]}


def _rows(buttons: Iterator[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    every = list(buttons)
    for at in range(0, len(every), MOST_BUTTONS):
        yield {"type": "actions", "elements": every[at : at + MOST_BUTTONS]}


def _title(title: str) -> dict[str, Any]:
    short = title if len(escape(title)) <= LONGEST_TITLE else title[: LONGEST_TITLE // 2] + "…"
    return _plain(short)


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": escape(text), "emoji": False}
