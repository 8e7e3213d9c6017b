"""The language of this process, chosen by CLERK_LANGUAGE when it starts."""

from __future__ import annotations

from ticket_clerk.languages import Language, load
from ticket_clerk.ticketing.settings import Settings, read_environ


def chosen_language() -> Language:
    """Read the setting; raises ConfigError where it names no language."""
    return load(Settings.from_env(read_environ()).language)


LANGUAGE = chosen_language()
