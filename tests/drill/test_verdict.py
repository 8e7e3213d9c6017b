"""A drill finds what is lost and what is told twice, and keeps its table in its place."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.drill.verdict import BEGIN, END, Row, write_table
from ticket_clerk.cli.environment import ROOT


def buyer(confirmations: int, trouble: str = "") -> Any:
    """Somebody who was told so often."""
    return SimpleNamespace(
        confirmations=lambda: ["ord_1 is confirmed"] * confirmations,
        trouble=trouble,
        longest_answer_s=1.25,
        told_after_s=None if trouble else 2.5,
    )


def test_what_is_lost_or_told_twice_is_counted() -> None:
    """Each in the row of what was done meanwhile."""
    row = Row("Rasa killed", [buyer(1), buyer(2), buyer(0, "waited in vain")], under_way=2)

    assert row.line() == "| Rasa killed | 3 | 2 | 1 | 1 | 1.2 s | 2.5 s |"


def test_a_new_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """And of nothing else on the page."""
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n\n{BEGIN}\n{END}\n\nAfter.\n")

    for words in ("The first.", "The second."):
        write_table(page, [Row("nothing", [buyer(1)], under_way=1).line()], words)

    text = page.read_text()
    assert text.startswith(f"# Before\n\n{BEGIN}\n\nThe second.\n\n| what was done")
    assert text.endswith(f"| nothing | 1 | 1 | 0 | 0 | 1.2 s | 2.5 s |\n\n{END}\n\nAfter.\n")
    assert "The first." not in text


def test_the_page_on_reliability_has_the_place() -> None:
    """`make drill` writes into it."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

    assert text.index(BEGIN) < text.index(END)
