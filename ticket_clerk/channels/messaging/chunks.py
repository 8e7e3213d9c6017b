"""Splits a long text into messages of a messenger's maximum size."""

from __future__ import annotations

from collections.abc import Callable, Iterator


def chunks(text: str, *, longest: int, size: Callable[[str], int], widest: int) -> Iterator[str]:
    """Split a text into chunks of at most `longest`, between lines where possible.

    `size` is how long the messenger finds a text, and `widest` what one sign can count for.
    """
    piece = ""
    for line in text.splitlines():
        for part in _fitting(line, longest, size, widest):
            if piece.strip() and size(f"{piece}\n{part}") > longest:
                yield piece
                piece = part
            else:
                piece = f"{piece}\n{part}" if piece else part
    if piece.strip():
        yield piece


def _fitting(line: str, longest: int, size: Callable[[str], int], widest: int) -> list[str]:
    signs = longest if size(line) <= longest else longest // widest
    return [line[at : at + signs] for at in range(0, len(line), signs)] or [""]
