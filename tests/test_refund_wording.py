"""One word for one thing: money that goes back is refunded."""

from __future__ import annotations

import re

import yaml

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.languages import responses

_OTHER_WORDS = re.compile(
    r"\b(?:pa(?:y|id) (?:it )?back|goes back|reimburse\w*"
    r"|(?:give|given) (?:tickets|these|them) back|left to give back)\b"
)


def test_what_buyers_read_of_refunds_uses_one_word() -> None:
    """ "Paid back" in one sentence and "refunded" in another made buyers ask whether it differs."""
    texts = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]

    found = {
        name
        for name, variants in texts.items()
        if any(_OTHER_WORDS.search(one.get("text", "")) for one in variants)
    }
    assert found == set()


def test_spanish_has_one_word_as_well() -> None:
    """Money is "devuelto", and nothing else."""
    pattern = re.compile(r"\breembols\w*|\breintegr\w*|dinero vuelve")

    assert {name for name, text in responses("es").items() if pattern.search(text)} == set()
