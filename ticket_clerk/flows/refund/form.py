"""The refund form: which tickets, quote, explicit yes, and the money on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from rasa_sdk.events import SlotSet

from ticket_clerk.ticketing.domain.after_sales import RefundQuote
from ticket_clerk.ticketing.domain.errors import NotRefundable, StripeUnavailable, TooManyTickets
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.understanding.answers import agrees_plainly, asked_beside_yes, is_yes
from ticket_clerk.understanding.orders import find_own_order
from ticket_clerk.understanding.refunds import (
    Portion,
    asks_amount,
    asks_money,
    asks_of_refund,
    numbers_of,
    tickets_of,
)
from ticket_clerk.understanding.tickets.choice import asks_which, choose_tickets

from ..form import ConfirmationForm, ask_paid_order
from ..notifications import say_notifications
from ..orders import show_orders
from ..replies import MOST_BUTTONS, Reply, buttons, order_values
from ..step import Step
from ..transfer.own_tickets import names_of, own_tickets
from ..turn import REFUND_FORM, RasaEvents, Turn, say_each, start
from .replies import quote_values, refund_reply, refusal_reply, return_values
from .start import begins_return, refund_answers, refund_obstacles
from .step import (
    NOT_UNDERSTOOD,
    RefundDraft,
    next_refund_question,
    portion_of_slot,
    portion_slot,
    refundable,
    take_refund_step,
)

# What a yes to a refund waits for, if it is asked beside it.
OF_REFUNDS = frozenset({"refund_policy", "refund_time", "exchange_policy", "charged_once"})


@dataclass(frozen=True)
class ShownQuote:
    """Refund quote shown to the buyer; their confirmation covers exactly this."""

    order_id: str
    quantity: int
    generation: int
    amount: str
    tickets: list[str]
    numbers: list[int]


class RefundForm(ConfirmationForm[RefundDraft]):
    """Order, number of tickets and a yes to the quote; ``execute`` refunds."""

    name = REFUND_FORM
    slots = ("refund_order", "refund_quantity", "confirm_refund", "refund_quote")
    consent = "confirm_refund"
    intent = "request_refund"
    not_understood = NOT_UNDERSTOOD
    nothing_done = Reply("utter_nothing_refunded")
    topics = OF_REFUNDS

    def read(self, turn: Turn) -> RefundDraft:
        """Read the draft from the slots; what a refund that was cut off left there is dropped."""
        draft = _draft_of(turn)
        goes_on = draft.order_id is not None and turn.slot("refund_quote") is None
        is_new = draft.asked is None and not goes_on
        return RefundDraft() if is_new else draft

    def write(self, request: RefundDraft) -> Mapping[str, Any]:
        """Give the slots their values."""
        return {
            "refund_order": request.order_id,
            "refund_quantity": portion_slot(request.portion),
            "confirm_refund": request.confirmed or None,
        }

    def next_question(self, request: RefundDraft) -> str | None:
        """Return the slot to ask for next."""
        return next_refund_question(request)

    def advance(self, turn: Turn, before: RefundDraft) -> Step[RefundDraft]:
        """Apply the sentence, and check the result against what the order allows."""
        if before == RefundDraft():
            obstacles = refund_obstacles(turn)
            if obstacles:
                return Step(before, tuple(obstacles), is_over=True)
        owned = {order_id: tickets for order_id, (_, tickets) in own_tickets(turn).items()}
        step = take_refund_step(before, turn.utterance, turn.orders, turn.now, owned)
        draft = step.request
        if draft.confirmed and any(map(asks_of_refund, asked_beside_yes(turn.message.text))):
            # "Yes please. Can I undo it later?" wants to know that first.
            return Step(before)
        if not step.is_answered or step.is_over or draft.confirmed or draft.order_id is None:
            return step
        try:
            quote = refund_requests.quote_refund(turn.container, turn.buyer, draft.order_id)
        except NotRefundable as exc:
            return _without_order(turn, step, before, exc)
        return _with_number(step, quote.quantity_left)

    def concerns(self, turn: Turn) -> bool:
        """Return whether a message may be about the refund."""
        return asks_money(turn.text) or asks_amount(turn.text) or super().concerns(turn)

    def takes_whole(self, turn: Turn) -> bool:
        """Return whether a question is about the very tickets that the summary shows."""
        draft = _draft_of(turn)
        if draft.asked != "confirm_refund":
            # "Can I give one back, and how much do I get?" is answered by the quote.
            return draft.asked is None and asks_amount(turn.text)
        owned = own_tickets(turn).get(draft.order_id or "")
        return asks_which(turn.text) or bool(owned and choose_tickets(turn.text, owned[1]))

    def agrees_beside(self, turn: Turn) -> bool:
        """Return whether a yes of its own stands beside questions about something else."""
        is_own = is_yes(turn.text, "") and agrees_plainly(turn.clauses.statement)
        of_refund = [one for one in turn.clauses.questions if self._is_of_refund(turn, one)]
        return is_own and not of_refund

    def _is_of_refund(self, turn: Turn, question: str) -> bool:
        topic = turn.about(question).topic
        return asks_of_refund(question) or (topic is not None and topic.topic_id in OF_REFUNDS)

    def execute(self, turn: Turn) -> RasaEvents:
        """Execute the confirmed refund once. Safe to repeat."""
        draft, quote = _draft_of(turn), _quote_of(turn)
        if not draft.confirmed:
            return self.fresh_slots()
        if quote is None or quote.order_id != draft.order_id or not _is_of(quote, draft):
            return self.ask_again("refund_quote")
        try:
            request = refund_requests.refund_tickets(
                turn.container,
                turn.buyer,
                quote.order_id,
                quantity=quote.quantity,
                quote_version=quote.generation,
                ticket_ids=quote.tickets,
            )
        except NotRefundable as exc:
            if exc.reason == "changed":
                return self._quote_again(turn)
            turn.read_again()
            turn.say(_refusal(turn.orders, quote.order_id, exc))
        except TooManyTickets:
            return self._quote_again(turn)
        except StripeUnavailable:
            order = queries.any_order(turn.container, quote.order_id)
            values = {**return_values(order), "quantity": quote.quantity, "amount": quote.amount}
            turn.say("utter_refund_noted", **values)
        else:
            reported = say_notifications(turn)
            if all(message.about != request.id for message in reported):
                turn.say(refund_reply(request))
            _tell_kept(turn)
        return self.fresh_slots()

    def _quote_again(self, turn: Turn) -> RasaEvents:
        turn.say("utter_refund_changed")
        return self.ask_again("refund_quote")

    def is_cut_off(self, turn: Turn) -> bool:
        """Return whether the utterance before the last was a yes that nobody carried out.

        So it is when the action server died under it; a yes of another day is none to this.
        """
        is_agreed = is_before = False
        for event in reversed(turn.tracker.events):
            if event.get("event") == "user":
                if is_before:
                    break
                is_before = True
            elif is_before and event.get("event") == "slot" and event["name"] == self.consent:
                is_agreed = is_agreed or event.get("value") is True
        return is_agreed and _draft_of(turn).confirmed is True


FORM = RefundForm()


def ask_refund_order(turn: Turn) -> RasaEvents:
    """List the orders that are paid and in time, with buttons that say their numbers."""
    paid = refundable(turn.orders, turn.now)
    return ask_paid_order(turn, paid, "utter_ask_refund_order", "utter_button_refund_order")


def ask_refund_quantity(turn: Turn) -> RasaEvents:
    """Say how many tickets there are, and ask how many go back."""
    quote = _quote(turn, None)
    few = range(1, min(quote.quantity_left, MOST_BUTTONS))
    titles = [
        turn.line("utter_button_refund_one" if n == 1 else "utter_button_refund_some", n=n)
        for n in few
    ]
    titles.append(turn.line("utter_button_refund_all", n=quote.quantity_left))
    turn.say("utter_ask_refund_quantity", buttons=buttons(titles), **quote_values(quote))
    return []


def ask_confirm_refund(turn: Turn) -> RasaEvents:
    """Quote the refund, ask for confirmation, and store the quote that it covers."""
    quote = _quote(turn, _draft_of(turn).portion)
    values = quote_values(quote)
    values["kept"] = turn.line("utter_line_refund_fee", **values) if quote.fee else ""
    values["which"] = _which(turn, quote)
    values["others"] = _others_of_show(turn, quote)
    shown = asdict(_shown(quote, str(values["amount"])))
    is_again = turn.slot("refund_quote") == shown
    whole = "_beside" if values["others"] else "_whole"
    which = "_again" if is_again else "" if values["rest"] else whole
    titles = [turn.line(f"utter_button_refund_{word}") for word in ("yes", "no")]
    turn.say(f"utter_ask_confirm_refund{which}", buttons=buttons(titles), **values)
    return [SlotSet("refund_quote", shown)]


def begin_refund(turn: Turn) -> RasaEvents:
    """Start the refund form, or answer where nothing can be refunded.

    A form that ended in the turn in which it began would leave Rasa without a rule.
    """
    step = FORM.advance(turn, RefundDraft())
    if step.is_over:
        say_each(turn, step.replies)
        return FORM.fresh_slots()
    return start(REFUND_FORM)


def begin_return(turn: Turn) -> RasaEvents | None:
    """Start the form where somebody who has tickets gives some of them back."""
    return begin_refund(turn) if begins_return(turn) else None


def answer_refund_question(turn: Turn) -> RasaEvents:
    """Say where their refunds are, or the rules and until when they apply."""
    say_each(turn, refund_answers(turn))
    return []


def _tell_kept(turn: Turn) -> None:
    """Show what is left to who asked for their tickets beside the yes."""
    questions = [turn.about(one) for one in turn.clauses.questions]
    if any(one.utterance.intent in {"show_orders", "payment_status"} for one in questions):
        turn.read_again()
        show_orders(turn)


def _without_order(
    turn: Turn, step: Step[RefundDraft], before: RefundDraft, exc: NotRefundable
) -> Step[RefundDraft]:
    """Explain why the chosen order is not refundable, and continue with the others."""
    chosen = str(step.request.order_id)
    replies = (*step.replies, _refusal(turn.orders, chosen, exc))
    if before.order_id and before.order_id != chosen:
        return Step(before, replies)
    others = [order for order in refundable(turn.orders, turn.now) if order.id != chosen]
    return Step(replace(step.request, order_id=None), replies, is_over=not others)


def _with_number(step: Step[RefundDraft], left: int) -> Step[RefundDraft]:
    """Check the number against the remaining tickets; a single ticket needs no question."""
    draft, only = step.request, Decimal(1) if left == 1 else None
    if draft.portion is None:
        return replace(step, request=replace(draft, portion=only))
    number = tickets_of(draft.portion, left)
    if numbers_of(draft.portion) and number and number <= left:
        return step
    if number is None:
        refusal = "utter_refund_not_even"
    elif number != number.to_integral_value():
        refusal = "utter_quantity_not_whole"
    elif number < 1:
        refusal = "utter_refund_too_few"
    elif number > left:
        refusal = "utter_refund_too_many"
    else:
        return replace(step, request=replace(draft, portion=number))
    replies = (*step.replies, Reply(refusal, {"left": left}))
    return replace(step, request=replace(draft, portion=only), replies=replies)


def _refusal(orders: Sequence[Order], order_id: str, exc: NotRefundable) -> Reply:
    order = find_own_order(orders, order_id)
    if order is None:
        return Reply("utter_error_order_not_found")
    return refusal_reply(exc, order, [one for one in orders if one.parent_order_id == order.id])


def _draft_of(turn: Turn) -> RefundDraft:
    order_id = turn.slot("refund_order")
    return RefundDraft(
        order_id=order_id if isinstance(order_id, str) else None,
        portion=portion_of_slot(turn.slot("refund_quantity")),
        confirmed=turn.slot("confirm_refund") is True or None,
        asked=turn.asked_by(REFUND_FORM),
        shown=frozenset(quote.numbers) if (quote := _quote_of(turn)) else frozenset(),
    )


def _quote_of(turn: Turn) -> ShownQuote | None:
    try:
        return ShownQuote(**turn.slot("refund_quote"))
    except TypeError:
        return None


def _quote(turn: Turn, portion: Portion | None) -> RefundQuote:
    order_id = _draft_of(turn).order_id or ""
    numbers = numbers_of(portion)
    _, owned = own_tickets(turn).get(order_id, (None, ())) if numbers else (None, ())
    return refund_requests.quote_refund(
        turn.container,
        turn.buyer,
        order_id,
        int(portion) if isinstance(portion, Decimal) else None,
        ticket_ids=[ticket.id for ticket in owned if ticket.number in numbers],
    )


def _shown(quote: RefundQuote, amount: str) -> ShownQuote:
    return ShownQuote(
        quote.order.id,
        quote.quantity,
        quote.quote_version,
        amount,
        [ticket.id for ticket in quote.tickets],
        [ticket.number for ticket in quote.tickets if ticket.number is not None],
    )


def _which(turn: Turn, quote: RefundQuote) -> str:
    """Say which tickets go and which stay, where some do."""
    if not quote.kept:
        return ""
    goes, stays = names_of(turn, quote.tickets), names_of(turn, quote.kept)
    return turn.line("utter_line_refund_which", goes=goes, stays=stays)


def _others_of_show(turn: Turn, quote: RefundQuote) -> str:
    """List the paid orders of the same show, whose tickets stay whatever goes back of this one."""
    return ", ".join(
        turn.line("utter_line_other_order", **values)
        for order in turn.orders
        if order.show_id == quote.order.show_id
        and order.id != quote.order.id
        and order.status in HELD_BY_BUYER
        and not order.parent_order_id
        and (values := {**order_values(order, turn.now), "quantity": order.tickets_left})
    )


def _is_of(quote: ShownQuote, draft: RefundDraft) -> bool:
    """Return whether a summary showed what the draft is for."""
    numbers = numbers_of(draft.portion)
    return quote.numbers == numbers if numbers else quote.quantity == draft.portion
