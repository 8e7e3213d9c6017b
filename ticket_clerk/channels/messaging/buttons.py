"""Buttons of a bot message: their titles, and the payment page it links to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# The response whose text is on the button that leads to a payment page.
PAY_TITLE = "utter_button_pay"
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def titles_of(message: Mapping[str, Any]) -> list[str]:
    """The titles of a message's buttons; each says what is written on it."""
    buttons = message.get("buttons") or []
    return [str(button["title"]) for button in buttons if button.get("title")]


def payment_page(message: Mapping[str, Any]) -> str | None:
    """Return the message's payment page, or None.

    It is the link that the action gave its response, never an address that happens to be in a
    text: what a show is called in the catalog becomes no link.
    """
    link = message.get("link")
    if not isinstance(link, str) or not _ADDRESS.fullmatch(link):
        return None
    return link if link in str(message.get("text") or "") else None
