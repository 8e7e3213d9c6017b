"""Rasa's programs, ready in half the time.

Rasa loads its classifier's file format (skops) last, and skops, when it is imported, looks through
every module that there is by then for each of some 700 names: 5 to 10 s with Rasa's imports
already there, 1 s before them. So it is imported first (``skops/io/_utils.py``, ``whichmodule``).
The millions of objects that importing makes all stay, so Python looks for garbage less often.
"""

from __future__ import annotations

import sys

_RUN = (
    "import gc; gc.set_threshold(100_000); import runpy, skops.io; "
    "runpy.run_module({!r}, run_name='__main__', alter_sys=True)"
)


def rasa_program(module: str, *arguments: str) -> list[str]:
    """The command for ``python -m module arguments``, of a module that loads a model of Rasa's."""
    return [sys.executable, "-c", _RUN.format(module), *arguments]
