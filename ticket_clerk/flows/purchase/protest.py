"""Whoever protests at a summary: back to what stood before, or on to what else they had named."""

from __future__ import annotations

from dataclasses import replace

from ticket_clerk.understanding.answers import lets_question_go, protests
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.sections import sections_named

from ..step import Step
from ..turn import Turn
from .state import Purchase, find_show, read_purchase

_PROPOSED = ("show", "section", "quantity")


def take_protest(turn: Turn, before: Purchase, step: Step[Purchase]) -> Step[Purchase]:
    """Take back what the message before has changed; ``step`` is what this one says besides.

    What a protest itself names is its correction. Where nothing can be gone back to, it is asked
    what to change.
    """
    is_summed_up = before.asked == "confirm_order" and not (before.further or before.is_waiting)
    is_correction = not _only_asks(turn) and _names_new(before, step)
    if not is_summed_up or step.is_over or not protests(turn.text) or is_correction:
        return step
    former = _former(turn, before) if turn.has_filled_before(_PROPOSED) else None
    if former is not None:
        return Step(replace(former, confirmed=None))
    # "Stay with the two, I only asked" says what stands.
    is_lost = any(reply.response.startswith("utter_not_understood") for reply in step.replies)
    return Step(replace(before, is_changing=True, confirmed=None)) if is_lost else step


def takes_back(turn: Turn, purchase: Purchase) -> bool:
    """Return whether a mere question takes back what the message before it has changed.

    "I only asked whether the loge is free": it is answered, and what it names is not taken.
    """
    is_mere = purchase.asked == "confirm_order" and _only_asks(turn)
    return is_mere and protests(turn.text) and turn.has_filled_before(_PROPOSED)


def _only_asks(turn: Turn) -> bool:
    """Return whether nothing, or no more than a no, stands beside what is asked."""
    said = turn.clauses.statement
    return not said or bool(turn.clauses.questions) and lets_question_go(spoken().translate(said))


def _former(turn: Turn, before: Purchase) -> Purchase | None:
    """Return what was summed up before, else with the other section that was named then."""
    earlier = read_purchase(turn.slots_before_last, before.asked)
    if earlier.show_id and earlier.section_id and earlier.quantity:
        return replace(
            before,
            show_id=earlier.show_id,
            section_id=earlier.section_id,
            quantity=earlier.quantity,
            is_changing=False,
        )
    show = find_show(turn.catalog, before.show_id)
    said = spoken().translate(turn.message_before)
    named = [one.id for one in sections_named(said, show)] if show else []
    others = [one for one in named if one != before.section_id]
    return replace(before, section_id=others[0], is_changing=False) if len(others) == 1 else None


def _names_new(before: Purchase, step: Step[Purchase]) -> bool:
    """Return whether a value is named in the place of one that was summed up."""
    now = step.request
    pairs = (
        (before.show_id, now.show_id),
        (before.section_id, now.section_id),
        (before.quantity, now.quantity),
    )
    return any(new is not None and new != old for old, new in pairs)
