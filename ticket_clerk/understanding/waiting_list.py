"""Waiting-list requests: joining, leaving and status."""

from __future__ import annotations

import re

from .answers import is_question
from .text import normalize

_LIST = re.compile(
    r"\bwait(?:ing|ed)?[ -]?lists?\b"
    r"|\b(?:on|off|from|make|leave) (?:the|that|your) list\b(?! of)"
    r"|\b(?:notify|tell|text|message|ping|alert|remind|write)(?: to)? me\b(?! first\b).*"
    r"\b(?:if|when|once|as soon as|back|available|free)\b"
    r"|\blet me know\b[^,.;!?]*\b(?:if|when|once|as soon as)\b[^,.;!?]*"
    r"\b(?:back|available|avail|free|open|opens?|seats?|tickets?|cancels?|returned?)\b"
    r"|\bput me (?:in line|in the queue|down for)\b|\bkeep me posted\b"
    r"|\b(?:i'll|i will|i can|i'd|we'll|happy to) (?:rather )?wait (?:for|until|till)\b"
)
_LEAVE = re.compile(
    r"\b(?:off|leave|remove|cancel|quit|drop|out of|no longer|stop waiting|don't want|forget)\b"
)
_PLACE = re.compile(r"\b(?:am i|my place|my spot|what am i|where am i|which|still on)\b")


def is_about_waiting(text: str) -> bool:
    """Return whether a sentence is about waiting for seats."""
    return bool(_LIST.search(normalize(text)))


def wants_to_leave(text: str) -> bool:
    """Return whether a sentence about the waiting list gives a place on it up."""
    return bool(_LEAVE.search(normalize(text))) and not asks_waiting_status(text)


def asks_waiting_status(text: str) -> bool:
    """Return whether a sentence about the waiting list asks what one waits for."""
    return is_question(text) and bool(_PLACE.search(normalize(text)))


def wants_to_wait(text: str) -> bool:
    """Return whether a sentence asks for a place on the waiting list."""
    return is_about_waiting(text) and not wants_to_leave(text) and not asks_waiting_status(text)
