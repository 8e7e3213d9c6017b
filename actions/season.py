"""Season tickets: subscribing to one, and asking how the one that a buyer has is doing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from integrations.payments import queries
from integrations.payments.errors import (
    AlreadySubscribed,
    PaymentError,
    StripeUnavailable,
    TooManyOpenOrders,
)
from integrations.payments.models import SeasonTicket
from integrations.payments.money import format_amount
from integrations.payments.season import start_season_ticket

from .buy import is_interrupted, say_open_orders, words_of
from .hearing.answers import hear_rank, is_no, is_pause, is_question, is_stop, is_yes
from .hearing.words import plain, words_with_spans
from .replies import (
    LOCALE,
    Domain,
    RasaEvents,
    always_answers,
    buttons,
    buyer_of,
    line,
    lines,
    order_values,
    say_error,
)
from .season_end import FORM as END_FORM
from .season_end import living, say_standing
from .turn import Words
from .with_shop import WithShop

FORM = "season_form"
_ANSWERING = frozenset(
    "inform affirm deny subscribe_season_tickets buy_tickets nlu_fallback cancel_order "
    "out_of_scope ask_price".split()
)
_DULL = frozenset("season seasons ticket tickets pass passes the a for of subscription".split())
_ENDS = re.compile(r"\b(?:cancel|end|stop|quit|unsubscribe|terminate|don't renew|not renew)\b")
_ASKS = re.compile(
    r"\b(?:is|are|has|did|when|still|until|status)\b.*\bmy\b|\bmy\b.*\b(?:active|due)\b"
)
_CLOSE = 85


class ActionSeasonTicket(WithShop, Action):
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
        shop, said = self.shop, plain(words_of(tracker).text)
        owned = await asyncio.to_thread(living, shop, buyer_of(tracker))
        if _ENDS.search(said) and any(not one.cancel_at_period_end for _, one in owned):
            return [SlotSet("season_order", None), FollowupAction(END_FORM)]
        if _ASKS.search(said) or (_ENDS.search(said) and (owned or "my" in said.split())):
            await say_standing(shop, dispatcher, tracker)
            return []
        catalog = await asyncio.to_thread(queries.catalog, shop)
        if not catalog.season_tickets:
            dispatcher.utter_message(response="utter_no_season_tickets")
            return []
        return [*fresh_slots(), FollowupAction(FORM)]


class ValidateSeasonForm(WithShop, Action):
    """Hears a sentence while a season ticket is spoken of."""

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Fill the slots that the sentence answers; none when it is another rule's to answer."""
        asked = _asked(tracker)
        if is_interrupted(tracker, FORM):
            return [SlotSet("requested_slot", asked)]
        try:
            catalog = await asyncio.to_thread(queries.catalog, self.shop)
        except PaymentError:
            # The question that follows meets the same trouble and says so.
            return [SlotSet("confirm_season", None)]
        words, tickets = words_of(tracker), catalog.season_tickets
        chosen = hear_season_ticket(words.text, tickets)
        before = tracker.slots.get("season_ticket")
        if len(chosen) == 1 and chosen[0].id != before:
            return _slots(chosen[0].id, confirmed=False)
        if asked is None and len(tickets) == 1:
            return _slots(tickets[0].id, confirmed=False)
        if asked is None:
            return _slots(None, confirmed=False)
        return _answer(dispatcher, words, asked, before)


class ActionStartSeason(WithShop, Action):
    """Hands over the link where a season ticket is subscribed to."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_start_season"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Do nothing without a yes to the summary. Safe to repeat."""
        ticket_id = tracker.slots.get("season_ticket")
        if tracker.slots.get("confirm_season") is not True or not isinstance(ticket_id, str):
            return fresh_slots()
        shop, buyer = self.shop, buyer_of(tracker)
        try:
            order = await asyncio.to_thread(
                start_season_ticket, shop, buyer, season_ticket_id=ticket_id
            )
        except AlreadySubscribed as exc:
            dispatcher.utter_message(response="utter_already_subscribed", order_id=exc.order_id)
        except StripeUnavailable:
            dispatcher.utter_message(response="utter_season_delayed")
        except TooManyOpenOrders as exc:
            await say_open_orders(dispatcher, domain, shop, tracker, exc)
        except PaymentError as exc:
            say_error(dispatcher, domain, exc)
        else:
            values = {**order_values(order, shop.now()), "interval": order.interval}
            dispatcher.utter_message(response="utter_season_link", **values)
        return fresh_slots()


