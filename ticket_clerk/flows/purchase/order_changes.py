"""Purchases based on an earlier order: a replacement, or a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Catalog, Order, SeatLine, Section
from ticket_clerk.ticketing.orders.replacement import is_replaceable
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.answers import (
    is_no,
    is_pause,
    is_question,
    is_stop,
    parse_change,
    says_yes,
)
from ticket_clerk.understanding.clauses import pieces_of
from ticket_clerk.understanding.order_changes import (
    adds_order,
    changes_order,
    changes_something,
    counts_paid,
    switches_seats,
    wants_more,
    wants_same_again,
    what_goes,
)
from ticket_clerk.understanding.orders import (
    names_order,
    order_going,
    orders_meant,
    select_by_size,
    select_order,
)
from ticket_clerk.understanding.quantities import parse_more, parse_quantity
from ticket_clerk.understanding.sections import section_of, sections_named, without_name
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import blank_out, normalize, order_numbers
from ticket_clerk.understanding.utterance import Utterance

from ..replies import Reply
from ..step import Step
from ..turn import BUY_FORM, RasaEvents, Turn, start
from .availability import refuse_number
from .state import WHICH_ORDER, Purchase, find_show, write_purchase
from .step import ANSWERING_INTENTS, take_step

_ANSWERS = frozenset({"inform", "affirm", "deny"})
LINKS = frozenset({"utter_checkout_link", "utter_checkout_link_unheld", "utter_seats_back"})


@dataclass(frozen=True)
class Beginning:
    """Initial purchase, with the catalog in which its own seats count as free.

    ``step`` is what became of the sentence where it is used up: then nothing is left to parse in
    it. ``utterance`` is an earlier one that is to be parsed now instead of the last one.
    ``is_other_show`` says that the sentence names another show than the order's.
    """

    purchase: Purchase
    catalog: Catalog
    step: Step[Purchase] | None = None
    utterance: Utterance | None = None
    is_other_show: bool = False


def begin_order_change(turn: Turn) -> Beginning | None:
    """Start from the order that the utterance changes or repeats; None if it does neither.

    A change must say something that the order is not, or what of it is wrong. Of several orders
    it asks which.
    """
    utterance, bought = turn.utterance, purchases(turn)
    if not bought:
        return None
    if (more := _begin_more(turn, bought)) is not None:
        return more
    if wants_same_again(utterance.text) or _wants_more_of(bought[0], turn):
        start = purchase_like(bought[0])
        if parse_quantity(utterance.text, asked=True) is not None:
            start = replace(start, quantity=None, asked="quantity")
        return Beginning(start, turn.catalog)
    # After a link even what sounds like a question or a purchase may be about what was ordered.
    is_answer = turn.last_response in LINKS and not is_question(utterance.text)
    is_change = changes_order(utterance.text)
    if adds_order(utterance.text) or not (is_answer or is_change):
        return None
    meant = _orders_meant(utterance.text, [order for order in bought if is_replaceable(order)])
    changes = [found for order in meant if (found := change_order(turn, utterance, order))]
    has_name = parse_shows(utterance.text, turn.catalog.shows, turn.now).has_name
    if not is_change and _is_new_order(utterance, changes, len(meant), has_name=has_name):
        return None
    if len(meant) > 1 and changes:
        return _ask_which(turn)
    return changes[0] if changes else None


def _begin_more(turn: Turn, bought: Sequence[Order]) -> Beginning | None:
    """Start an order of what is wanted beyond paid tickets: "one more", "make it 3".

    It is of the show and the section that are paid, unless another of them is named.
    """
    named = parse_shows(turn.text, turn.catalog.shows, turn.now)
    ids = {show.id for show in named.shows}
    paid = [order for order in bought if order.status in HELD_BY_BUYER]
    order = next((one for one in paid if not ids or one.show_id in ids), None)
    show = find_show(turn.catalog, order.show_id) if order else None
    is_of_it = ids or turn.slot("offered_shows") in (None, [show.id if show else None])
    if order is None or show is None or is_replaceable(bought[0]) or len(ids) > 1 or not is_of_it:
        return None
    section = section_of(blank_out(normalize(turn.text), named.spans), show)
    is_elsewhere = section is not None and section.id != order.section_id
    more = None if is_elsewhere else parse_more(turn.text, _paid_of(order, paid))
    like = replace(purchase_like(order), extras={}, further=())
    return None if more is None else of_number(like, more, turn)


def count_beyond_paid(turn: Turn, before: Purchase) -> Beginning | None:
    """Count what is ordered without what is paid: "three in all", "one more, I have two already".

    None where no tickets of the show are paid, or the sentence doesn't speak of them.
    """
    paid = [order for order in purchases(turn) if order.status in HELD_BY_BUYER]
    order = next((one for one in paid if one.show_id == before.show_id), None)
    if order is None or before.asked is None or before.replaces or not counts_paid(turn.text):
        return None
    more = parse_more(turn.text, _paid_of(order, paid))
    return None if more is None else of_number(before, more, turn)


def _paid_of(order: Order, paid: Sequence[Order]) -> int:
    return sum(one.tickets_left for one in paid if one.show_id == order.show_id)


def of_number(purchase: Purchase, number: int, turn: Turn) -> Beginning:
    """Begin with a purchase of so many tickets, whatever other numbers the sentence has."""
    start = replace(purchase, quantity=None, asked="quantity")
    return Beginning(start, turn.catalog, utterance=Utterance(f"{number} tickets", "inform"))


def _wants_more_of(order: Order, turn: Turn) -> bool:
    """Return whether a number of tickets more, of nothing that is named, is of a paid order."""
    if is_replaceable(order) or not wants_more(turn.text):
        return False
    parsed, offered = (
        parse_shows(turn.text, turn.catalog.shows, turn.now),
        turn.slot("offered_shows"),
    )
    is_of_it = offered in (None, [order.show_id]) or "same" in turn.text.lower()
    return not parsed.shows and is_of_it


def begin_section_change(turn: Turn) -> Beginning | None:
    """Begin to change the section of what isn't paid yet; None where nothing is unpaid."""
    meant = _orders_meant(turn.text, replaceable(turn))
    if len(meant) > 1:
        return _ask_which(turn)
    return _begin_to_change(turn, turn.utterance, meant[0]) if meant else None


