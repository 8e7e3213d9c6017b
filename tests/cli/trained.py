"""A folder with a bot's files and the model that was trained from them, for whoever looks."""

from __future__ import annotations

from pathlib import Path

from ticket_clerk.cli.train import model_path


def trained_bot(root: Path) -> Path:
    """Make the folder; returns the model, which is empty: its name is what is looked at."""
    (root / "data").mkdir(parents=True)
    (root / "config.yml").write_text("language: en\n")
    (root / "data" / "nlu.yml").write_text("nlu: []\n")
    model = model_path(root)
    model.parent.mkdir()
    model.touch()
    return model
