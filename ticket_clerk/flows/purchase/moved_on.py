"""Where the talk has moved on to another show than the one being bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.understanding.answers import is_no, is_question, is_stop, is_yes
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import section_of, shows_having_section, without_name
from ticket_clerk.understanding.shows import parse_shows

from ..replies import Reply
from ..step import Step
from ..turn import Turn
from .state import Purchase, find_section, find_show, offered_shows
from .step import take_step

# Of a longer list no show is more spoken of than the one being bought.
MOST_TOLD = 2


def shows_told(turn: Turn, purchase: Purchase) -> list[Show]:
    """Return the one or two shows that the last answer was about, where that is none being bought.

    What a form asks is no answer.
    """
    told = [show for show in turn.catalog.shows if show.name in turn.told_last]
    named = {purchase.show_id, *(line.show_id for line in purchase.further)}
    is_other = 0 < len(told) <= MOST_TOLD and not named & {show.id for show in told}
    return told if is_other else []


def take_for_told(turn: Turn, before: Purchase) -> Step[Purchase] | None:
    """Take a number or a section for the show that was told last, or ask for which it is.

    While section or number are asked for. A section that one of the shows has decides; a number
    alone may be for either, so both are offered. A section that only shows have which nobody has
    told of is asked about, too. None where a sentence says something else.
    """
    ours, others = find_show(turn.catalog, before.show_id), shows_told(turn, before)
    if ours is None or before.further or _is_something_else(turn):
        return None
    if not others:
        return _ask_for_section(turn, before, ours)
    if before.asked not in {"section", "quantity"}:
        return None
    theirs = [show for show in others if _section(turn, show)]
    if _section(turn, ours):
        return _ask_which(turn, before, [ours, *theirs]) if theirs else None
    if len(theirs) == 1:
        moved = replace(before, show_id=theirs[0].id, section_id=None, asked="section")
        return take_step(moved, turn.utterance, turn.catalog, turn.now)
    is_number = parse_quantity(turn.text, asked=True) is not None
    return _ask_which(turn, before, theirs or [ours, *others]) if theirs or is_number else None


def _ask_for_section(turn: Turn, before: Purchase, ours: Show) -> Step[Purchase] | None:
    """Ask whether a show is meant that has the section which is named, and ours has not."""
    is_asked = before.asked in {"section", "quantity", "confirm_order"}
    if not is_asked or _section(turn, ours) or is_yes(turn.text, turn.utterance.intent):
        return None
    offered = offered_shows(turn.catalog, before.offered)
    having = shows_having_section(turn.text, offered, turn.catalog.shows)
    if not having:
        return None
    step = _ask_which(turn, before, [ours, *having])
    return replace(step, replies=(Reply("utter_no_such_section"),))


def _is_something_else(turn: Turn) -> bool:
    text, utterance = turn.text, turn.utterance
    parsed = parse_shows(text, turn.catalog.shows, turn.now)
    is_selected = bool(utterance.selected) or utterance.is_command
    is_other = parsed.has_name or parsed.has_hint or is_question(text)
    return is_selected or is_other or is_stop(text) or is_no(text, utterance.intent)


def _section(turn: Turn, show: Show) -> Section | None:
    is_asked = turn.slot("show") == show.id and turn.slot("requested_slot") == "section"
    return section_of(turn.text, show, asked=is_asked)


def _ask_which(turn: Turn, before: Purchase, shows: Sequence[Show]) -> Step[Purchase]:
    """Offer the shows; what was said, and the section that was chosen, wait for the choice."""
    chosen = find_section(find_show(turn.catalog, before.show_id), before.section_id)
    rest = without_name(turn.text, chosen) if chosen else turn.text
    number = parse_quantity(rest, asked=before.asked == "quantity")
    is_number = number is not None and 1 <= number <= turn.catalog.max_tickets_per_order
    whole = int(number) if is_number and number == int(number or 0) else before.quantity
    fresh = replace(before, show_id=None, section_id=None, confirmed=None, quantity=whole)
    request = f"{turn.text}, {chosen.name}" if chosen else turn.text
    return Step(replace(fresh, offered=tuple(show.id for show in shows), request=request))
