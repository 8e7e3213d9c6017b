"""Giving tickets back: what can be had for them, a yes or a no, and the money on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.handoff.handoff import say_all
from ticket_clerk.flows.notifications.notifications import say_notifications
from ticket_clerk.flows.purchase.form import is_interrupted, utterance_of
from ticket_clerk.flows.replies import Domain, RasaEvents, always_answers, buyer_of
from ticket_clerk.flows.utterance import Reply
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import (
    NotRefundable,
    PaymentError,
    StripeUnavailable,
    TooManyTickets,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.understanding.refunds import tickets_of

from .start import start_refund
from .turn import (
    FORM,
    Return,
    ReturnTurn,
    next_refund_question,
    own_order,
    portion_of_slot,
    portion_slot,
    returnable,
    take_refund_turn,
)
from .wording import refund_reply, refusal_reply, return_values


@dataclass(frozen=True)
class SaidQuote:
    """What the buyer was told that he would get; his yes is to this and nothing else."""

    order_id: str
    quantity: int
    generation: int
    amount: str


class ValidateRefundForm(WithContainer, Action):
    """Hears a sentence while a refund is spoken of, and says what cannot be."""

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Fill the slots that the sentence answers; none when it is another rule's to answer."""
        before = return_of(tracker)
        if is_interrupted(tracker, FORM):
            return [SlotSet("requested_slot", before.asked)]
        try:
            if is_new(tracker):
                before = Return()
                if not await start_refund(self.container, dispatcher, tracker, domain):
                    return _end()
            turn = await asyncio.to_thread(_take_turn, self.container, tracker, before)
        except PaymentError:
            # The question that follows meets the same trouble and says so.
            return [SlotSet("confirm_refund", None)]
        say_all(dispatcher, tracker, turn.said)
        if not turn.is_answered:
            return []
        if turn.is_over:
            if not turn.said:
                dispatcher.utter_message(response="utter_nothing_refunded")
            return _end()
        return _slot_events(turn.wish)


class ActionRefund(WithContainer, Action):
    """Gives back what the buyer agreed to, and says what became of it."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_refund"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Do nothing without a yes to what was quoted. Safe to repeat."""
        return await give_back(self.container, dispatcher, tracker)


async def give_back(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker
) -> RasaEvents:
    """Give back what the slots say that the buyer agreed to, once. Safe to repeat."""
    wish, quote = return_of(tracker), _quote_of(tracker)
    if not wish.confirmed:
        return fresh_slots()
    if quote is None or quote.order_id != wish.order_id or quote.quantity != wish.portion:
        return _ask_again()
    try:
        request = await asyncio.to_thread(
            refund_requests.refund_tickets,
            container,
            buyer_of(tracker),
            quote.order_id,
            quantity=quote.quantity,
            generation=quote.generation,
        )
    except (NotRefundable, TooManyTickets) as exc:
        if isinstance(exc, NotRefundable) and exc.reason != "changed":
            said = await asyncio.to_thread(
                _why_not, container, buyer_of(tracker), quote.order_id, exc
            )
            dispatcher.utter_message(response=said.response, **said.values)
            return fresh_slots()
        dispatcher.utter_message(response="utter_refund_changed")
        return _ask_again()
    except StripeUnavailable:
        order = await asyncio.to_thread(queries.any_order, container, quote.order_id)
        values = {**return_values(order), "quantity": quote.quantity, "amount": quote.amount}
        dispatcher.utter_message(response="utter_refund_noted", **values)
        return fresh_slots()
    told = await say_notifications(container, dispatcher, tracker)
    if all(message.about != request.id for message in told):
        said = refund_reply(request)
        dispatcher.utter_message(response=said.response, **said.values)
    return fresh_slots()


def return_of(tracker: Tracker) -> Return:
    """Read the wish from the slots, whose values may be anything."""
    slots = tracker.slots
    order_id = slots.get("refund_order")
    return Return(
        order_id=order_id if isinstance(order_id, str) else None,
        portion=portion_of_slot(slots.get("refund_quantity")),
        confirmed=slots.get("confirm_refund") is True,
        asked=slots.get("requested_slot") if tracker.active_loop.get("name") == FORM else None,
    )


