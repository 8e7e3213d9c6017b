"""A proposal that waits for its buyer's yes: told once, and not asked again until they come back.

Who wants time reads that nothing is ordered; what they ask meanwhile is answered, no more.
"""

from __future__ import annotations

from ticket_clerk.understanding.answers import agrees_plainly

from ..turn import Turn
from .state import WAITS

_SUMMARIES = "utter_ask_confirm_*"


def waits_for_yes(turn: Turn) -> bool:
    """Return whether the buyer has wanted time since the purchase was summed up last."""
    return turn.was_said_since(WAITS, _SUMMARIES)


def hears_yes(turn: Turn) -> bool:
    """Return whether a yes may be to the purchase: other talk in between takes a plain one."""
    is_near = not waits_for_yes(turn) or turn.was_said_in_each({WAITS}, turns=1)
    return is_near or agrees_plainly(turn.text)
