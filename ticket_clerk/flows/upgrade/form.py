"""Better seats for a paid order: what they cost more, a yes or a no, and the link to pay it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.handoff.handoff import say_all
from ticket_clerk.flows.purchase.form import FORM as BUY_FORM
from ticket_clerk.flows.purchase.form import is_interrupted, say_open_orders, utterance_of
from ticket_clerk.flows.purchase.order_changes import begin_section_change
from ticket_clerk.flows.refund.turn import own_order
from ticket_clerk.flows.refund.wording import return_values
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buyer_of,
    order_values,
    say_error,
)
from ticket_clerk.flows.utterance import Reply, Utterance
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import UpgradeOffer
from ticket_clerk.ticketing.domain.errors import (
    NotUpgradable,
    OrderNotCancelable,
    PaymentError,
    SoldOut,
    StripeUnavailable,
    TooManyOpenOrders,
)
from ticket_clerk.ticketing.domain.models import Order, OrderStatus, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.upgrades import start_upgrade, upgrade_offers
from ticket_clerk.understanding.sections import parse_section, wants_cheaper
from ticket_clerk.understanding.text import order_numbers

from .turn import (
    UpgradeTurn,
    Wish,
    answer,
    is_for_others,
    next_upgrade_question,
    parse_order,
    parse_upgrade_section,
    upgradable,
)

FORM = "upgrade_form"
_SLOTS = ("upgrade_order", "upgrade_section", "confirm_upgrade")


class ActionUpgradeSeat(WithContainer, Action):
    """Answers a wish for better seats."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_upgrade_seat"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Start the form where there is something to ask; say otherwise why not.

        A form that ended in the turn in which it began would leave Rasa without a rule.
        """
        said = await asyncio.to_thread(_obstacles, self.container, tracker)
        if not said:
            return [*fresh_slots(), FollowupAction(FORM)]
        words = utterance_of(tracker)
        if await asyncio.to_thread(begin_section_change, self.container, tracker, words):
            # Other seats for what isn't paid yet cost no difference: it becomes another order.
            return [*fresh_slots(), FollowupAction(BUY_FORM)]
        for one in said:
            dispatcher.utter_message(response=one.response, **one.values)
        return fresh_slots()


class ValidateUpgradeForm(WithContainer, Action):
    """Hears a sentence while better seats are spoken of, and says what cannot be."""

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Fill the slots that the sentence answers; none when it is another rule's to answer."""
        before = wish_of(tracker)
        if is_interrupted(tracker, FORM):
            return [SlotSet("requested_slot", before.asked)]
        try:
            turn = await asyncio.to_thread(_take_turn, self.container, tracker, before)
        except PaymentError:
            # The question that follows meets the same trouble and says so.
            return [SlotSet("confirm_upgrade", None)]
        say_all(dispatcher, tracker, turn.said)
        if not turn.is_answered:
            return []
        if turn.is_over:
            if not turn.said:
                dispatcher.utter_message(response="utter_nothing_upgraded")
            return [*fresh_slots(), SlotSet("requested_slot", None)]
        return _slot_events(turn.wish)


class ActionStartUpgrade(WithContainer, Action):
    """Holds the better seats and hands over the link for the difference."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_start_upgrade"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Do nothing without a yes to the summary. Safe to repeat."""
        wish = wish_of(tracker)
        if not wish.confirmed or wish.order_id is None or wish.section_id is None:
            return fresh_slots()
        return await _start(self.container, dispatcher, tracker, domain, wish)


async def _start(
    container: Container,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: Domain,
    wish: Wish,
) -> RasaEvents:
    buyer, section_id = buyer_of(tracker), str(wish.section_id)
    try:
        upgrade = await asyncio.to_thread(
            start_upgrade, container, buyer, str(wish.order_id), section_id=section_id
        )
    except SoldOut as exc:
        say_error(dispatcher, domain, exc)
        again = [SlotSet("upgrade_section", None), SlotSet("confirm_upgrade", None)]
        return [*again, FollowupAction(FORM)]
    except NotUpgradable as exc:
        orders = await asyncio.to_thread(queries.orders_of, container, buyer)
        said = _refusal(orders, str(wish.order_id), exc)
        dispatcher.utter_message(response=said.response, **said.values)
    except OrderNotCancelable:
        dispatcher.utter_message(response="utter_upgrade_paid_meanwhile")
    except StripeUnavailable:
        # The upgrade is stored and its seats are held.
        dispatcher.utter_message(response="utter_upgrade_delayed")
    except TooManyOpenOrders as exc:
        await say_open_orders(dispatcher, domain, container, tracker, exc)
    else:
        values = {**order_values(upgrade, container.now()), "parent_id": upgrade.parent_order_id}
        dispatcher.utter_message(response="utter_upgrade_link", **values)
    return fresh_slots()


def wish_of(tracker: Tracker) -> Wish:
    """Read the wish from the slots, whose values may be anything."""
    slots = tracker.slots
    order_id, section_id = slots.get("upgrade_order"), slots.get("upgrade_section")
    return Wish(
        order_id=order_id if isinstance(order_id, str) else None,
        section_id=section_id if isinstance(section_id, str) else None,
        confirmed=slots.get("confirm_upgrade") is True,
        asked=slots.get("requested_slot") if tracker.active_loop.get("name") == FORM else None,
    )


