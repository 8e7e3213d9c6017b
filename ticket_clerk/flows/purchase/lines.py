"""Several shows or sections in one purchase: one is asked about at a time, all are summed up.

The purchase's own slots are of the line that is asked about; the others wait in ``further``, those
whose section is open with an empty one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Catalog, SeatLine, Section, Show
from ticket_clerk.ticketing.orders.checkout import MOST_LINES
from ticket_clerk.understanding.answers import says_yes
from ticket_clerk.understanding.order_changes import adds_order, says_only
from ticket_clerk.understanding.payments.lines import (
    CountedSeats,
    SaidOfShow,
    counted_shows,
    names_to_take_out,
    said_of_shows,
)
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import section_of, without_name
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import blank_out, normalize

from ..replies import Reply, amount_text, beside, day_text
from ..step import Step
from ..turn import Turn
from .availability import refuse_number
from .extras import extras_amount, extras_with_prices
from .state import Purchase, fill_single_answers, find_section, find_show, take_only_section


def take_lines(turn: Turn, before: Purchase, catalog: Catalog) -> Step[Purchase] | None:
    """Take several shows with their numbers, one more, or one line less; else None."""
    if turn.utterance.selected or turn.utterance.is_command or before.is_waiting:
        return None
    return (
        _take_out(turn, before)
        or _take_several(turn, before, catalog)
        or _take_of_each(turn, before, catalog)
    )


def rotate(step: Step[Purchase], catalog: Catalog) -> Step[Purchase]:
    """Go on with the next line whose section is open, once all is known of one."""
    purchase = step.request
    if step.is_over or not step.is_answered or purchase.is_waiting:
        return step
    purchase, replies = _fit(purchase, catalog)
    while purchase.further and (line := _line(purchase)) is not None:
        waiting = next((one for one in purchase.further if not one.section_id), None)
        if waiting is None:
            break
        others = tuple(one for one in purchase.further if one is not waiting)
        purchase = _with_line(replace(purchase, further=(*others, line)), waiting)
        purchase = fill_single_answers(take_only_section(purchase, catalog), catalog)
    return replace(step, request=purchase, replies=(*step.replies, *replies))


def lines_of(purchase: Purchase, catalog: Catalog) -> list[tuple[Show, Section, SeatLine]]:
    """List all lines of a purchase of which everything is known, the first one first."""
    own = _line(purchase)
    found = [*purchase.further, *([own] if own else [])]
    known = [(find_show(catalog, line.show_id), line) for line in found]
    placed = [(show, find_section(show, line.section_id), line) for show, line in known]
    return [(show, section, line) for show, section, line in placed if show and section]


def further_amount(purchase: Purchase, catalog: Catalog) -> int:
    """Add up what the further lines of a purchase cost before a code, in minor units."""
    alone = replace(purchase, show_id=None)
    return sum(_amount(*one) for one in lines_of(alone, catalog))


def lines_text(purchase: Purchase, catalog: Catalog) -> str:
    """List what is bought line by line, each with its sum."""
    return "\n".join(
        f"{line.quantity} × {show.name}, {day_text(show.starts_at)}, "
        f"{beside(section.name, extras_with_prices(show, dict(line.extras)))}: "
        f"{amount_text(_amount(show, section, line), show.currency)}"
        for show, section, line in lines_of(purchase, catalog)
    )


def _amount(show: Show, section: Section, line: SeatLine) -> int:
    return section.unit_amount * line.quantity + extras_amount(show, dict(line.extras))


def _take_several(turn: Turn, before: Purchase, catalog: Catalog) -> Step[Purchase] | None:
    counted = counted_shows(turn.text, catalog.shows, turn.now)
    if counted:
        kept = _all(before) if _adds(turn, before) else []
        # Who corrects the numbers sits where they said before.
        placed = {line.show_id: line.section_id for line in _all(before)}
        lines = [_seats(one, placed.get(one.show.id, "")) for one in counted]
        return _taken(before, [*kept, *lines], catalog, counted)
    one = _one_more(turn, before, catalog)
    if one is None:
        return None
    return _taken(before, [*_all(before), one], catalog, ())


def _take_of_each(turn: Turn, before: Purchase, catalog: Catalog) -> Step[Purchase] | None:
    """Take what is said of one line or of each: "floor standing, and the cheapest for the lakers".

    The line that is asked about changes its show by none of it.
    """
    own = find_show(catalog, before.show_id)
    if not before.further or own is None or _adds(turn, before):
        return None
    open_line = SeatLine(own.id, before.section_id or "", before.quantity or 1)
    lines = [*before.further, _line(before) or open_line]
    shows = [show for show in catalog.shows if show.id in {line.show_id for line in lines}]
    if any(show not in shows for show in parse_shows(turn.text, catalog.shows, turn.now).shows):
        return None
    said = {one.show.id: one for one in said_of_shows(turn.text, shows, own, turn.now)}
    changed = [_changed(line, said.get(line.show_id)) for line in lines]
    numbers = [Decimal(line.quantity) for line in changed]
    refusals = [refuse_number(one, catalog.max_tickets_per_order) for one in numbers]
    if refusal := next((reply for reply in refusals if reply), None):
        return Step(replace(before, confirmed=None), (refusal,))
    if changed != lines:
        return Step(_arranged(before, changed))
    named = {show.id for show in parse_shows(turn.text, shows, turn.now).shows}
    kept = [line for line in lines if line.show_id in named]
    if not (kept and before.asked == "confirm_order" and says_only(turn.text)):
        return None
    # "Just the two for the opera" says nothing new of it: the others are not wanted.
    return Step(_arranged(before, kept))


def _changed(line: SeatLine, said: SaidOfShow | None) -> SeatLine:
    if said is None:
        return line
    section_id = said.section.id if said.section else line.section_id
    return replace(line, section_id=section_id, quantity=said.number or line.quantity)


def _adds(turn: Turn, before: Purchase) -> bool:
    return before.asked == "confirm_order" and adds_order(turn.text)


def _one_more(turn: Turn, before: Purchase, catalog: Catalog) -> SeatLine | None:
    """Read one show more beside what is summed up: "and one for the festival too"."""
    if not _adds(turn, before) or says_yes(turn.text):
        return None
    named = {line.show_id for line in _all(before)}
    others = [show for show in catalog.shows if show.id not in named]
    parsed = parse_shows(turn.text, catalog.shows, turn.now)
    fitting = [show for show in parsed.shows if show in others]
    if len(fitting) != 1 or len(parsed.shows) != 1 or not parsed.is_sure:
        return None
    return _counted_one(turn.text, fitting[0], turn)


def _counted_one(text: str, show: Show, turn: Turn) -> SeatLine:
    """Read the number, one if none is said, and the section of a show that is named alone."""
    rest = blank_out(normalize(text), parse_shows(text, [show], turn.now).spans)
    section = section_of(rest, show)
    number = parse_quantity(without_name(rest, section) if section else rest, asked=False)
    whole = int(number) if number and number == int(number) and number > 0 else 1
    return SeatLine(show.id, section.id if section else "", whole)


def _taken(
    before: Purchase, lines: list[SeatLine], catalog: Catalog, counted: Sequence[CountedSeats]
) -> Step[Purchase]:
    refusals = [
        refuse_number(Decimal(one.number), catalog.max_tickets_per_order) for one in counted
    ]
    refusal = next((reply for reply in refusals if reply), None)
    if refusal is None and len(lines) > MOST_LINES:
        refusal = Reply("utter_error_too_many_lines", {"limit": MOST_LINES})
    if refusal is not None:
        return Step(replace(before, confirmed=None), (refusal,))
    return Step(_arranged(before, lines))


def _arranged(before: Purchase, lines: Sequence[SeatLine]) -> Purchase:
    """Make the first line whose section is open the one that is asked about, else the last."""
    merged: dict[tuple[str, str], SeatLine] = {}
    for line in lines:
        place = (line.show_id, line.section_id)
        had = merged.get(place)
        merged[place] = replace(line, quantity=line.quantity + had.quantity) if had else line
    own = next((one for one in merged.values() if not one.section_id), list(merged.values())[-1])
    further = tuple(one for one in merged.values() if one is not own)
    fresh = replace(before, offered=(), request="", is_changing=False, confirmed=None)
    return _with_line(replace(fresh, further=further), own)


def _with_line(purchase: Purchase, line: SeatLine) -> Purchase:
    return replace(
        purchase,
        show_id=line.show_id,
        section_id=line.section_id or None,
        quantity=line.quantity,
        extras=dict(line.extras),
        confirmed=None,
    )


def _take_out(turn: Turn, before: Purchase) -> Step[Purchase] | None:
    """Leave one of several lines out: "without the opera"."""
    rest = names_to_take_out(turn.text)
    lines = _all(before)
    if rest is None or not before.further or before.asked != "confirm_order":
        return None
    shows = [show for show in turn.catalog.shows if show.id in {one.show_id for one in lines}]
    named = {show.id for show in parse_shows(rest, shows, turn.now).shows}
    meant = [line for line in lines if line.show_id in named] if len(shows) > 1 else lines
    if len(meant) > 1:
        meant = [line for line in meant if _names_section(rest, line, turn.catalog)]
    if len(meant) != 1:
        return None
    return Step(_arranged(before, [line for line in lines if line is not meant[0]]))


def _names_section(text: str, line: SeatLine, catalog: Catalog) -> bool:
    show = find_show(catalog, line.show_id)
    section = section_of(text, show) if show else None
    return section is not None and section.id == line.section_id


def _fit(purchase: Purchase, catalog: Catalog) -> tuple[Purchase, tuple[Reply, ...]]:
    """Ask again for what there isn't, and drop what is not sold any more."""
    kept, replies = [], []
    for line in purchase.further:
        show = find_show(catalog, line.show_id)
        section = find_section(show, line.section_id)
        if show is None:
            replies.append(Reply("utter_error_show_not_on_sale"))
        elif line.section_id and (section is None or section.seats_left < line.quantity):
            if section is not None:
                values = {"left": section.seats_left, "section": section.name}
                replies.append(Reply("utter_seats_left", values))
            kept.append(replace(line, section_id=""))
        else:
            kept.append(line)
    return replace(purchase, further=tuple(kept)), tuple(replies)


def _all(purchase: Purchase) -> list[SeatLine]:
    own = _line(purchase)
    return [*purchase.further, *([own] if own else [])]


def _line(purchase: Purchase) -> SeatLine | None:
    if purchase.show_id is None or purchase.section_id is None or purchase.quantity is None:
        return None
    extras = tuple(sorted(purchase.extras.items()))
    return SeatLine(purchase.show_id, purchase.section_id, purchase.quantity, extras)


def _seats(counted: CountedSeats, before: str) -> SeatLine:
    section_id = counted.section.id if counted.section else before
    return SeatLine(counted.show.id, section_id, counted.number)
