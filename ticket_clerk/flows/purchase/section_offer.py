"""Other seats that are only asked about: told with their price, and taken by a yes."""

from __future__ import annotations

from dataclasses import replace

from ticket_clerk.ticketing.domain.facts import Place
from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.understanding.answers import is_no, is_yes
from ticket_clerk.understanding.clauses import is_thought
from ticket_clerk.understanding.language import spoken

from ..replies import Reply, buttons
from ..show_lists import section_lines
from ..step import Step, confirm
from ..turn import Turn
from .state import Purchase, find_section, find_show

OFFER = "utter_offer_section"
# "What about the parquet, would one hear better there?" is a question about it.
LONGEST_THOUGHT = 6
_TAKE, _KEEP = "utter_button_take_section", "utter_button_keep_section"


def offer_section(turn: Turn, before: Purchase, step: Step[Purchase]) -> Step[Purchase]:
    """Offer a section that is only thought of, and leave the one that is summed up.

    So "what about 204?" does, where a sentence would change nothing else.
    """
    is_bare = (
        turn.utterance.typed == turn.message.typed and len(turn.text.split()) <= LONGEST_THOUGHT
    )
    if before.asked != "confirm_order" or step.replies or not (is_bare and is_thought(turn.text)):
        return step
    show = find_show(turn.catalog, before.show_id)
    chosen = find_section(show, before.section_id)
    other = find_section(show, step.request.section_id)
    is_same = replace(step.request, section_id=before.section_id) == confirm(before, None)
    if show is None or chosen is None or other is None or other == chosen or not is_same:
        return step
    return Step(confirm(before, None), (_offer(turn, before, show, (chosen, other)),))


def answer_offer(turn: Turn, before: Purchase) -> Step[Purchase] | None:
    """Take the section that was just offered by a yes, or keep the other by a no; else None.

    A yes never agrees to what was summed up before the offer.
    """
    if before.asked != "confirm_order" or not turn.was_said_in_each({OFFER}, turns=1):
        return None
    text, intent, selected = turn.text, turn.utterance.intent, turn.utterance.selected
    show = find_show(turn.catalog, before.show_id)
    sections = show.sections if show else ()
    offered = next((one for one in sections if turn.was_offered(_title(turn, _TAKE, one))), None)
    if offered and selected == _title(turn, _TAKE, offered) or is_yes(text, intent):
        section_id = offered.id if offered else before.section_id
        return Step(replace(before, section_id=section_id, confirmed=None))
    is_kept = selected is not None or is_no(text, intent)
    return Step(confirm(before, None)) if is_kept else None


def _offer(turn: Turn, purchase: Purchase, show: Show, sections: tuple[Section, Section]) -> Reply:
    chosen, other = sections
    place = Place.of_section(show.id, other.id)
    about = turn.catalog.facts.find(place, "description", spoken().code)
    values = {
        "section": section_lines(turn, show, purchase.quantity or 1, [other]),
        "about": f"\n{about}" if about else "",
        "chosen": chosen.name,
        "buttons": buttons((_title(turn, _TAKE, other), _title(turn, _KEEP, chosen))),
    }
    return Reply(OFFER, values)


def _title(turn: Turn, button: str, section: Section) -> str:
    return turn.line(button, section=section.name)
