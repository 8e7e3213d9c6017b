"""Wishes to have one's tickets by e-mail."""

from __future__ import annotations

import re

from ..text import normalize

_MAIL = r"(?:e-?mail|mail|inbox|correo)"
_THINGS = r"(?:tickets?|seats?|pdfs?|them|it|entradas?)"
_WANTS = re.compile(
    rf"\b{_MAIL}\b (?:me )?(?:\w+ )?{_THINGS}\b"
    rf"|\b(?:send|resend|get|have|forward|want|need|mandar?|enviar?|manda|envia)\w*\b.*\b{_THINGS}\b.*"
    rf"\b(?:by|via|to|per|through|in|por|a|al|with) (?:\w+ ){{0,2}}{_MAIL}\b"
)
# "Will you email me the tickets?" asks what happens by itself, and "to my wife's" is not theirs.
_ASKS = re.compile(
    r"^(?:(?:and|so|hi|hello|hey|ok|but)[ ,]+)*(?:how|what|which|who|do|does|did|will|would it|is"
    r"|are|am|when|where|why|has|have)\b"
)
_OTHERS = re.compile(r"\S@\S|\b(?:wife|husband|friend|colleague|sister|brother|mother|other|boss)")


def wants_mail(text: str) -> bool:
    """Return whether a buyer wants their tickets by e-mail, to the address of the payment."""
    normalized = normalize(text)
    if _ASKS.match(normalized) or _OTHERS.search(normalized):
        return False
    return bool(_WANTS.search(normalized))
