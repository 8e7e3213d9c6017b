"""Where the assistant's files and the project's folder are: in a checkout, or installed.

In a checkout the bot's files are at its root, which is the project, too. A wheel carries them in
the package (``[tool.hatch.build]`` in ``pyproject.toml`` maps them), and the project is the folder
in which somebody works: the assistant that the clerk is a guest of.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("ticket_clerk")))
_PACKAGED = PACKAGE / "bot"

IS_INSTALLED = _PACKAGED.is_dir()
# domain.yml, config.yml, data/, shows.yml and .env.example.
BOT = _PACKAGED if IS_INSTALLED else PACKAGE.parent
ROOT = Path.cwd() if IS_INSTALLED else PACKAGE.parent
COMMAND = "ticket-clerk" if IS_INSTALLED else ".venv/bin/python -m integrations.payments"
