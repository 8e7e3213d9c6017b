"""Training sentences of a language: what Rasa's pipeline learns intents from, as plain text."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from ticket_clerk.project import BOT

from . import FIRST, HERE, LOADER

_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@lru_cache
def training_sentences(code: str) -> tuple[tuple[str, str], ...]:
    """List (intent, sentence) of a language's files, without the marks of entities."""
    folder = BOT / "data" / "nlu" if code == FIRST else HERE / code / "nlu"
    return tuple(pair for path in sorted(folder.rglob("*.yml")) for pair in _sentences(path))


def _sentences(path: Path) -> list[tuple[str, str]]:
    entries = yaml.load(path.read_text(encoding="utf-8"), LOADER)["nlu"]  # noqa: S506
    return [
        (entry["intent"], _ANNOTATION.sub(r"\1", line.removeprefix("- ")).strip())
        for entry in entries
        if "intent" in entry
        for line in entry["examples"].splitlines()
        if line.strip()
    ]
