"""Shows that are called off or moved: the act, what follows for its orders, how far it is."""

from .applying import apply_changes
from .changes import (
    call_off_show,
    find_show,
    list_shows,
    list_untold,
    move_show,
    progress_of,
)

__all__ = [
    "apply_changes",
    "call_off_show",
    "find_show",
    "list_shows",
    "list_untold",
    "move_show",
    "progress_of",
]
