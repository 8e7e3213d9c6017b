"""The catalog of shows and season tickets."""

from .changes import FACT_KEYS, has_show
from .entry import EntryInvalid
from .facts_file import OWN
from .loading import (
    ask_for_document,
    load_at_start,
    load_document,
    load_shows,
    read_catalog,
    refresh_show,
    seat_sold,
    source_name,
)
from .reservations import keeps_seats, release, reserve
from .source import CatalogSource

__all__ = [
    "FACT_KEYS",
    "OWN",
    "CatalogSource",
    "EntryInvalid",
    "ask_for_document",
    "has_show",
    "keeps_seats",
    "load_at_start",
    "load_document",
    "load_shows",
    "read_catalog",
    "refresh_show",
    "release",
    "reserve",
    "seat_sold",
    "source_name",
]
