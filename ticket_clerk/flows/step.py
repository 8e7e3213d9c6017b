"""One step of a form: an updated request with its replies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ticket_clerk.understanding.answers import is_no, is_pause, is_yes
from ticket_clerk.understanding.utterance import Utterance

from .replies import Reply

R = TypeVar("R")


@dataclass(frozen=True)
class Step(Generic[R]):
    """A request after an utterance, with the replies to it.

    ``is_answered`` is False when the sentence is for another rule, ``is_over`` True when the
    buyer leaves the form.
    """

    request: R
    replies: tuple[Reply, ...] = ()
    is_answered: bool = True
    is_over: bool = False


def answer_question(
    request: R,
    utterance: Utterance,
    *,
    is_confirming: bool,
    leaves: bool = False,
    agrees: bool = False,
    declines: bool = False,
) -> Step[R] | None:
    """Read a pause, a yes or a no; None where the sentence is none of them.

    Only a question for confirmation takes a yes. ``leaves``, ``agrees`` and ``declines`` say that
    the form's own words for it were found.
    """
    text, intent = utterance.text, utterance.intent
    if is_pause(text):
        return Step(request, (Reply("utter_take_your_time"),))
    if leaves:
        return Step(request, is_over=True)
    if is_confirming and (agrees or is_yes(text, intent)):
        return Step(confirm(request))
    if declines or is_no(text, intent if is_confirming else ""):
        return Step(request, is_over=True)
    return None


def confirm(request: R, confirmed: bool | None = True) -> R:
    """Set or take back the buyer's yes."""
    changed: Any = replace(request, confirmed=confirmed)  # type: ignore[type-var]
    return changed  # type: ignore[no-any-return]
