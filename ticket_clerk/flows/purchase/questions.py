"""Questions of the purchase form, each with the possible answers."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from ticket_clerk.ticketing.domain.checkout_terms import EXCLUSIVE
from ticket_clerk.ticketing.domain.models import Order, OrderStatus, Section, Show
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.understanding.answers import is_more, is_pause
from ticket_clerk.understanding.payments.budget import Limit, parse_limit
from ticket_clerk.understanding.quantities import number_readings
from ticket_clerk.understanding.sections import compared_sections

from ..form import QUOTE, quote
from ..order_status import open_order_lines
from ..preference import preferred
from ..replies import (
    Reply,
    amount_text,
    beside,
    buttons,
    format_budget,
    order_values,
    section_values,
    show_values,
    sum_text,
)
from ..show_lists import LISTS, more_shows_reply, section_lines, shows_reply
from ..turn import RasaEvents, Turn
from ..waiting_list import waiting_values
from .extras import extras_amount, extras_with_prices, subtotal
from .form import FORM
from .lines import further_amount, lines_text
from .order_changes import replaceable
from .promotion import Reduction, reduction
from .seats import apart_reply, say_once
from .section_offer import OFFER
from .several_orders import split_titles
from .state import LONGEST_CHOICE, Purchase, find_section, find_show, offered_shows
from .waiting_yes import waits_for_yes

_ASKED_FOR_FACT = "utter_ask_show_for_topic"
_TELL_SECTIONS = frozenset({"utter_prices", "utter_show_facts"})
_SUMMED_UP = (
    "show", "section", "quantity", "replaces_order", "is_changing_order", "promotion_code",
    "order_extras", "order_lines",
)  # fmt: skip


def ask_show(turn: Turn) -> RasaEvents:
    """Offer a few shows with buttons, the next ones after "more"; an answer may have asked it."""
    if _ASKED_FOR_FACT in turn.said:
        return []
    offered = offered_shows(turn.catalog, FORM.read(turn).offered)
    shows = offered or preferred(turn, turn.catalog.shows) or turn.catalog.shows
    is_answered = bool(turn.said)
    is_same = turn.slots_before.get("offered_shows") == turn.slot("offered_shows")
    is_bare = (not offered and is_pause(turn.text)) or (turn.was_asked("show") and is_same)
    if not turn.catalog.shows:
        turn.say("utter_no_shows")
    elif is_more(turn.text) and not is_answered:
        turn.say(more_shows_reply(turn, shows, LONGEST_CHOICE))
    elif turn.said & LISTS or is_bare:
        turn.say("utter_ask_show_again")
    else:
        response = "utter_ask_which_show" if offered else "utter_ask_show"
        turn.say(shows_reply(turn, response, shows, LONGEST_CHOICE))
    return []


def ask_replaces_order(turn: Turn) -> RasaEvents:
    """List the unpaid orders that could be changed, with buttons that say their numbers."""
    orders = replaceable(turn)
    titles = [turn.line("utter_button_change_order", order_id=one.id) for one in orders]
    turn.say(
        "utter_ask_which_to_change",
        orders=open_order_lines(turn, orders),
        buttons=buttons(titles),
    )
    return []


def ask_section(turn: Turn) -> RasaEvents:
    """Offer the sections that have seats, with prices, cheapest first."""
    show, _ = _chosen(turn, FORM.read(turn))
    is_again = _was_asked(turn, "section", show) or bool(turn.said & _TELL_SECTIONS)
    if is_again and _asked_enough(turn, "utter_ask_section_again"):
        return []
    compared = compared_sections(turn.text, show)
    available = [section for section in compared or show.sections if section.seats_left]
    turn.say(
        "utter_ask_section_again" if is_again else "utter_ask_section",
        **show_values(show),
        sections=section_lines(turn, show),
        buttons=buttons(section.name for section in available),
    )
    return []


def ask_quantity(turn: Turn) -> RasaEvents:
    """Ask for the number of tickets, with unit price and limit."""
    purchase = FORM.read(turn)
    show, section = _chosen(turn, purchase)
    is_again = _was_asked(turn, "quantity", show)
    limit, is_waiting = turn.catalog.max_tickets_per_order, purchase.is_waiting
    if is_again and _asked_enough(turn, "utter_ask_quantity_again"):
        return []
    response = "utter_ask_quantity_again" if is_again else "utter_ask_quantity"
    before = turn.slots_before.get("quantity")
    readings = number_readings(turn.text, before if isinstance(before, int) else None)
    likely = [number for number in readings if number <= limit]
    response = "utter_ask_which_quantity" if len(likely) > 1 else response
    turn.say(
        "utter_ask_waiting_quantity" if is_waiting else response,
        **show_values(show),
        **section_values(section, show.currency),
        limit=limit if is_waiting else min(limit, section.seats_left),
        buttons=buttons([str(number) for number in likely] or split_titles(turn)),
    )
    return []


def ask_confirm_order(turn: Turn) -> RasaEvents:
    """Ask for a yes to what it comes to, unless something else has to be asked or told."""
    purchase = FORM.read(turn)
    if OFFER in turn.said:
        return []
    if _goes_without_asking(turn, purchase):
        return []
    if purchase.is_changing:
        turn.say("utter_ask_change")
        return []
    if purchase.is_waiting:
        turn.say("utter_ask_confirm_waiting", **waiting_values(turn, purchase))
        return []
    same = None if purchase.code else _same_open_order(turn, purchase)
    if same:
        turn.say("utter_ask_same_order", **order_values(same, turn.now))
        return quote(same.payment_total)
    return _sum_up(turn, purchase)


def _sum_up(turn: Turn, purchase: Purchase) -> RasaEvents:
    """Sum up show, section, number, price of one and total, and ask for a yes or a change."""
    show, section = _chosen(turn, purchase)
    quantity = purchase.quantity or 0
    price = subtotal(show, section, purchase) + further_amount(purchase, turn.catalog)
    reduced = reduction(turn, purchase.code, price, show.currency)
    if reduced.refusal:
        turn.say(reduced.refusal)
    apart = apart_reply(
        turn,
        show_id=show.id,
        section_id=section.id,
        section=section.name,
        quantity=quantity,
        without=purchase.replaces,
    )
    say_once(turn, apart)
    total = price - reduced.amount
    limit = parse_limit(turn.message.text)
    seats = total - extras_amount(show, purchase.extras)
    if (
        limit
        and not purchase.further
        and not limit.allows(to_major(seats, show.currency) / quantity, quantity)
    ):
        return _say_too_much(turn, show, section, quantity, limit)
    turn.say(
        _summary(turn, purchase, total),
        order_id=purchase.replaces or "",
        quantity=quantity,
        lines=lines_text(purchase, turn.catalog),
        **{
            **_summed_values(turn, purchase, show, section, reduced, total),
            **_difference(turn, purchase, total, show.currency),
        },
    )
    dropped = [SlotSet("promotion_code", None)] if reduced.refusal else []
    return [*quote(total), *dropped]


def _difference(turn: Turn, purchase: Purchase, total: int, currency: str) -> dict[str, str]:
    """Return the sum with how much more or less it is than the order that goes: "$270 (+$74)".

    Sums in two currencies have no difference.
    """
    old = next((one for one in turn.orders if one.id == purchase.replaces), None)
    if old is None or purchase.code or old.amount_total == total or old.currency != currency:
        return {}
    more = total - old.amount_total
    amount = amount_text(abs(more), currency)
    return {"total": f"{amount_text(total, currency)} ({'+' if more > 0 else '−'}{amount})"}


def _summary(turn: Turn, purchase: Purchase, total: int) -> str:
    """Name the response that sums up a purchase of one line or of several."""
    if purchase.further:
        return "utter_ask_confirm_new_lines" if purchase.replaces else "utter_ask_confirm_lines"
    if purchase.replaces:
        # Which order goes is said again, too.
        return "utter_ask_confirm_replacement"
    is_again = _was_summed_up(turn, total)
    return "utter_ask_confirm_order_again" if is_again else "utter_ask_confirm_order"


def _summed_values(
    turn: Turn, purchase: Purchase, show: Show, section: Section, reduced: Reduction, total: int
) -> dict[str, object]:
    """Return the values of what is bought and its sum; ``total`` is in minor units."""
    is_taxed = turn.container.settings.automatic_tax == EXCLUSIVE
    return {
        **show_values(show),
        **section_values(section, show.currency),
        "section": beside(section.name, extras_with_prices(show, purchase.extras)),
        "total": sum_text(
            total,
            show.currency,
            discount=reduced.amount,
            code=reduced.code,
            is_before_tax=is_taxed,
        ),
    }


def _say_too_much(
    turn: Turn, show: Show, section: Section, quantity: int, limit: Limit
) -> RasaEvents:
    """Say that it costs more than the buyer will pay, and offer the sections that don't.

    It is not summed up, so a yes agrees to nothing.
    """
    fitting = [
        part
        for part in show.sections
        if part.seats_left >= quantity
        and limit.allows(to_major(part.unit_amount, show.currency), quantity)
    ]
    least = min(part.unit_amount for part in (fitting or show.sections)) * quantity
    turn.say(
        "utter_within_budget" if fitting else "utter_none_within_budget",
        **show_values(show),
        quantity=quantity,
        section=section.name,
        total=amount_text(section.unit_amount * quantity, show.currency),
        least=amount_text(least, show.currency),
        budget=format_budget(limit.amount, show.currency),
        sections=section_lines(turn, show, quantity, fitting),
        buttons=buttons(part.name for part in fitting),
    )
    return [SlotSet("is_changing_order", True)]


def _chosen(turn: Turn, purchase: Purchase) -> tuple[Show, Section]:
    """Find the chosen show and section; the cheapest section stands in for none."""
    show = find_show(turn.catalog, purchase.show_id)
    if show is None:
        raise LookupError("the show left the catalog within the turn")
    return show, find_section(show, purchase.section_id) or show.sections[0]


def _same_open_order(turn: Turn, purchase: Purchase) -> Order | None:
    """Find the unpaid order of exactly these seats: it would be returned, and none be made."""
    if purchase.replaces:
        return None
    wanted = (purchase.show_id, purchase.section_id, purchase.quantity)
    unpaid = (order for order in turn.orders if order.status is OrderStatus.OPEN)
    bought = (order for order in unpaid if order.parent_order_id is None)
    same = (one for one in bought if (one.show_id, one.section_id, one.quantity) == wanted)
    same = (one for one in same if one.has_extras(purchase.extras))
    return next((one for one in same if one.has_lines(purchase.further)), None)


def _was_summed_up(turn: Turn, total: int) -> bool:
    """Return whether the utterance followed the summary of the same order at the same sum."""
    before = turn.slots_before
    is_same = all(before.get(slot) == turn.slot(slot) for slot in _SUMMED_UP)
    is_quoted = turn.slot(QUOTE) == before.get(QUOTE) == total
    return turn.was_asked("confirm_order") and is_same and is_quoted


def _goes_without_asking(turn: Turn, purchase: Purchase) -> bool:
    """Return whether a message had an answer, while what is proposed waits for its buyer.

    So it does after a pause, and after a no until something is said of what to change.
    """
    before, is_answered = turn.slots_before, _is_answered(turn)
    is_same = all(before.get(slot) == turn.slot(slot) for slot in _SUMMED_UP)
    is_asked = is_answered and is_same and turn.was_asked("confirm_order")
    return is_asked and (purchase.is_changing or waits_for_yes(turn))


def _is_answered(turn: Turn) -> bool:
    return bool(turn.said) and not any("not_understood" in str(one) for one in turn.said)


def _asked_enough(turn: Turn, response: str) -> bool:
    """Return whether the question stood under the last answer, too, and this message had one."""
    return _is_answered(turn) and turn.was_said(Reply(response))


def _was_asked(turn: Turn, slot: str, show: Show) -> bool:
    """Return whether the utterance followed the same question about the same show."""
    before = turn.slots_before
    is_same_section = slot == "section" or before.get("section") == turn.slot("section")
    return turn.was_asked(slot) and before.get("show") == show.id and is_same_section
