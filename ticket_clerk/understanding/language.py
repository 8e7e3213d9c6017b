"""The languages of this process, chosen by CLERK_LANGUAGE, and the one that a turn is in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ticket_clerk.languages import FIRST, Language, load
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import Settings, read_environ


def chosen_languages() -> tuple[Language, ...]:
    """Read the setting; English where it is wrong, which the start of the server says.

    An import never fails over a setting: a host's own actions are imported with ours.
    """
    try:
        return tuple(map(load, Settings.from_env(read_environ()).languages))
    except ConfigError:
        return (load(FIRST),)


LOADED = chosen_languages()
_SPOKEN: ContextVar[Language] = ContextVar("spoken")


def spoken() -> Language:
    """Return the language of this turn; outside of one, the default."""
    return _SPOKEN.get(LOADED[0])


def default_code() -> str:
    """Return the code of the language of who has shown none."""
    return LOADED[0].code


def loaded_codes() -> list[str]:
    """Return the codes of the languages that are loaded, the default first."""
    return [language.code for language in LOADED]


@contextmanager
def speaking(code: object) -> Iterator[None]:
    """Let a block be in the language with this code; in the default where that is not loaded."""
    wanted = next((one for one in LOADED if one.code == code), LOADED[0])
    before = _SPOKEN.set(wanted)
    try:
        yield
    finally:
        _SPOKEN.reset(before)
