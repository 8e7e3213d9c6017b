"""The guide's commands, word for word, for a script to follow."""

from __future__ import annotations

import re

from ticket_clerk.cli.environment import ROOT


def commands(heading: str) -> list[list[str]]:
    """Read the commands below a heading of ``docs/plug-in.md``: a list a block, no comments."""
    blocks = re.findall(r"(?ms)^```\n(.*?)^```$", _section(heading))
    return [[re.sub(r"\s+# .*", "", line) for line in block.splitlines()] for block in blocks]


def sentences(heading: str) -> list[str]:
    """Read what the guide has somebody say: what is in quotation marks and italics."""
    return re.findall(r'\*"([^"]+)"\*', _section(heading))


def _section(heading: str) -> str:
    text = (ROOT / "docs" / "plug-in.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"(?ms)^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text)
    return str(section)
