"""Season tickets: a wish for one or a question about one's own, a yes or a no, and the link."""

from __future__ import annotations

import asyncio

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.handoff.handoff import say_all
from ticket_clerk.flows.orders.orders import cancel_orders, show_orders
from ticket_clerk.flows.purchase.form import is_interrupted, say_open_orders, utterance_of
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buyer_of,
    order_values,
    say_error,
)
from ticket_clerk.flows.utterance import Reply
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import (
    AlreadySubscribed,
    PaymentError,
    StripeUnavailable,
    TooManyOpenOrders,
)
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket
from ticket_clerk.understanding.season_tickets import asks_status, wants_end
from ticket_clerk.understanding.text import normalize

from .end import FORM as END_FORM
from .end import active, means_to_end_season, unpaid_season_orders
from .turn import SeasonTurn, SeasonWish, next_season_question, take_season_turn

FORM = "season_form"
_SLOTS = ("season_ticket", "season_quantity", "confirm_season")


class ActionSeasonTicket(WithContainer, Action):
    """Answers whatever is said about season tickets: a wish for one, its end, how it stands."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_season_ticket"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Start the form that fits, or tell how his season tickets stand.

        A form that ended in the turn in which it began would leave Rasa without a rule.
        """
        container, buyer, text = self.container, buyer_of(tracker), utterance_of(tracker).text
        if wants_end(text) and await asyncio.to_thread(_has_or_says_so, container, buyer, text):
            return await cancel_orders(container, dispatcher, tracker, domain)
        if asks_status(text):
            return await show_orders(container, dispatcher, tracker, domain)
        catalog = await asyncio.to_thread(queries.catalog, container)
        if not catalog.season_tickets:
            dispatcher.utter_message(response="utter_no_season_tickets")
            return []
        turn = await asyncio.to_thread(_take_turn, container, tracker, SeasonWish())
        if turn.is_over:
            for said in turn.said:
                dispatcher.utter_message(response=said.response, **said.values)
            return fresh_slots()
        return [*fresh_slots(), FollowupAction(FORM)]


class ValidateSeasonForm(WithContainer, Action):
    """Hears a sentence while a season ticket is spoken of."""

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Fill the slots that the sentence answers; none when it is another rule's to answer."""
        before = season_wish_of(tracker)
        if is_interrupted(tracker, FORM):
            return [SlotSet("requested_slot", before.asked)]
        try:
            turn = await asyncio.to_thread(_take_turn, self.container, tracker, before)
        except PaymentError:
            # The question that follows meets the same trouble and says so.
            return [SlotSet("confirm_season", None)]
        say_all(dispatcher, tracker, turn.said)
        if not turn.is_answered:
            return []
        return _over() if turn.is_over else _slot_events(turn.wish)


class ActionStartSeason(WithContainer, Action):
    """Hands over the link where a season ticket is subscribed to."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_start_season"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Do nothing without a yes to the summary. Safe to repeat."""
        container, buyer, wish = self.container, buyer_of(tracker), season_wish_of(tracker)
        text = utterance_of(tracker).text
        if wish.confirmed and wish.ticket_id is not None:
            await _start(container, dispatcher, tracker, domain, wish)
        elif await asyncio.to_thread(_means_to_end_his, container, buyer, text):
            # Whoever was asked about another one spoke of the one that he has.
            return [*fresh_slots(), SlotSet("season_order", None), FollowupAction(END_FORM)]
        return fresh_slots()


async def _start(
    container: Container,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: Domain,
    wish: SeasonWish,
) -> None:
    try:
        order = await asyncio.to_thread(
            start_season_ticket,
            container,
            buyer_of(tracker),
            season_ticket_id=str(wish.ticket_id),
            quantity=wish.quantity,
        )
    except AlreadySubscribed as exc:
        dispatcher.utter_message(response="utter_already_subscribed", order_id=exc.order_id)
    except StripeUnavailable:
        dispatcher.utter_message(response="utter_season_delayed")
    except TooManyOpenOrders as exc:
        await say_open_orders(dispatcher, domain, container, tracker, exc)
    except PaymentError as exc:
        say_error(dispatcher, domain, exc)
    else:
        dispatcher.utter_message(
            response="utter_season_link", **order_values(order, container.now())
        )


def season_wish_of(tracker: Tracker) -> SeasonWish:
    """Read the wish from the slots, whose values may be anything."""
    ticket_id, number = (tracker.slots.get(name) for name in ("season_ticket", "season_quantity"))
    is_number = isinstance(number, int | float) and not isinstance(number, bool) and number >= 1
    return SeasonWish(
        ticket_id=ticket_id if isinstance(ticket_id, str) else None,
        quantity=int(number) if is_number else 1,
        confirmed=tracker.slots.get("confirm_season") is True,
        asked=tracker.slots.get("requested_slot")
        if tracker.active_loop.get("name") == FORM
        else None,
    )


def fresh_slots() -> RasaEvents:
    """Empty all slots of a subscription."""
    return [SlotSet(name, None) for name in _SLOTS]


def _take_turn(container: Container, tracker: Tracker, before: SeasonWish) -> SeasonTurn:
    """Hear the sentence; whoever has what he asks for is told so instead of its price."""
    buyer, words = buyer_of(tracker), utterance_of(tracker)
    turn = take_season_turn(before, words, queries.catalog(container))
    if turn.is_over and not _means_to_end_his(container, buyer, words.text):
        return SeasonTurn(turn.wish, (Reply("utter_nothing_subscribed"),), is_over=True)
    if turn.wish.ticket_id is None or turn.wish.ticket_id == before.ticket_id:
        return turn
    owned = [order for order, _ in active(container, buyer) if order.show_id == turn.wish.ticket_id]
    if not owned:
        return turn
    said = Reply("utter_already_subscribed", {"order_id": owned[0].id, "show": owned[0].show_name})
    return SeasonTurn(turn.wish, (said,), is_over=True)


def _means_to_end_his(container: Container, buyer: Buyer, text: str) -> bool:
    is_his = wants_end(text) and "my" in normalize(text).split()
    return is_his and means_to_end_season(container, buyer, text)


def _has_or_says_so(container: Container, buyer: Buyer, text: str) -> bool:
    is_his = "my" in normalize(text).split()
    return is_his or bool(active(container, buyer) or unpaid_season_orders(container, buyer))


def _slot_events(wish: SeasonWish) -> RasaEvents:
    return [
        SlotSet("season_ticket", wish.ticket_id),
        SlotSet("season_quantity", wish.quantity),
        SlotSet("confirm_season", wish.confirmed or None),
        SlotSet("requested_slot", next_season_question(wish)),
    ]


def _over() -> RasaEvents:
    return [*fresh_slots(), SlotSet("requested_slot", None)]