class ActionAskSeasonTicket(WithShop, Action):
    """Asks which season ticket."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_season_form_season_ticket"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List them with their prices."""
        catalog = await asyncio.to_thread(queries.catalog, self.shop)
        dispatcher.utter_message(
            response="utter_ask_season_ticket",
            tickets=lines(
                line(domain, "utter_line_season_ticket", **ticket_values(ticket))
                for ticket in catalog.season_tickets
            ),
            buttons=buttons(ticket.name for ticket in catalog.season_tickets[:5]),
        )
        return []


class ActionAskConfirmSeason(WithShop, Action):
    """Sums up what is paid how often, and asks for a yes."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_season_form_confirm_season"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Say that it renews by itself until it is ended."""
        catalog = await asyncio.to_thread(queries.catalog, self.shop)
        wanted = tracker.slots.get("season_ticket")
        ticket = next(ticket for ticket in catalog.season_tickets if ticket.id == wanted)
        titles = ("utter_button_season_yes", "utter_button_season_no")
        dispatcher.utter_message(
            response="utter_ask_confirm_season",
            **ticket_values(ticket),
            buttons=buttons(line(domain, title) for title in titles),
        )
        return []


def ticket_values(ticket: SeasonTicket) -> dict[str, object]:
    """What responses may say of a season ticket that is for sale."""
    price = format_amount(ticket.unit_amount, ticket.currency, LOCALE)
    return {"ticket": ticket.name, "price": price, "interval": ticket.interval}


def hear_season_ticket(text: str, tickets: Sequence[SeasonTicket]) -> list[SeasonTicket]:
    """Find the season tickets that a sentence names by the words that tell them apart."""
    rank = hear_rank(text)
    if rank is not None and rank < len(tickets):
        return [tickets[rank]]
    said = [word for word, _ in words_with_spans(plain(text)) if word not in _DULL]
    return [
        ticket
        for ticket in tickets
        if any(fuzz.ratio(word, telling) >= _CLOSE for word in said for telling in _telling(ticket))
    ]


def fresh_slots() -> RasaEvents:
    """Empty all slots of a subscription."""
    return [SlotSet(name, None) for name in ("season_ticket", "confirm_season")]


def _telling(ticket: SeasonTicket) -> list[str]:
    return [word for word, _ in words_with_spans(plain(ticket.name)) if word not in _DULL]


def _answer(
    dispatcher: CollectingDispatcher, words: Words, asked: str, before: object
) -> RasaEvents:
    text, intent = words.text, words.intent
    is_for_others = intent not in _ANSWERING or (is_question(text) and intent != "ask_price")
    chosen = before if isinstance(before, str) else None
    if text.lstrip().startswith("/"):
        # Nobody agrees in the language of machines.
        dispatcher.utter_message(response="utter_not_understood_in_season")
    elif is_pause(text):
        dispatcher.utter_message(response="utter_take_your_time")
    elif is_stop(text) or is_no(text, intent if asked == "confirm_season" else ""):
        dispatcher.utter_message(response="utter_nothing_subscribed")
        return _over()
    elif asked == "confirm_season" and is_yes(text, intent):
        return _slots(chosen, confirmed=True)
    elif is_for_others:
        return []
    elif intent not in {"subscribe_season_tickets", "ask_price"}:
        dispatcher.utter_message(response="utter_not_understood_in_season")
    return _slots(chosen, confirmed=False)


def _asked(tracker: Tracker) -> str | None:
    return tracker.slots.get("requested_slot") if tracker.active_loop.get("name") == FORM else None


def _slots(ticket_id: str | None, *, confirmed: bool) -> RasaEvents:
    question = "season_ticket" if ticket_id is None else "confirm_season"
    return [
        SlotSet("season_ticket", ticket_id),
        SlotSet("confirm_season", confirmed or None),
        SlotSet("requested_slot", None if confirmed else question),
    ]


def _over() -> RasaEvents:
    return [*fresh_slots(), SlotSet("requested_slot", None)]
