"""Adds one line to a text and takes exactly that line out again.

The rest of the file is its owner's: no formatting, comment or line ending of it changes.
"""

from __future__ import annotations


def add_line(text: str, line: str) -> str:
    """Add a line at the end of a text."""
    end = _line_end(text)
    if text and not text.endswith("\n"):
        # What ended without a line end does so again when the line is taken out.
        return f"{text}{end}{line}"
    return f"{text}{line}{end}"


def remove_line(text: str, line: str) -> str | None:
    """Take a line out that :func:`add_line` added; None where there is no such line."""
    end = _line_end(text)
    if text.endswith(f"{end}{line}"):
        return text.removesuffix(f"{end}{line}")
    lines = text.split(end)
    if line not in lines:
        return None
    lines.remove(line)
    return end.join(lines)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
