"""Redacts card data in stored events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .cards import card_parts, contains_card, contains_security_code
from .sanitizer import CARD_REMOVED, Recent, plain_wording

WATCHED_MESSAGES = 4
"""How many of the buyer's messages a card is remembered for; no digit of it is."""

LOOKED_AT = 8 * WATCHED_MESSAGES
"""Messages of both that the watched ones are among: a turn has a few answers."""


def recent_of(events: Sequence[dict[str, Any]]) -> Recent:
    """Return the latest messages in events, oldest first."""
    buyer = [event.get("text") or "" for event in events if event["event"] == "user"]
    bot = [event.get("text") or "" for event in events if event["event"] == "bot"]
    return Recent(tuple(buyer[-WATCHED_MESSAGES:]), "\n".join(bot))


def redact_messages(events: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Redact the buyer's latest `count` messages and everything derived from them."""
    starts = [at for at, event in enumerate(events) if event["event"] == "user"][-count:]
    if not starts:
        return list(events)
    parts = {part for at in starts for part in card_parts(events[at].get("text") or "")}
    later = [_without(event, parts) for event in events[starts[0] :]]
    return [*events[: starts[0]], *later]


def redact_conversation(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Redact all card data in a conversation, as the guard would have done."""
    redacted: list[dict[str, Any]] = []
    parts: set[str] = set()
    for event in events:
        if event["event"] != "user":
            redacted.append(_without(event, parts))
            continue
        text = event.get("text") or ""
        recent = recent_of(redacted[-LOOKED_AT:])
        is_card = plain_wording(text, recent).had_card
        # What the bot made of the message follows it.
        parts = set(card_parts(text)) if is_card else set()
        redacted.append(_blank(event) if is_card else event)
        split = recent.split_card(text)
        if split > 1:
            redacted = redact_messages(redacted, split)
    return redacted


def _without(event: dict[str, Any], parts: set[str]) -> dict[str, Any]:
    text = event.get("text") or ""
    if event["event"] == "user" and any(part in text for part in parts):
        return _blank(event)
    cleaned: dict[str, Any] = _clean(event, parts)
    return cleaned


def _blank(event: dict[str, Any]) -> dict[str, Any]:
    parsed = {**(event.get("parse_data") or {}), "text": CARD_REMOVED, "entities": []}
    return {**event, "text": CARD_REMOVED, "parse_data": parsed}


def _clean(value: Any, parts: set[str]) -> Any:
    if isinstance(value, str):
        # An id of ours may pass the check digit by chance; a card has no letters in it.
        is_card = " " in value or value.isdecimal()
        if is_card and (contains_card(value) or contains_security_code(value)):
            return CARD_REMOVED
        for part in parts:
            value = re.sub(rf"(?<!\d){re.escape(part)}(?!\d)", "[removed]", value)
        return value
    if isinstance(value, dict):
        return {name: _clean(one, parts) for name, one in value.items()}
    return [_clean(one, parts) for one in value] if isinstance(value, list) else value
