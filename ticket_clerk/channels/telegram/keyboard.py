"""Formats a message for Telegram: https://core.telegram.org/bots/api#sendmessage

Without a `parse_mode` no text is markup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ticket_clerk.channels.messaging.chunks import chunks

LONGEST_TEXT = 4096
"""Telegram's limit, in units of UTF-16."""
LONGEST_DATA = 64
"""Bytes of a button's callback_data."""
MOST_BUTTONS = 100
_ROW_WIDTH = 28
_ROW_LENGTH = 4
_LONG = "#"


def pieces_of(text: str) -> Iterator[str]:
    """Split a text into messages, between lines where possible."""
    return chunks(text, longest=LONGEST_TEXT, size=_length, widest=2)


def keyboard_of(titles: list[str], pay: tuple[str, str] | None) -> dict[str, Any] | None:
    """Return rows of inline buttons, the payment link first; None without buttons."""
    rows = [[{"text": pay[0], "url": pay[1]}]] if pay else []
    rows += list(_rows(titles[: MOST_BUTTONS - len(rows)]))
    return {"inline_keyboard": rows} if rows else None


def data_of(title: str) -> str:
    """Return a button's callback data: its title, or a short form of a long one.

    Telegram sends the pressed button's message along, where :func:`title_of` finds the title.
    """
    if len(title.encode()) <= LONGEST_DATA and not title.startswith(_LONG):
        return title
    return _LONG + hashlib.sha256(title.encode()).hexdigest()[:32]


def title_of(data: str, message: Mapping[str, Any]) -> str:
    """Return the title of the pressed button; `data` itself if no button matches."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else []:
        for button in row:
            if isinstance(button, dict) and button.get("callback_data") == data:
                return str(button.get("text"))
    return data


def _rows(titles: list[str]) -> Iterator[list[dict[str, str]]]:
    row: list[str] = []
    for title in titles:
        if row and (len(row) == _ROW_LENGTH or len("".join((*row, title))) > _ROW_WIDTH):
            yield _row(row)
            row = []
        row.append(title)
    if row:
        yield _row(row)


def _row(titles: list[str]) -> list[dict[str, str]]:
    return [{"text": title, "callback_data": data_of(title)} for title in titles]


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
