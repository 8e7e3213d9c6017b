"""Tickets: their signed codes, reading them, and checking them at the door."""

from . import admission, codes, queries, replacement

__all__ = ["admission", "codes", "queries", "replacement"]