def begin_other_seats(turn: Turn) -> RasaEvents | None:
    """Begin to change an unpaid order to the section that a message names, be it asked.

    Whatever else the message says, nothing is paid yet: the summary tells what goes, what comes and
    the difference, and only a yes changes it. None where no other section of the one unpaid order's
    show is wanted.
    """
    text, is_asked = turn.text, is_question(turn.text) or bool(turn.clauses.questions)
    is_wanted = switches_seats(text, is_asked=is_asked) or (not is_asked and is_stop(text))
    is_said = not (turn.utterance.selected or turn.utterance.is_command or order_numbers(text))
    if not (is_said and is_wanted) or turn.active_form:
        return None
    order = _only_unpaid(turn)
    # "Cancel that one and make 2 parquet": what is canceled is not requested.
    kept = " ".join(one for one in pieces_of(text) if not is_stop(one))
    section = _only_other_section(turn.about(kept), order) if order and kept else None
    if order is None or section is None:
        return None
    number = parse_quantity(without_name(text, section), asked=False) or order.quantity
    limit = min(turn.catalog.max_tickets_per_order, section.seats_left)
    if refuse_number(Decimal(number), limit):
        return None
    start_from = replace(purchase_like(order), section_id=section.id, quantity=int(number))
    return start(BUY_FORM, **write_purchase(replace(start_from, replaces=order.id)))


def _only_unpaid(turn: Turn) -> Order | None:
    """Return the one unpaid order, where no tickets of its show are paid and it has one line."""
    unpaid = replaceable(turn)
    order = unpaid[0] if len(unpaid) == 1 and not unpaid[0].further_lines else None
    is_paid = order and any(
        one.status in HELD_BY_BUYER and one.show_id == order.show_id for one in purchases(turn)
    )
    return None if is_paid else order


def _only_other_section(turn: Turn, order: Order) -> Section | None:
    """Return the only other section of an order's show that is named, if no other show is."""
    named = parse_shows(turn.text, turn.catalog.shows, turn.now)
    show = find_show(turn.catalog, order.show_id)
    if show is None or (named.has_name and [one.id for one in named.shows] != [show.id]):
        return None
    others = [one for one in sections_named(turn.text, show) if one.id != order.section_id]
    return others[0] if len(others) == 1 else None


