"""Doubts at a summary: "is that really the cheapest?", "the Saturday, right?"."""

from __future__ import annotations

from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.understanding.answers import parse_change, wants_cheapest
from ticket_clerk.understanding.asking.kinds import asked_between, doubts
from ticket_clerk.understanding.show_hints import parse_hints

from ..form import quoted_amount
from ..purchase.form import FORM
from ..purchase.show_selection import siblings
from ..purchase.state import Purchase, find_section, find_show
from ..replies import amount_text, section_values, show_values
from ..turn import BUY_FORM, RasaEvents, Turn

# "The sixth?": so few words about a day doubt it.
LONGEST_FRAGMENT = 3
_OF_REDUCTIONS = frozenset({"discounts", "promo_code"})


def answer_doubt(turn: Turn) -> RasaEvents | None:
    """Say whether what is summed up is the cheapest, on that day, or reduced.

    None where nothing is summed up, or no doubt of these is said.
    """
    purchase = FORM.read(turn)
    show = find_show(turn.catalog, purchase.show_id)
    section = find_section(show, purchase.section_id)
    if turn.active_form != BUY_FORM or show is None or purchase.further:
        return None
    is_short = len(turn.text.split()) <= LONGEST_FRAGMENT
    is_doubt = doubts(turn.text) or is_short or bool(asked_between(turn.text))
    if turn.slot("requested_slot") != FORM.consent or section is None:
        return [] if is_doubt and _say_day(turn, show) else None
    if wants_cheapest(turn.text) or (is_doubt and "cheaper" in turn.text.lower()):
        _say_cheapest(turn, show, section, purchase)
        return []
    if not is_doubt:
        return None
    topic = turn.topic.topic_id if turn.topic else None
    if doubts(turn.text) and (topic in _OF_REDUCTIONS or "discount" in turn.text):
        _say_reduction(turn, show, section, purchase)
        return []
    return [] if _say_day(turn, show) else None


def _say_cheapest(turn: Turn, show: Show, section: Section, purchase: Purchase) -> None:
    """Compare with the other sections that have as many seats, on other dates, too."""
    wanted = purchase.quantity or 1
    pairs = [
        (part.unit_amount, one is not show, one, part)
        for one in (show, *siblings(show, turn.catalog))
        for part in one.sections
        if part.seats_left >= wanted
    ]
    chosen = (section.unit_amount, False, show, section)
    least, _, other, cheapest = min([*pairs, chosen], key=lambda pair: pair[:2])
    is_chosen = section.unit_amount <= least
    of = (show, section) if is_chosen else (other, cheapest)
    values = {**show_values(of[0]), **section_values(of[1], show.currency)}
    turn.say("utter_is_cheapest" if is_chosen else "utter_is_not_cheapest", **values)


def _say_reduction(turn: Turn, show: Show, section: Section, purchase: Purchase) -> None:
    amount = section.unit_amount * (purchase.quantity or 0)
    total = amount_text(quoted_amount(turn) or amount, show.currency)
    values = {**section_values(section, show.currency), "quantity": purchase.quantity}
    name = "utter_code_is_in_it" if purchase.code else "utter_no_code_in_it"
    turn.say(name, total=total, code=purchase.code, **values)


def _say_day(turn: Turn, show: Show) -> bool:
    """Say when and where it is, and whether that is as was supposed; return whether it is asked."""
    hints = parse_hints(turn.text, turn.catalog.shows, turn.now)
    is_supposed = bool(hints.when or hints.cities or hints.venues)
    is_named = doubts(turn.text) and parse_change(turn.text, asked=True) == "show"
    if not (is_supposed or is_named):
        return False
    name = "utter_summed_up_day"
    # "Matinee or evening?" has no yes.
    if is_supposed and not asked_between(turn.text):
        name += "_as_said" if hints.fits(show) else "_otherwise"
    turn.say(name, **show_values(show))
    return True
