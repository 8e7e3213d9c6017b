"""The purchase form: from the first words to the link, or to a place on the waiting list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ticket_clerk.ticketing.domain.errors import (
    CodeNotTaken,
    ExtraSoldOut,
    HostUnavailable,
    OrderNotCancelable,
    PaymentError,
    PriceChanged,
    ShowNotOnSale,
    SoldOut,
    StripeUnavailable,
    TooManyOpenOrders,
    TooManyUnpaidSeats,
)
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import checkout
from ticket_clerk.ticketing.orders.promotions import find_code
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.understanding.answers import (
    asks_difference,
    is_request_after_question,
    is_yes,
    takes_it,
)
from ticket_clerk.understanding.order_changes import switches_seats, wants_same_again
from ticket_clerk.understanding.quantities import parse_increase, parse_quantity

from ..form import QUOTE, ConfirmationForm, quoted_amount
from ..order_status import say_open_orders
from ..replies import Reply, order_values
from ..show_lists import shows_reply
from ..step import Step
from ..turn import BUY_FORM, RasaEvents, Turn
from ..waiting_list import join
from .availability import nearest_shows
from .extras import fit_extras, mentioned_extras, waiting_for_extras, with_extras
from .lines import rotate, take_lines
from .moved_on import take_for_told
from .order_changes import (
    Beginning,
    begin_order_change,
    begin_section_change,
    count_beyond_paid,
    free_own_seats,
    select_order_to_change,
    with_replaced,
)
from .party import with_party
from .promotion import mentioned_code, refusal_reply, take_code, tells_code
from .protest import take_protest, takes_back
from .seats import apart_reply_of, say_once
from .section_offer import answer_offer, offer_section
from .several_orders import begin_next, begin_remaining, keep_split, read_split, with_split
from .state import (
    WHICH_ORDER,
    Purchase,
    find_section,
    find_show,
    next_question,
    offered_shows,
    read_purchase,
    write_purchase,
)
from .step import take_step
from .waiting_yes import hears_yes

_CLOSED = {OrderStatus.EXPIRED.value, OrderStatus.CANCELED.value}


class PurchaseForm(ConfirmationForm[Purchase]):
    """Show, section, number and a yes to the summary; ``execute`` holds the seats."""

    name = BUY_FORM
    slots = (*write_purchase(Purchase()), QUOTE)
    consent = "confirm_order"
    intent = "buy_tickets"
    not_understood = Reply("utter_not_understood_in_order")
    nothing_done = Reply("utter_nothing_ordered")
    repeats_terms = False
    agrees_beside_questions = True

    def read(self, turn: Turn) -> Purchase:
        """Read the purchase from the slots."""
        return read_purchase(turn.tracker.slots, turn.asked_by(self.name))

    def write(self, request: Purchase) -> Mapping[str, Any]:
        """Give the slots their values."""
        return write_purchase(request)

    def is_blank(self, request: Purchase) -> bool:
        """Return whether the buyer has named nothing that is for sale."""
        blank = Purchase(asked=request.asked, offered=request.offered)
        return request == blank and request.asked != WHICH_ORDER

    def next_question(self, request: Purchase) -> str | None:
        """Return the slot to ask for next."""
        return next_question(request)

    def is_elsewhere(self, turn: Turn) -> bool:
        """Return whether something else is wanted than tickets; better seats are chosen here."""
        return turn.utterance.intent != "upgrade_seat" and super().is_elsewhere(turn)

    def hears_yes(self, turn: Turn) -> bool:
        """Return whether a yes may be to what was summed up, some messages ago."""
        return hears_yes(turn)

    def takes_whole(self, turn: Turn) -> bool:
        """Return whether a code or an extra is told: "can I use my code?" is no mere question.

        So is what a change of an unpaid order has begun with.
        """
        purchase = self.read(turn)
        if _is_begun(purchase) or takes_back(turn, purchase):
            return True
        return tells_code(turn, purchase) or mentioned_extras(turn, purchase) is not None

    def takes_question(self, turn: Turn, question: str) -> bool:
        """Return whether the summary of the other seats answers a question that began it."""
        if takes_back(turn, self.read(turn)):
            return False
        asked = turn.about(question)
        is_price = asked.utterance.intent == "ask_price" or asks_difference(question)
        is_change = is_price or switches_seats(question, is_asked=True)
        return is_change or not _is_begun(self.read(turn))

    def agrees_to_same(self, turn: Turn, before: Purchase) -> bool:
        """Return whether a sentence beside a question orders just what is summed up."""
        is_hanging = is_request_after_question(turn.message.text)
        is_taken = takes_it(turn.text) and not is_hanging
        return is_taken and self.step(turn, before).request.confirmed is True

    def leave(self, turn: Turn, replies: Iterable[Reply] = ()) -> RasaEvents:
        """End the purchase; who wanted other seats for an unpaid order reads that it stands."""
        replaced = self.read(turn).replaces
        replies = tuple(replies)
        if replaced is None or replies:
            return super().leave(turn, replies)
        _say_what_goes_on(turn, replaced)
        return self.end()

    def advance(self, turn: Turn, before: Purchase) -> Step[Purchase]:
        """Apply the sentence to the form's purchase, or to an earlier order's.

        What it says of extras and of a code comes first; a yes beside that is to another sum.
        Of several shows or sections one is asked about at a time.
        """
        if _is_begun(before):
            return Step(before)
        step = self._advance_extras(turn, before)
        return rotate(step, free_own_seats(turn, step.request))

    def _advance_extras(self, turn: Turn, before: Purchase) -> Step[Purchase]:
        mention = mentioned_extras(turn, before)
        if mention is None:
            step = self._advance_code(turn, before)
            return fit_extras(step, free_own_seats(turn, step.request))
        step = Step(before) if mention.rest else Step(waiting_for_extras(turn, before))
        if mention.rest:
            beside = self._advance_code(turn.about(mention.rest), before)
            is_known = beside.is_answered and self.not_understood not in beside.replies
            step = beside if is_known else step
        step = replace(step, request=with_extras(step.request, mention))
        return fit_extras(step, free_own_seats(turn, step.request))

    def _advance_code(self, turn: Turn, before: Purchase) -> Step[Purchase]:
        mention = mentioned_code(turn, before)
        if mention is None:
            return self._advance(turn, replace(before, is_giving_code=False))
        purchase, replies = take_code(turn, before, mention)
        if not mention.rest:
            return Step(purchase, replies)
        step = self._advance(turn.about(mention.rest), purchase)
        if not step.is_answered:
            return Step(purchase, replies)
        return replace(step, replies=(*replies, *step.replies))

    def _advance(self, turn: Turn, before: Purchase) -> Step[Purchase]:
        if (split := read_split(turn, before)) is not None:
            return with_split(turn, self._advance_one(turn.about(split.rest), before), split)
        return keep_split(before, self._advance_one(turn, before))

    def _advance_one(self, turn: Turn, before: Purchase) -> Step[Purchase]:
        turn, before = with_replaced(turn, before)
        if (answered := answer_offer(turn, before)) is not None:
            return answered
        if (moved := take_for_told(turn, before)) is not None:
            return moved
        several = take_lines(turn, before, free_own_seats(turn, before))
        if several is not None:
            return several
        begun = _begin(turn, _with_number_told(turn, _with_seats_priced(turn, before)))
        utterance = begun.utterance or turn.utterance
        step = begun.step or take_step(begun.purchase, utterance, begun.catalog, turn.now)
        if any(reply.response == "utter_show_sold_out" for reply in step.replies):
            return _with_nearest(turn, step)
        step = take_protest(turn, before, step)
        return offer_section(turn, before, with_party(turn, before, step))

    def contradicts(self, said: Turn, before: Purchase) -> bool:
        """Return whether another number of tickets is named than those summed up."""
        number = parse_quantity(said.text, asked=False)
        numbers = [before.quantity or 0, *(line.quantity for line in before.further)]
        return number is not None and number not in {*numbers, sum(numbers)}

    def execute(self, turn: Turn) -> RasaEvents:
        """Create the order and send the checkout link, or say why not. Safe to repeat."""
        purchase = self.read(turn)
        if purchase.confirmed is not True:
            # What was listed by the message that left the form is what the next one is about.
            return [event for event in self.fresh_slots() if event["name"] != "offered_shows"]
        try:
            order = _order(turn, purchase)
        except ExtraSoldOut as exc:
            turn.say_error(exc)
            return self.ask_again(QUOTE, "order_extras")
        except SoldOut as exc:
            turn.say_error(exc)
            if purchase.further:
                # Which line it is, is looked for when they are summed up again.
                return self.ask_again(QUOTE)
            return self.ask_again("quantity" if exc.seats_left else "section")
        except PriceChanged as exc:
            turn.say_error(exc)
            return self.ask_again(QUOTE)
        except CodeNotTaken as exc:
            turn.say(refusal_reply(exc))
            return self.ask_again(QUOTE, "promotion_code")
        except StripeUnavailable:
            # The order is stored and its seats are held: say for how long.
            turn.read_again()
            turn.say("utter_error_stripe_unavailable", **order_values(turn.orders[0], turn.now))
        except TooManyOpenOrders as exc:
            say_open_orders(turn, exc)
        except PaymentError as exc:
            turn.say_error(exc)
        else:
            if order is not None:
                say_once(turn, apart_reply_of(turn, order))
                values = order_values(order, turn.now)
                link = "utter_checkout_link" if order.is_held else "utter_checkout_link_unheld"
                turn.say(link, replaces=purchase.replaces, **values)
                if purchase.after:
                    return [*self.fresh_slots(), *begin_next(turn, purchase, order)]
        return self.fresh_slots()

    def is_cut_off(self, turn: Turn) -> bool:
        """Return whether the buyer said yes and the turn died with the server before the order."""
        purchase = self.read(turn)
        return purchase.confirmed is True and purchase.show_id is not None


FORM = PurchaseForm()


def _is_begun(purchase: Purchase) -> bool:
    """Return whether the message that is read has begun to change an order, and is used up."""
    return purchase.asked is None and purchase.replaces is not None


def _begin(turn: Turn, before: Purchase) -> Beginning:
    """Find what the utterance changes: the purchase in the form, or an earlier order."""
    if before.asked == WHICH_ORDER:
        return select_order_to_change(turn, before)
    if (beyond := count_beyond_paid(turn, before)) is not None:
        return beyond
    is_first = before.asked is None or (before.asked == "show" and wants_same_again(turn.text))
    beginning = None
    if is_first and before.show_id is None:
        beginning = begin_remaining(turn) or begin_order_change(turn)
        if beginning is None and turn.utterance.intent == "upgrade_seat":
            beginning = begin_section_change(turn)
    if beginning is not None:
        return beginning
    return Beginning(before, free_own_seats(turn, before) if before.replaces else turn.catalog)


def _with_number_told(turn: Turn, before: Purchase) -> Purchase:
    """Let "one more" change the number that was just summed up, where the number is asked for."""
    is_open = before.asked == "quantity" and before.quantity is None
    if not is_open or not parse_increase(turn.text):
        return before
    told = next(turn.told_lately("quantity"), "")
    return replace(before, quantity=int(told)) if told.isdigit() else before


def _with_seats_priced(turn: Turn, before: Purchase) -> Purchase:
    """Let a yes that begins a purchase take the section whose price was told, and the number."""
    shows = offered_shows(turn.catalog, before.offered)
    is_begun = before.asked is not None or before.section_id is not None
    if is_begun or len(shows) != 1 or not is_yes(turn.text, turn.utterance.intent):
        return before
    section = next(turn.told_lately("priced_section"), "")
    is_of_it = next(turn.told_lately("priced_show"), "") == shows[0].id
    if not is_of_it or find_section(shows[0], section) is None:
        return before
    number = int(next(turn.told_lately("priced_quantity"), "0"))
    quantity = before.quantity or (number if number > 1 else None)
    return replace(before, show_id=shows[0].id, section_id=section, quantity=quantity)


def _with_nearest(turn: Turn, step: Step[Purchase]) -> Step[Purchase]:
    """Offer the nearest alternatives to a sold-out show, if there are any."""
    show = find_show(turn.catalog, step.request.show_id)
    quantity = step.request.quantity or 1
    nearest = nearest_shows(show, turn.catalog.shows, quantity) if show else []
    if show is None or not nearest:
        return step
    offered = (show.id, *(one.id for one in nearest))
    return replace(
        step,
        request=replace(step.request, offered=offered),
        replies=(*step.replies, shows_reply(turn, "utter_nearest_shows", nearest)),
    )


def _order(turn: Turn, purchase: Purchase) -> Order | None:
    """Create the confirmed order; None where the yes confirmed something else."""
    if purchase.is_waiting:
        join(turn, purchase)
        return None
    if purchase.replaces:
        return _exchange(turn, purchase)
    return _order_new(turn, _request_of(turn, purchase), purchase.code)


def _exchange(turn: Turn, purchase: Purchase) -> Order | None:
    """Replace the earlier order; None where it can no longer be replaced.

    Why not, and what the buyer has then, is said here. Raises as ``checkout.start_checkout`` does
    where the new order was made and only its link is missing.
    """
    old_id, request = str(purchase.replaces), _request_of(turn, purchase)
    try:
        if purchase.code is not None:
            promotion = find_code(turn.container, turn.buyer, purchase.code)
            request = replace(request, promotion=promotion)
        return replace_order(turn.container, turn.buyer, old_id, request)
    except OrderNotCancelable as exc:
        if exc.status in _CLOSED:
            return _order_new(turn, request, purchase.code)
        _say_of(turn, "utter_paid_not_changed", old_id)
    except CodeNotTaken as exc:
        turn.say(refusal_reply(exc))
        _say_what_goes_on(turn, old_id)
    except (SoldOut, ShowNotOnSale, TooManyUnpaidSeats, HostUnavailable) as exc:
        turn.say_error(exc)
        _say_what_goes_on(turn, old_id)
    except StripeUnavailable:
        turn.read_again()
        if _own(turn, old_id).status is not OrderStatus.OPEN:
            raise
        _say_of(turn, "utter_change_delayed", old_id)
    return None


def _say_what_goes_on(turn: Turn, old_id: str) -> None:
    """Say which order the buyer still has: the old one, one like it, or none."""
    turn.read_again()
    old = _own(turn, old_id)
    kept = next((one for one in (old, turn.orders[0]) if one.status is OrderStatus.OPEN), None)
    if kept is None:
        turn.say("utter_order_canceled_now", **order_values(old, turn.now))
    else:
        turn.say("utter_order_kept", **{**order_values(kept, turn.now), "replaces": old_id})


def _say_of(turn: Turn, response: str, order_id: str) -> None:
    turn.read_again()
    turn.say(response, **order_values(_own(turn, order_id), turn.now))


def _own(turn: Turn, order_id: str) -> Order:
    return next(order for order in turn.orders if order.id == order_id)


def _request_of(turn: Turn, purchase: Purchase) -> SeatRequest:
    return SeatRequest(
        str(purchase.show_id),
        str(purchase.section_id),
        int(purchase.quantity or 0),
        quoted_amount=quoted_amount(turn),
        extras=purchase.extras,
        further=purchase.further,
    )


def _order_new(turn: Turn, request: SeatRequest, code: str | None) -> Order:
    return checkout.start_checkout(
        turn.container,
        turn.buyer,
        show_id=request.show_id,
        section_id=request.section_id,
        quantity=request.quantity,
        extras=request.extras,
        further=request.further,
        quoted_amount=request.quoted_amount,
        promotion_code=code,
    )
