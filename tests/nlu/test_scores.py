"""The scores are what their names say, and the pictures and tables show them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from benchmarks.nlu.ablate import NEEDED, pipelines, table_row
from benchmarks.nlu.evaluate import (
    TODAYS_MODEL,
    entity_scores,
    intent_pairs,
    intent_report,
    macro_f1,
    summary,
)
from benchmarks.nlu.pictures import draw_confusions, draw_scores
from benchmarks.nlu.shows import show_scores
from ticket_clerk.cli.train import model_path

CONFIG = Path(__file__).parents[2] / "config.yml"


def _row(text: str, event: str | None = None, intent: str = "buy_tickets") -> dict[str, Any]:
    start = text.index(event) if event else 0
    entity = {"entity": "event", "start": start, "end": start + len(event or "")}
    return {
        "text": text, "intent": intent, "entities": [entity] if event else [],
        "entities_annotated": True, "fit": "direct",
    }  # fmt: skip


def _parsed(intent: str, entities: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"intent": {"name": intent}, "entities": entities or []}


def test_an_intent_without_rows_has_no_score() -> None:
    """Only what the file asks for counts in the mean."""
    pairs = [("greet", "greet"), ("affirm", "deny")]

    assert "deny" not in intent_report(pairs)
    assert macro_f1(pairs) == 0.5
    assert macro_f1([]) == 0.0


def test_a_finer_intent_counts_as_its_parent() -> None:
    """A measuring file does not know all of our intents."""
    pairs = intent_pairs([_row("when is it", intent="browse_events")], [_parsed("ask_show")])

    assert pairs == [("browse_events", "browse_events")]


def test_an_entity_is_right_when_it_overlaps_its_like() -> None:
    """ "The Lakers" and "Lakers game" mean the same; another entity there does not count."""
    wanted = [{"entity": "event", "start": 4, "end": 10}]
    near, other = (
        {"entity": "event", "start": 0, "end": 6},
        {"entity": "city", "start": 4, "end": 10},
    )

    assert entity_scores([(wanted, [near])])["event"] == 1.0
    assert entity_scores([(wanted, [other])])["event"] == 0.0


def test_a_show_counts_as_found_when_it_and_no_other_is_parsed() -> None:
    """From its name in any case and with a typo; a sentence without a name must find none."""
    rows = [
        _row("two for Harbor Lights please", "Harbor Lights"),
        _row("what about maya lund", "maya lund"),
        _row("something in Portland"),
        _row("Portland Ravens", "Portland Ravens"),
    ]

    assert show_scores(rows) == {"found": 1.0, "none": 1.0}
    assert show_scores([*rows, _row("lund was great")])["none"] == 0.5


def test_the_last_line_has_all_scores() -> None:
    """Other programs read them by these names."""
    line = summary([_row("Harbor Lights", "Harbor Lights")], [_parsed("buy_tickets")])

    assert line["macro_f1"] == line["macro_f1_direct"] == line["accuracy"] == 1.0
    assert line["intents"] == {"buy_tickets": 1.0}
    assert line["entities"] == {"event": 0.0}
    assert line["shows"] == {"found": 1.0, "none": 0.0}


def test_todays_model_is_measured_and_not_the_newest() -> None:
    """The newest may be of another language, or of files that have changed since."""
    assert Path(TODAYS_MODEL) == model_path(CONFIG.parent)


def test_each_component_is_left_out_once_but_those_that_are_needed() -> None:
    """The table of what they add must not forget one that is new."""
    pipeline = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["pipeline"]

    titles = dict(pipelines(pipeline))

    assert len(titles["all of it"]) == len(pipeline)
    assert len(titles) == 1 + len(pipeline) - len(NEEDED)
    assert all(len(rest) >= len(pipeline) - 1 for rest in titles.values())


def test_a_row_of_the_table_shows_zero_for_what_is_not_found_any_more() -> None:
    """Without the part that finds entities there are none to score."""
    row = table_row("without it", {"macro_f1": 0.9, "macro_f1_direct": 0.8, "entities": {}})

    assert row == "| without it | 0.900 | 0.800 | 0.000 | 0.000 | 0.000 | 0.000 |"


def test_pictures_are_drawn(tmp_path: Path) -> None:
    """Both are files that a page can show."""
    draw_scores({"intents": {"greet": 0.9}, "entities": {"city": 0.8}}, tmp_path / "scores.png")
    draw_confusions([("greet", "greet"), ("greet", "ask_how_to_pay")], tmp_path / "taken.png")

    assert all((tmp_path / name).stat().st_size > 1000 for name in ("scores.png", "taken.png"))