def select_order_to_change(turn: Turn, before: Purchase) -> Beginning:
    """Continue with the selected order and the request that was stored for it.

    An utterance that selects none may cancel, replace the request, or belong to another rule.
    """
    utterance, orders = turn.utterance, replaceable(turn)
    if not orders:
        # Paid or expired meanwhile: the utterance is a request of its own.
        return Beginning(Purchase(), turn.catalog)
    chosen = select_order_of(turn, orders)
    if utterance.intent == "cancel_order" and chosen is not None and is_stop(utterance.text):
        return Beginning(before, turn.catalog, Step(before, is_answered=False))
    if chosen is not None:
        request = Utterance(before.request, "inform")
        return replace(_begin_to_change(turn, request, chosen), utterance=request)
    if is_stop(utterance.text) or is_no(utterance.text, utterance.intent):
        return Beginning(before, turn.catalog, Step(before, is_over=True))
    if changes_order(utterance.text) and change_order(turn, utterance, orders[0]):
        return _ask_which(turn)
    has_name = parse_shows(utterance.text, turn.catalog.shows, turn.now).has_name
    if utterance.intent == "buy_tickets" or has_name:
        return Beginning(Purchase(), turn.catalog)
    return Beginning(before, turn.catalog, _no_selection(before, utterance))


def select_order_of(turn: Turn, orders: Sequence[Order]) -> Order | None:
    """Find the one order that the utterance selects, also by its show's kind, city or date."""
    if len(orders) == 1:
        return orders[0]
    chosen = select_order(turn.text, orders)
    if chosen is not None:
        return chosen
    ids = {order.show_id for order in orders}
    shows = [show for show in turn.catalog.shows if show.id in ids]
    parsed = parse_shows(turn.text, shows, turn.now).shows
    meant = [order for order in orders if len(parsed) == 1 and order.show_id == parsed[0].id]
    return meant[0] if len(meant) == 1 else None


def free_own_seats(turn: Turn, purchase: Purchase) -> Catalog:
    """Count the seats of the order to be replaced as free."""
    own = [order for order in replaceable(turn) if order.id == purchase.replaces]
    return with_seats_of(own[0], turn.catalog) if own else turn.catalog


def with_replaced(turn: Turn, before: Purchase) -> tuple[Turn, Purchase]:
    """Let the purchase take the place of the unpaid order that the utterance says shall go.

    So do "the loge, instead of my parquet order" and "yes, and cancel the parquet one". The words
    for it are taken out of the turn; both are unchanged where it says nothing of the kind.
    """
    if before.show_id is None or turn.utterance.selected or turn.utterance.is_command:
        return turn, before
    is_agreed = before.asked == "confirm_order" and says_yes(turn.text)
    found = what_goes(turn.text, agreed=is_agreed)
    order = order_going(found[0], replaceable(turn)) if found else None
    if found is None or order is None or _is_of_purchase(found[0], order, before):
        return turn, before
    rest = "" if is_no(found[1], intent="") else found[1]
    return turn.about(rest), replace(before, replaces=order.id)


def _is_of_purchase(words: str, order: Order, purchase: Purchase) -> bool:
    """Return whether the words for seats to go may as well be for those that are being bought."""
    is_same = (order.show_id, order.section_id) == (purchase.show_id, purchase.section_id)
    return is_same and not purchase.replaces and "order" not in words


def change_order(turn: Turn, utterance: Utterance, order: Order) -> Beginning | None:
    """Start from an order that the utterance changes; None if it changes none."""
    catalog = with_seats_of(order, turn.catalog)
    start = replace(purchase_like(order), asked="confirm_order", replaces=order.id)
    # "Change ord_…" says which, and what to change is asked next.
    is_open = bool(order_numbers(utterance.text))
    step = take_step(start, utterance, catalog, turn.now)
    if not is_open and step.is_answered and not step.is_over:
        has_changed = _wanted(step.request) != _wanted(start)
        if has_changed or parse_change(utterance.text, asked=False):
            is_other = step.request.show_id != start.show_id
            return Beginning(start, catalog, is_other_show=is_other)
    if not changes_something(utterance.text):
        return None
    return Beginning(start, catalog, Step(replace(start, is_changing=True)))


