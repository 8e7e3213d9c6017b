"""Training sentences of a language: what Rasa's pipeline learns intents from, as plain text."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from ticket_clerk.project import BOT

from . import HERE, LOADER

_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def training_files(code: str) -> list[Path]:
    """List the files with the training sentences of a language."""
    own = HERE / code / "nlu"
    return sorted((own if own.is_dir() else BOT / "data" / "nlu").rglob("*.yml"))


def without_annotations(annotated: str) -> str:
    """Take the marks of entities out of a sentence."""
    return _ANNOTATION.sub(r"\1", annotated)


@lru_cache
def training_sentences(code: str) -> tuple[tuple[str, str], ...]:
    """List (intent, sentence) of a language's files, without the marks of entities."""
    return tuple(pair for path in training_files(code) for pair in _sentences(path))


def _sentences(path: Path) -> list[tuple[str, str]]:
    entries = yaml.load(path.read_text(encoding="utf-8"), LOADER)["nlu"]  # noqa: S506
    return [
        (entry["intent"], without_annotations(line.removeprefix("- ")).strip())
        for entry in entries
        if "intent" in entry
        for line in entry["examples"].splitlines()
        if line.strip()
    ]
