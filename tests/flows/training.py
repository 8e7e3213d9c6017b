"""The training sentences, as plain text without their annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def training_sentences() -> Iterator[tuple[str, str]]:
    """List (intent, sentence) of all files under data/nlu."""
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines() if "intent" in entry else ():
                yield entry["intent"], plain_sentence(line.removeprefix("- "))


def plain_sentence(annotated: str) -> str:
    """Take the marks of entities out of a sentence."""
    return _ANNOTATION.sub(r"\1", annotated)


def normalized(sentence: str) -> str:
    """Write a sentence in lower case, its words only, one blank between them."""
    return " ".join(re.findall(r"[a-z0-9$']+", sentence.lower().replace("’", "'")))


def overlap(one: str, other: str) -> float:
    """Share of the words that two sentences have in common (Dice); nothing below four words."""
    a, b = set(one.split()), set(other.split())
    if min(len(one.split()), len(other.split())) < 4:
        return 0.0
    return 2 * len(a & b) / (len(a) + len(b))
