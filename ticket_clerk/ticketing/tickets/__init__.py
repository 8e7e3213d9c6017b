"""Tickets: their signed codes, reading them, and checking them at the door."""

from . import admission, codes, document, mailing, pdf, queries, replacement

__all__ = [
    "admission",
    "codes",
    "document",
    "mailing",
    "pdf",
    "queries",
    "replacement",
]