def is_new(tracker: Tracker) -> bool:
    """Whether the form begins with this sentence, and does not go on after a change.

    What a refund that was cut off has left in the slots is not gone on with.
    """
    wish = return_of(tracker)
    goes_on = wish.order_id is not None and tracker.slots.get("refund_quote") is None
    return wish.asked is None and not goes_on


def is_refund_cut_off(tracker: Tracker) -> bool:
    """Whether the buyer's last sentence but this was a yes that nobody carried out.

    So it is when the action server died under it; a yes of another day is none to this.
    """
    is_agreed = False
    heard_this = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if heard_this:
                break
            heard_this = True
        elif heard_this and event.get("event") == "slot" and event["name"] == "confirm_refund":
            is_agreed = is_agreed or event.get("value") is True
    return is_agreed and return_of(tracker).confirmed


def fresh_slots() -> RasaEvents:
    """Empty all slots of a refund."""
    names = ("refund_order", "refund_quantity", "confirm_refund", "refund_quote")
    return [SlotSet(name, None) for name in names]


def _take_turn(container: Container, tracker: Tracker, before: Return) -> ReturnTurn:
    buyer = buyer_of(tracker)
    orders = queries.orders_of(container, buyer)
    turn = take_refund_turn(before, utterance_of(tracker), orders, container.now())
    if not turn.is_answered or turn.is_over or turn.wish.confirmed or turn.wish.order_id is None:
        return turn
    try:
        left = refund_requests.quote_refund(container, buyer, turn.wish.order_id).quantity_left
    except NotRefundable as exc:
        return _without_order(container, turn, before, orders, exc)
    return _with_number(turn, left)


def _without_order(
    container: Container,
    turn: ReturnTurn,
    before: Return,
    orders: Sequence[Order],
    exc: NotRefundable,
) -> ReturnTurn:
    """Say why the chosen order can't go back, and go on with what could."""
    chosen = turn.wish.order_id
    said = (*turn.said, _refusal(orders, str(chosen), exc))
    if before.order_id and before.order_id != chosen:
        return ReturnTurn(before, said)
    others = [order for order in returnable(orders, container.now()) if order.id != chosen]
    return ReturnTurn(replace(turn.wish, order_id=None), said, is_over=not others)


def _with_number(turn: ReturnTurn, left: int) -> ReturnTurn:
    """Check how many against what is left; of a single ticket nobody needs to ask how many."""
    wish = turn.wish
    if wish.portion is None:
        return (
            replace(turn, wish=replace(wish, portion=tickets_of("all", 1))) if left == 1 else turn
        )
    number = tickets_of(wish.portion, left)
    if number is None:
        refusal = "utter_refund_not_even"
    elif number != number.to_integral_value():
        refusal = "utter_quantity_not_whole"
    elif number < 1:
        refusal = "utter_refund_too_few"
    elif number > left:
        refusal = "utter_refund_too_many"
    else:
        return replace(turn, wish=replace(wish, portion=number))
    said = (*turn.said, Reply(refusal, {"left": left}))
    # Of a single ticket nobody needs to ask how many.
    portion = Decimal(1) if left == 1 else None
    return replace(turn, wish=replace(wish, portion=portion), said=said)


def _why_not(container: Container, buyer: Buyer, order_id: str, exc: NotRefundable) -> Reply:
    return _refusal(queries.orders_of(container, buyer), order_id, exc)


def _refusal(orders: Sequence[Order], order_id: str, exc: NotRefundable) -> Reply:
    order = own_order(orders, order_id)
    if order is None:
        return Reply("utter_error_order_not_found")
    return refusal_reply(exc, order, [one for one in orders if one.parent_order_id == order.id])


def _end() -> RasaEvents:
    return [*fresh_slots(), SlotSet("requested_slot", None)]


def _slot_events(wish: Return) -> RasaEvents:
    return [
        SlotSet("refund_order", wish.order_id),
        SlotSet("refund_quantity", portion_slot(wish.portion)),
        SlotSet("confirm_refund", wish.confirmed or None),
        SlotSet("requested_slot", next_refund_question(wish)),
    ]


def _ask_again() -> RasaEvents:
    return [
        SlotSet("refund_quote", None),
        SlotSet("confirm_refund", None),
        FollowupAction(FORM),
    ]


def _quote_of(tracker: Tracker) -> SaidQuote | None:
    value: Any = tracker.slots.get("refund_quote")
    try:
        return SaidQuote(**value)
    except TypeError:
        return None
