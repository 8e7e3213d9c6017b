"""``shows.yml``: the catalog of a shop that has no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.models import Catalog

from .document import read_document
from .source import CatalogSource, Document

# libyaml's reads ten times as fast; it is missing where PyYAML was built without it.
try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]


class ShowsFile(CatalogSource):
    """The file; its owner says when it is read again (``shows load``)."""

    is_live = False

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.name = str(path)
        self._path = path

    def shows(self) -> Document:
        """Read the file; raises ConfigError when it is missing or is no YAML."""
        try:
            text = self._path.read_text(encoding="utf-8")
            document: Any = yaml.load(text, Loader=SafeLoader)
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"SHOWS_FILE names {self._path}, which can't be read.") from exc
        except (yaml.YAMLError, ValueError) as exc:
            raise ConfigError(
                f"{self._path} is not valid YAML; see docs/operations.md, The catalog."
            ) from exc
        return document  # type: ignore[no-any-return]  # whatever it is, read_document checks it


def read_shows_file(path: Path) -> Catalog:
    """Read and check the file; raises ConfigError where it can't be read or is wrong."""
    return read_document(ShowsFile(path).shows(), str(path))
