"""The files that a model is made of: the bot's own, or with another language's words in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ticket_clerk.languages import FIRST

SOURCES = ("config.yml", "domain.yml", "domain", "data", "ticket_clerk/nlu")
SUFFIXES = {".yml", ".yaml", ".py", ".json", ".txt"}


def bot_sources(root: Path, language: str) -> Iterator[Path]:
    """Name every file that a model in this language depends on, in a fixed order."""
    names = SOURCES if language == FIRST else (*SOURCES, f"ticket_clerk/languages/{language}")
    for name in names:
        source = root / name
        candidates = [source] if source.is_file() else sorted(source.rglob("*"))
        yield from (path for path in candidates if path.is_file() and path.suffix in SUFFIXES)


def bot_arguments(root: Path, language: str, folder: Path) -> list[str]:
    """Write ``rasa``'s arguments for the bot's files; those made for a language are in ``folder``.

    Rules, stories, forms and slots are the same in every language; responses and sentences are
    the language's own.
    """
    domain = root / "domain.yml" if (root / "domain.yml").is_file() else root / "domain"
    data, config = [root / "data"], root / "config.yml"
    if language != FIRST:
        own = root / "ticket_clerk" / "languages" / language
        domain, config = _domain(domain, own, folder), _config(config, language, folder)
        data = [root / "data" / "rules", root / "data" / "stories", own / "nlu"]
    paths = [str(path) for path in data]
    return ["--domain", str(domain), "--data", *paths, "--config", str(config)]


def _domain(domain: Path, own: Path, folder: Path) -> Path:
    content = {**_read(domain), "responses": _read(own / "responses.yml")["responses"]}
    return _write(folder / "domain.yml", content)


def _config(config: Path, language: str, folder: Path) -> Path:
    return _write(folder / "config.yml", {**_read(config), "language": language})


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _write(file: Path, content: dict[str, Any]) -> Path:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file
