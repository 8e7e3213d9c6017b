"""Tickets as a PDF, each a page of A5. Its letters are Latin ones, as its font has."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from .document import QUIET_ZONE, Description, qr_code

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_MARGIN = 42
_TEXT, _BOLD = "Vera", "VeraBd"
_QR_SIZE = 230


def pdf(*tickets: Description) -> bytes:
    """Write the PDF; the same tickets make the same file."""
    # It takes half a second to load, and most tickets are looked at on a phone.
    from reportlab.lib.pagesizes import A5
    from reportlab.pdfgen.canvas import Canvas

    _load_fonts()
    file = BytesIO()
    canvas = Canvas(file, pagesize=A5, invariant=1, lang=tickets[0].language)
    canvas.setTitle(" · ".join([tickets[0].ticket.show_name, *(one.number for one in tickets)]))
    for described in tickets:
        _write(_Writer(canvas, *A5), described)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _write(writer: _Writer, described: Description) -> None:
    writer.line(described.ticket.show_name, _BOLD, 18)
    writer.line(described.number, _TEXT, 11)
    for label, value in described.rows:
        writer.line(f"{label}: {value}", _TEXT, 11)
    if described.problem:
        writer.line(described.problem, _BOLD, 12)
    if described.code:
        writer.qr(described.code)
        writer.line(described.code, _TEXT, 7)
        writer.line(described.words["show_this"], _TEXT, 9)


class _Writer:
    """Writes from the top of a page down."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self._canvas = canvas
        self._width = width
        self._y = height - _MARGIN

    def line(self, text: str, font: str, size: float) -> None:
        """Write a text, on as many lines as it takes."""
        for part in _wrap(text, font, size, self._width - 2 * _MARGIN):
            self._y -= size * 1.4
            self._canvas.setFont(font, size)
            self._canvas.drawString(_MARGIN, self._y, part)
        self._y -= size * 0.5

    def qr(self, code: str) -> None:
        """Draw a QR code; its quiet zone begins in the margin."""
        rows = list(qr_code(code).matrix_iter(border=QUIET_ZONE))
        side = _QR_SIZE / len(rows)
        left = _MARGIN - QUIET_ZONE * side
        self._y -= _QR_SIZE
        for y, row in enumerate(reversed(rows)):
            for x, is_dark in enumerate(row):
                if is_dark:
                    # A little larger than it is, so that no line shows between two.
                    at = (left + x * side, self._y + y * side)
                    self._canvas.rect(*at, side + 0.05, side + 0.05, stroke=0, fill=1)


def _wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines; a word that is too long is broken, too."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if stringWidth(joined, font, size) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if stringWidth(lines[-1] + letter, font, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (_TEXT, _BOLD):
        registerFont(TTFont(name, f"{name}.ttf"))
