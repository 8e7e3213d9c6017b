"""Extras in the purchase: what the utterance adds or takes off, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ticket_clerk.ticketing.domain.models import Catalog, Extra, Section, Show
from ticket_clerk.ticketing.domain.order_lines import counted
from ticket_clerk.understanding.payments.extras import ExtrasMention, names_of, parse_extras

from ..replies import Reply, amount_text
from ..step import Step
from ..turn import BUY_FORM, RasaEvents, Turn, start
from .order_changes import purchase_like, replaceable
from .state import Purchase, find_show


def mentioned_extras(turn: Turn, purchase: Purchase) -> ExtrasMention | None:
    """Read what the utterance says of extras: of the chosen show's, or else of any show's.

    A title or name of what is offered is none.
    """
    if turn.utterance.selected or turn.utterance.is_command:
        return None
    chosen = find_show(turn.catalog, purchase.show_id)
    others = [one for show in turn.catalog.shows if show != chosen for one in show.extras]
    known = {extra.id: extra for extra in (*reversed(others), *(chosen.extras if chosen else ()))}
    return parse_extras(turn.text, known.values())


def with_extras(purchase: Purchase, mention: ExtrasMention) -> Purchase:
    """Add to the purchase what was said, or take it off; the sum of before is agreed no more.

    "A programme each" is as many as there are tickets, where their number is known.
    """
    tickets = purchase.quantity or 1
    said = {
        extra_id: number * (tickets if extra_id in mention.each else 1)
        for extra_id, number in mention.numbers.items()
    }
    numbers = {**purchase.extras, **said}
    kept = {extra_id: number for extra_id, number in numbers.items() if number}
    return replace(purchase, extras=kept, confirmed=None, is_changing=False)


def begin_with_extras(turn: Turn) -> RasaEvents | None:
    """Begin to change an unpaid order that an extra is wanted with; None where there is none."""
    mention = mentioned_extras(turn, Purchase())
    if mention is None or mention.rest or not (orders := replaceable(turn)):
        return None
    show = find_show(turn.catalog, orders[0].show_id)
    missing = [one for one in mention.numbers if show and not _sold_by(show, one, turn.catalog)]
    if show is None or not missing:
        return start(BUY_FORM)
    turn.say("utter_extra_not_sold", extra=_named(missing[0], turn.catalog), show=show.name)
    return []


def waiting_for_extras(turn: Turn, before: Purchase) -> Purchase:
    """Return the purchase that an extra alone is for: where none was begun, the unpaid order."""
    if before.show_id is not None or not (orders := replaceable(turn)):
        return before
    return replace(purchase_like(orders[0]), asked="confirm_order", replaces=orders[0].id)


def fit_extras(step: Step[Purchase], catalog: Catalog) -> Step[Purchase]:
    """Keep of the extras what the chosen show has and enough of, and say what it has not."""
    show = find_show(catalog, step.request.show_id)
    if show is None or not step.request.extras or step.is_over or not step.is_answered:
        return step
    if step.request.is_waiting:
        # Nobody is offered more than seats from the list.
        return replace(step, request=replace(step.request, extras={}))
    limit, fitting, replies = catalog.max_tickets_per_order, {}, []
    for extra_id, number in step.request.extras.items():
        extra = _sold_by(show, extra_id, catalog)
        if extra is None:
            named = _named(extra_id, catalog)
            replies.append(Reply("utter_extra_not_sold", {"extra": named, "show": show.name}))
        elif not extra.has(number):
            values = {"extra": extra.name, "left": extra.left}
            replies.append(Reply("utter_error_extra_sold_out", values))
        else:
            fitting[extra.id] = min(number, limit)
            if number > limit:
                replies.append(Reply("utter_error_too_many_tickets", {"limit": limit}))
    request = replace(step.request, extras=fitting)
    return replace(step, request=request, replies=(*step.replies, *replies))


def extras_amount(show: Show, extras: Mapping[str, int]) -> int:
    """Add up what extras of a show cost, in minor units."""
    return sum(extra.unit_amount * extras.get(extra.id, 0) for extra in show.extras)


def extras_with_prices(show: Show, extras: Mapping[str, int]) -> str:
    """Name extras of a show with what they cost: "2 × Programme ($24.00)"; empty without any."""
    return ", ".join(
        f"{counted(extra.name, extras[extra.id])} "
        f"({amount_text(extra.unit_amount * extras[extra.id], show.currency)})"
        for extra in show.extras
        if extra.id in extras
    )


def subtotal(show: Show, section: Section, purchase: Purchase) -> int:
    """What seats and extras of a purchase cost before a code, in minor units."""
    seats = section.unit_amount * (purchase.quantity or 0)
    return seats + extras_amount(show, purchase.extras)


def _sold_by(show: Show, extra_id: str, catalog: Catalog) -> Extra | None:
    """Find the show's extra of that id, or of the same name where another show calls it so."""
    by_id = next((extra for extra in show.extras if extra.id == extra_id), None)
    if by_id is not None:
        return by_id
    names = {name for extra in _all_of(extra_id, catalog) for name in names_of(extra)}
    return next((extra for extra in show.extras if names & set(names_of(extra))), None)


def _named(extra_id: str, catalog: Catalog) -> str:
    return next((extra.name for extra in _all_of(extra_id, catalog)), extra_id)


def _all_of(extra_id: str, catalog: Catalog) -> list[Extra]:
    return [extra for show in catalog.shows for extra in show.extras if extra.id == extra_id]
