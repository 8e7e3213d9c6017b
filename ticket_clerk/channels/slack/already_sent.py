"""Check whether a notification was already posted to Slack when the answer was lost.

Each notification carries its id in the message's metadata, which a bot can read again where it may
read at all: https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from ticket_clerk.channels.messaging.api_client import ApiClient, NotSent
from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.orders import queries

from .address import Address

logger = logging.getLogger(__name__)

_EVENT_TYPE = "clerk_news"
_LOOKED_AT = 100
_CLOCKS_APART = timedelta(minutes=5)


def metadata_of(outbox_id: str) -> dict[str, Any]:
    """Return a post's metadata with the notification's id."""
    payload = {"outbox_id": outbox_id}
    return {"metadata": {"event_type": _EVENT_TYPE, "event_payload": payload}}


async def was_sent(api: ApiClient, address: Address, outbox_id: str) -> bool:
    """Search the conversation for a notification whose delivery was attempted before.

    False where Slack does not let the bot read: said twice is better than never.
    """
    try:
        promised_at = await asyncio.to_thread(queries.in_doubt_since, get_container(), outbox_id)
        if promised_at is None:
            return False
        posts = await _posts_since(api, address, promised_at - _CLOCKS_APART)
    except (PaymentError, NotSent) as error:
        logger.warning("channels.slack.not_looked error=%s", type(error).__name__)
        return False
    wanted = metadata_of(outbox_id)["metadata"]
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
