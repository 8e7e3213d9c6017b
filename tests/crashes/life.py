"""One life of the action server: what ``python -m rasa_sdk --actions actions`` does, in a process
that is forked from one which has imported it all already. Starting it is what takes the time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import rasa_sdk.__main__
from rasa_sdk.executor import ActionExecutor

from tests.crashes import damaged

ActionExecutor().register_package("actions")


def live(environ: Mapping[str, str], folder: Path, port: int, damage: str) -> None:
    """Serve until the end, in a folder and an environment of its own, with its log there.

    ``damage`` is a name of damaged.py, or nothing.
    """
    log = os.open(folder / "actions.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    # Not in the project's folder, whose .env is none of a test's.
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    if damage:
        damaged.DAMAGES[damage]()
    sys.argv[1:] = ["--actions", "actions", "--port", str(port)]
    rasa_sdk.__main__.main()
