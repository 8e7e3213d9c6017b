"""The catalog of shows and season tickets."""

from .loading import load_at_start, load_shows, read_catalog, refresh_show
from .source import CatalogSource

__all__ = ["CatalogSource", "load_at_start", "load_shows", "read_catalog", "refresh_show"]
