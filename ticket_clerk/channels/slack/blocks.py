"""Formats a message in Block Kit: https://api.slack.com/reference/block-kit/blocks

All text is plain text with `&`, `<` and `>` escaped, so nothing in it is a link, a mention or
formatting; the only link is the button to the page of a payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticket_clerk.channels.messaging.chunks import chunks
from ticket_clerk.channels.pictures import Picture

# Slack's limits, in characters.
LONGEST_SECTION = 3000
LONGEST_TITLE = 75
LONGEST_VALUE = 2000
LONGEST_URL = 3000
LONGEST_FALLBACK = 4000
MOST_BLOCKS = 50
MOST_BUTTONS = 25


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
