"""The language of this process, chosen by CLERK_LANGUAGE when it starts."""

from __future__ import annotations

from ticket_clerk.languages import FIRST, Language, load
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import Settings, read_environ


def chosen_language() -> Language:
    """Read the setting; English where it is wrong, which the start of the server says.

    An import never fails over a setting: a host's own actions are imported with ours.
    """
    try:
        return load(Settings.from_env(read_environ()).language)
    except ConfigError:
        return load(FIRST)


LANGUAGE = chosen_language()
