"""One process of the action server: what ``python -m rasa_sdk --actions actions`` does.

It is forked from a process which has imported it all already, as that is what takes the time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import rasa_sdk.__main__
from rasa_sdk.executor import ActionExecutor

from tests.crashes import mutants
from ticket_clerk.stripe_client import connection
from ticket_clerk.understanding.intents import intent_scores

# Stripe's stand-in has one interpreter with the test, on a machine that runs others, too.
STRIPE_TIMEOUT_S = 60.0

ActionExecutor().register_package("actions")
intent_scores("")


def serve(environ: Mapping[str, str], folder: Path, port: int, mutant: str) -> None:
    """Serve until the end, in a folder and an environment of its own, with its log there.

    ``mutant`` is a name of mutants.py, or nothing.
    """
    log = os.open(folder / "actions.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    # Not in the project's folder, whose .env is none of a test's.
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    connection.TIMEOUT_S = STRIPE_TIMEOUT_S
    if mutant:
        mutants.MUTANTS[mutant]()
    sys.argv[1:] = ["--actions", "actions", "--port", str(port)]
    rasa_sdk.__main__.main()