def purchases(turn: Turn) -> list[Order]:
    """List the buyer's orders of tickets, newest first."""
    return [order for order in turn.orders if product_of(order).owns_tickets]


def replaceable(turn: Turn) -> list[Order]:
    """List the buyer's orders that may become another, newest first."""
    return [order for order in purchases(turn) if is_replaceable(order)]


def _begin_to_change(turn: Turn, utterance: Utterance, order: Order) -> Beginning:
    """Start changing an order, and leave the missing slots to be asked."""
    begun = change_order(turn, utterance, order)
    if begun is not None:
        return begun
    start = replace(purchase_like(order), asked="confirm_order", replaces=order.id)
    is_section = parse_change(utterance.text, asked=True) == "section"
    changed = replace(start, section_id=None) if is_section else replace(start, is_changing=True)
    return Beginning(start, with_seats_of(order, turn.catalog), Step(changed))


def _ask_which(turn: Turn) -> Beginning:
    """Ask which order is meant, and store the utterance until then."""
    asked = Purchase(asked=WHICH_ORDER, request=turn.text)
    return Beginning(asked, turn.catalog, Step(asked))


def _no_selection(before: Purchase, utterance: Utterance) -> Step[Purchase]:
    if is_pause(utterance.text):
        return Step(before, (Reply("utter_take_your_time"),))
    if is_question(utterance.text) or utterance.intent not in ANSWERING_INTENTS:
        return Step(before, is_answered=False)
    return Step(before, (Reply("utter_not_understood_in_order"),))


def _orders_meant(text: str, orders: Sequence[Order]) -> list[Order]:
    """Choose the orders that are named, else all."""
    if order_numbers(text) or names_order(text, orders):
        return orders_meant(text, orders)
    return select_by_size(text, orders) or list(orders)


def _is_new_order(
    utterance: Utterance, changes: Sequence[Beginning], orders: int, *, has_name: bool
) -> bool:
    """Return whether a sentence that doesn't speak of changing is for one more order.

    So is another show with its number of tickets, or with the word for buying, another show
    where several orders wait, and whatever says it all: buying, how many, and of which show.
    """
    is_other = any(found.is_other_show for found in changes)
    is_buying = utterance.intent not in _ANSWERS
    has_number = parse_quantity(utterance.text, asked=False) is not None
    if is_buying and has_number and has_name:
        return True
    return is_other and (orders > 1 or is_buying or has_number)


def purchase_like(order: Order) -> Purchase:
    """Return a purchase that repeats an order."""
    return Purchase(
        show_id=order.show_id,
        section_id=order.section_id,
        quantity=order.quantity,
        code=order.promotion_code,
        extras={line.extra_id: line.quantity for line in order.extras},
        further=tuple(map(SeatLine.of, order.further_lines)),
    )


def _wanted(purchase: Purchase) -> tuple[object, ...]:
    key = (purchase.show_id, purchase.section_id, purchase.quantity, purchase.offered)
    return (*key, purchase.further)


def with_seats_of(order: Order, catalog: Catalog) -> Catalog:
    """Count the seats and extras of an order as free, line by line."""
    for line in order.paid_together:
        catalog = _with_seats_of(line, catalog)
    return catalog


def _with_seats_of(order: Order, catalog: Catalog) -> Catalog:
    own = {line.extra_id: line.quantity for line in order.extras}

    def widened(show_id: str, section_id: str, left: int) -> int:
        is_there = (show_id, section_id) == (order.show_id, order.section_id)
        return left + order.quantity if is_there else left

    shows = tuple(
        replace(
            show,
            sections=tuple(
                replace(part, seats_left=widened(show.id, part.id, part.seats_left))
                for part in show.sections
            ),
            extras=tuple(
                replace(one, left=one.left + own.get(one.id, 0))
                if one.left is not None and show.id == order.show_id
                else one
                for one in show.extras
            ),
        )
        for show in catalog.shows
    )
    return replace(catalog, shows=shows)
