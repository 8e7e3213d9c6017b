"""Pictures of a message: a show or a seating plan, with words for those who can't see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ADDRESS = re.compile(r"https://[^\s<>\"']{1,2000}")
# What channels take as the words of a picture.
LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Picture:
    """Where a picture is, and what is on it."""

    url: str
    text: str


def picture_of(message: Mapping[str, Any]) -> Picture | None:
    """Return a message's picture; none without words, or at an address that is not encrypted."""
    url, text = message.get("image"), message.get("image_text")
    if not isinstance(url, str) or not _ADDRESS.fullmatch(url) or not text:
        return None
    return Picture(url, str(text)[:LONGEST_TEXT])
