"""Tickets: their signed codes, reading them, and checking them at the door."""

from . import admission, codes, document, door_list, mailing, pdf, queries, replacement

__all__ = [
    "admission",
    "codes",
    "document",
    "door_list",
    "mailing",
    "pdf",
    "queries",
    "replacement",
]
