"""A conversation's event, as the page gets it."""

import json
import time
from collections.abc import Mapping
from typing import Any

from ticket_clerk.channels.conversations.store import Entry

# What a response was filled with (ticket_clerk/flows/replies.py) and the page makes stand out.
_STRONG = ("order_id", "show", "total", "amount", "refunded")


def as_server_sent_event(entry: Entry) -> str | None:
    """One event of the stream, its id the position in the conversation; None for nothing to show.

    Only words, button titles, the message's own id and the order that it is about leave the
    server: no reading, no intent, nothing else of what a response was filled with.
    """
    message = _message(entry.event)
    if message is None:
        return None
    return f"id: {entry.position}\nevent: said\ndata: {json.dumps(message)}\n\n"


def _message(event: Mapping[str, Any]) -> dict[str, Any] | None:
    text = event.get("text") or ""
    filled = event.get("metadata") or {}
    if event["event"] == "user":
        # What Rasa triggers itself is recorded as if the user had said it.
        if not text or filled.get("is_external", False):
            return None
        return {"from": "buyer", "text": text, "id": event.get("message_id")}
    buttons = (event.get("data") or {}).get("buttons") or []
    titles = [button["title"] for button in buttons if button.get("title")]
    if not text and not titles:
        return None
    more = {"strong": _strong(text, filled), "order": _order(event, text, filled)}
    said = {"from": "clerk", "text": text, "buttons": titles}
    return said | {name: value for name, value in more.items() if value}


def _strong(text: str, filled: Mapping[str, Any]) -> list[str]:
    words = [filled.get(name) for name in _STRONG]
    return [word for word in words if isinstance(word, str) and word and word in text]


def _order(event: Mapping[str, Any], text: str, filled: Mapping[str, Any]) -> dict[str, Any] | None:
    """The order that a message is about: where it stands and, if one can pay it here, how long."""
    status, link = filled.get("order_status"), filled.get("link")
    if not status:
        return None
    order = {"id": filled.get("order_id"), "status": status}
    more = {"replaces": filled.get("replaces"), "parent": filled.get("parent_id")}
    order |= {name: value for name, value in more.items() if value}
    if not isinstance(link, str) or not link or link not in text:
        return order
    order |= {"link": link, "total": filled.get("total")}
    if status == "open":
        # Counted from when it was said, so that the page need not trust its own clock.
        passed_s = time.time() - float(event.get("timestamp") or time.time())
        left_s = filled.get("seconds_left", 0)
        order["seconds_left"] = max(0, int(left_s - max(0.0, passed_s)))
    return order
