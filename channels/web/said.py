"""A conversation's event, as the page gets it."""

import json
from typing import Any

from channels.tracker_store import Entry


def as_server_sent_event(entry: Entry) -> str | None:
    """One event of the stream, its id the position in the conversation; None for nothing to show.

    Only words, button titles and the message's own id leave the server: no metadata, no intent.
    """
    message = _message(entry.event)
    if message is None:
        return None
    return f"id: {entry.position}\nevent: said\ndata: {json.dumps(message)}\n\n"


def _message(event: dict[str, Any]) -> dict[str, Any] | None:
    text = event.get("text") or ""
    if event["event"] == "user":
        # What Rasa triggers itself is recorded as if the user had said it.
        is_external = (event.get("metadata") or {}).get("is_external", False)
        if not text or is_external:
            return None
        return {"from": "buyer", "text": text, "id": event.get("message_id")}
    buttons = (event.get("data") or {}).get("buttons") or []
    titles = [button["title"] for button in buttons if button.get("title")]
    if not text and not titles:
        return None
    return {"from": "clerk", "text": text, "buttons": titles}
