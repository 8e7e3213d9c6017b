"""How well Spanish is understood, on sentences that its training never saw."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from benchmarks.nlu.evaluate import intent_pairs, macro_f1, parse_rows, read_rows
from tests.flows.training import near_duplicates, normalized
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.train import ensure_model
from ticket_clerk.languages.training import without_annotations

pytestmark = pytest.mark.live

HELD_OUT = ROOT / "tests" / "data" / "spanish.jsonl"
WANTED = 0.9


def _learned() -> set[str]:
    found = set()
    for path in sorted((ROOT / "ticket_clerk/languages" / "es" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = entry["examples"].splitlines()
            found |= {normalized(without_annotations(line.removeprefix("- "))) for line in lines}
    return found


def test_nothing_of_the_measuring_sentences_was_learned() -> None:
    """None is equal, none nearly so: a ruler that was learned by heart measures nothing."""
    learned = _learned()
    rows = [normalized(row["text"]) for row in read_rows(HELD_OUT)]

    assert [text for text in rows if text in learned] == []
    assert near_duplicates(rows, learned) == []


def test_spanish_intents_reach_nine_tenths(tmp_path: Path) -> None:
    """Macro F1 over the intents, where English is loaded, too."""
    model = ensure_model(ROOT, tmp_path, "en,es")
    rows = read_rows(HELD_OUT)
    parsed = asyncio.run(parse_rows(str(model), rows))

    assert macro_f1(intent_pairs(rows, parsed)) >= WANTED