def fresh_slots() -> RasaEvents:
    """Empty all slots of an upgrade."""
    return [SlotSet(name, None) for name in _SLOTS]


def wants_other_upgrade(container: Container, tracker: Tracker) -> RasaEvents:
    """Begin the form again for who names a better section while his upgrade isn't paid yet.

    Nothing for whoever does not.
    """
    buyer, text = buyer_of(tracker), utterance_of(tracker).text
    waiting = [
        order
        for order in queries.orders_of(container, buyer)
        if order.parent_order_id is not None and order.status is OrderStatus.OPEN
    ]
    show = find_show_of(container, waiting[0]) if len(waiting) == 1 else None
    parsed = parse_section(text, show, asked=False, quantity=1).section if show else None
    if parsed is None or parsed.id == waiting[0].from_section_id:
        return []
    order_id = waiting[0].parent_order_id
    return [*fresh_slots(), SlotSet("upgrade_order", order_id), FollowupAction(FORM)]


def find_show_of(container: Container, order: Order) -> Show | None:
    """Find the order's show, if it is still on sale."""
    shows = queries.catalog(container).shows
    return next((show for show in shows if show.id == order.show_id), None)


def _take_turn(container: Container, tracker: Tracker, before: Wish) -> UpgradeTurn:
    buyer, words = buyer_of(tracker), utterance_of(tracker)
    orders = queries.orders_of(container, buyer)
    choice = upgradable(orders, container.now())
    if is_for_others(before, words, choice):
        return UpgradeTurn(before, is_answered=False)
    turn = parse_order(before, words, orders, container.now())
    if turn.wish.order_id is None and not turn.said:
        turn = replace(turn, wish=_with_order_of_section(container, turn.wish, words, choice))
    if turn.wish.order_id is not None and not turn.said:
        turn = _with_place(container, tracker, before, turn, orders)
    if turn.said or turn.is_over or turn.wish != before or before.asked is None:
        return turn
    return answer(before, words)


def _with_order_of_section(
    container: Container, wish: Wish, words: Utterance, choice: Sequence[Order]
) -> Wish:
    """Take the one order whose show has the section that was named."""
    shows = {show.id: show for show in queries.catalog(container).shows}
    having = [
        order
        for order in choice
        if order.show_id in shows
        and parse_section(words.text, shows[order.show_id], asked=False, quantity=1).section
    ]
    return replace(wish, order_id=having[0].id) if len(having) == 1 else wish


def _with_place(
    container: Container, tracker: Tracker, before: Wish, turn: UpgradeTurn, orders: Sequence[Order]
) -> UpgradeTurn:
    order_id = str(turn.wish.order_id)
    try:
        offers = upgrade_offers(container, buyer_of(tracker), order_id)
    except NotUpgradable as exc:
        said = (*turn.said, _refusal(orders, order_id, exc))
        others = [one for one in upgradable(orders, container.now()) if one.id != order_id]
        wish = replace(turn.wish, order_id=None, section_id=None)
        return UpgradeTurn(wish, said, is_over=not others)
    show = find_show_of(container, offers[0].order)
    return (
        parse_upgrade_section(before, turn, utterance_of(tracker), show, offers) if show else turn
    )


def offer_of(container: Container, tracker: Tracker) -> UpgradeOffer:
    """Read the offer that the slots name; raises NotUpgradable when it is gone."""
    wish = wish_of(tracker)
    offers = upgrade_offers(container, buyer_of(tracker), str(wish.order_id))
    found = next((offer for offer in offers if offer.section.id == wish.section_id), None)
    if found is None:
        raise NotUpgradable("sold_out")
    return found


def _obstacles(container: Container, tracker: Tracker) -> Sequence[Reply]:
    """Say why nothing can be bettered; nothing where the form may ask."""
    orders = queries.orders_of(container, buyer_of(tracker))
    said = _obstacle(orders, utterance_of(tracker).text, container)
    if said is not None:
        return [said]
    turn = _take_turn(container, tracker, Wish())
    return turn.said if turn.is_over else ()


def _obstacle(orders: Sequence[Order], text: str, container: Container) -> Reply | None:
    if wants_cheaper(text):
        return Reply("utter_upgrade_only_dearer")
    numbers = order_numbers(text)
    named = [order for n in numbers if (order := own_order(orders, n))]
    if numbers and not named:
        return Reply("utter_error_order_not_found")
    if (named and named[0] in upgradable(orders, container.now())) or (
        not named and upgradable(orders, container.now())
    ):
        return None
    unpaid = [order for order in named or orders if order.status is OrderStatus.OPEN]
    if unpaid:
        return Reply("utter_upgrade_unpaid", return_values(unpaid[0]))
    return Reply("utter_upgrade_not_possible") if named else Reply("utter_upgrade_nothing")


def _refusal(orders: Sequence[Order], order_id: str, exc: NotUpgradable) -> Reply:
    order = own_order(orders, order_id)
    if order is None:
        return Reply("utter_error_order_not_found")
    return Reply(f"utter_upgrade_{exc.reason}", return_values(order))


def _slot_events(wish: Wish) -> RasaEvents:
    return [
        SlotSet("upgrade_order", wish.order_id),
        SlotSet("upgrade_section", wish.section_id),
        SlotSet("confirm_upgrade", wish.confirmed or None),
        SlotSet("requested_slot", next_upgrade_question(wish)),
    ]
