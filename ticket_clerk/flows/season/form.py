"""The season ticket form: which one, how many, explicit yes, and the link; and how they start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ticket_clerk.ticketing.domain.errors import (
    AlreadySubscribed,
    PaymentError,
    PriceChanged,
    StripeUnavailable,
    TooManyOpenOrders,
)
from ticket_clerk.ticketing.domain.models import SeasonTicket
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket
from ticket_clerk.understanding.season_tickets import (
    asks_status,
    is_about_season,
    is_own_season,
    parse_season_tickets,
    speaks_of_single,
    wants_end,
)
from ticket_clerk.understanding.shows import ParsedShows, parse_shows

from ..form import QUOTE, ConfirmationForm, quote, quoted_amount
from ..order_status import (
    active_season_tickets,
    means_to_end_season,
    say_open_orders,
    unpaid_season_orders,
)
from ..orders import cancel_orders, show_orders
from ..replies import MOST_BUTTONS, Reply, amount_text, buttons, interval_text, lines, order_values
from ..show_lists import remember
from ..step import Step
from ..turn import SEASON_END_FORM, SEASON_FORM, RasaEvents, Turn, say_each, start
from .step import (
    NOT_UNDERSTOOD,
    SeasonDraft,
    find_season_ticket,
    next_season_question,
    take_season_step,
)


class SeasonForm(ConfirmationForm[SeasonDraft]):
    """Season ticket, number and a yes to price and renewal; ``execute`` makes the link."""

    name = SEASON_FORM
    slots = ("season_ticket", "season_quantity", "confirm_season", QUOTE)
    consent = "confirm_season"
    intent = "subscribe_season_tickets"
    beyond_terms = frozenset({"season_covers"})
    not_understood = NOT_UNDERSTOOD

    def read(self, turn: Turn) -> SeasonDraft:
        """Read the draft from the slots."""
        ticket_id, number = turn.slot("season_ticket"), turn.slot("season_quantity")
        is_number = isinstance(number, int | float) and not isinstance(number, bool) and number >= 1
        return SeasonDraft(
            ticket_id=ticket_id if isinstance(ticket_id, str) else None,
            quantity=int(number) if is_number else 1,
            confirmed=turn.slot("confirm_season") is True or None,
            asked=turn.asked_by(self.name),
        )

    def write(self, request: SeasonDraft) -> Mapping[str, Any]:
        """Give the slots their values."""
        return {
            "season_ticket": request.ticket_id,
            "season_quantity": request.quantity,
            "confirm_season": request.confirmed or None,
        }

    def next_question(self, request: SeasonDraft) -> str | None:
        """Return the slot to ask for next."""
        return next_season_question(request)

    def is_elsewhere(self, turn: Turn) -> bool:
        """Return whether a single show is wanted: "two for the opera" names one season ticket, too.

        A season ticket's own words alone mean the season ticket.
        """
        if is_about_season(turn.text):
            return False
        if speaks_of_single(turn.text) or turn.utterance.intent == "buy_tickets":
            return True
        shows = parse_shows(turn.text, turn.catalog.shows, turn.now)
        is_season = parse_season_tickets(turn.text, turn.catalog.season_tickets)
        return super().is_elsewhere(turn) or (shows.has_name and not is_season)

    def leave(self, turn: Turn, replies: Iterable[Reply] = ()) -> RasaEvents:
        """End the form; the shows that the season ticket is named like are spoken of from now."""
        ticket = find_season_ticket(turn.catalog, self.read(turn).ticket_id)
        shows = parse_shows(ticket.name, turn.catalog.shows, turn.now) if ticket else ParsedShows()
        return [*super().leave(turn, replies), *(remember(shows.shows) if shows.has_name else ())]

    def advance(self, turn: Turn, before: SeasonDraft) -> Step[SeasonDraft]:
        """Apply the utterance; a buyer who already owns the season ticket learns that first."""
        step = take_season_step(before, turn.utterance, turn.catalog)
        if step.is_over and not _means_to_end_own(turn):
            return Step(step.request, (Reply("utter_nothing_subscribed"),), is_over=True)
        ticket_id = step.request.ticket_id
        if ticket_id is None or ticket_id == before.ticket_id:
            return step
        owned = [order for order, _ in active_season_tickets(turn) if order.show_id == ticket_id]
        if not owned:
            return step
        values = {"order_id": owned[0].id, "show": owned[0].show_name}
        return Step(step.request, (Reply("utter_already_subscribed", values),), is_over=True)

    def execute(self, turn: Turn) -> RasaEvents:
        """Send the checkout link after confirmation. Safe to repeat."""
        draft = self.read(turn)
        if draft.confirmed and draft.ticket_id is not None:
            return self._subscribe(turn, draft)
        if _means_to_end_own(turn):
            # Whoever was asked about another one spoke of the one that they have.
            return [*self.fresh_slots(), *start(SEASON_END_FORM, season_order=None)]
        return self.fresh_slots()

    def _subscribe(self, turn: Turn, draft: SeasonDraft) -> RasaEvents:
        try:
            order = start_season_ticket(
                turn.container,
                turn.buyer,
                season_ticket_id=str(draft.ticket_id),
                quantity=draft.quantity,
                quoted_amount=quoted_amount(turn),
            )
        except PriceChanged as exc:
            turn.say_error(exc)
            return self.ask_again(QUOTE)
        except AlreadySubscribed as exc:
            turn.say("utter_already_subscribed", order_id=exc.order_id)
        except StripeUnavailable:
            turn.say("utter_season_delayed")
        except TooManyOpenOrders as exc:
            say_open_orders(turn, exc)
        except PaymentError as exc:
            turn.say_error(exc)
        else:
            turn.say("utter_season_link", **order_values(order, turn.now))
        return self.fresh_slots()


FORM = SeasonForm()


def answer_season_ticket(turn: Turn) -> RasaEvents:
    """Start the matching season form, or show the season tickets' status.

    A form that ended in the turn in which it began would leave Rasa without a rule.
    """
    if ends_season_ticket(turn):
        return cancel_orders(turn)
    if asks_status(turn.text):
        return show_orders(turn)
    if not turn.catalog.season_tickets:
        turn.say("utter_no_season_tickets")
        return []
    step = FORM.advance(turn, SeasonDraft())
    if step.is_over:
        say_each(turn, step.replies)
        return FORM.fresh_slots()
    return [*FORM.fresh_slots(), *start(SEASON_FORM)]


def ask_season_ticket(turn: Turn) -> RasaEvents:
    """List the season tickets with their prices."""
    tickets = turn.catalog.season_tickets
    listed = [turn.line("utter_line_season_ticket", **_ticket_values(one, 1)) for one in tickets]
    turn.say(
        "utter_ask_season_ticket",
        tickets=lines(listed),
        buttons=buttons(ticket.name for ticket in tickets[:MOST_BUTTONS]),
    )
    return []


def ask_confirm_season(turn: Turn) -> RasaEvents:
    """Summarize price, interval and automatic renewal, and ask for confirmation."""
    draft = FORM.read(turn)
    ticket = find_season_ticket(turn.catalog, draft.ticket_id)
    if ticket is None:
        turn.say("utter_error_show_not_on_sale")
        return []
    titles = ("utter_button_season_yes", "utter_button_season_no")
    turn.say(
        "utter_ask_confirm_season",
        **_ticket_values(ticket, draft.quantity),
        buttons=buttons(turn.line(title) for title in titles),
    )
    return quote(ticket.unit_amount * draft.quantity)


def _means_to_end_own(turn: Turn) -> bool:
    return wants_end(turn.text) and is_own_season(turn.text) and means_to_end_season(turn)


def ends_season_ticket(turn: Turn) -> bool:
    """Return whether words about season tickets end one that the buyer has, or says to have."""
    has_one = is_own_season(turn.text) or active_season_tickets(turn) or unpaid_season_orders(turn)
    return wants_end(turn.text) and bool(has_one)


def _ticket_values(ticket: SeasonTicket, quantity: int) -> dict[str, object]:
    """Return the template values of a season ticket on sale, for a quantity."""
    return {
        "ticket": ticket.name,
        "quantity": quantity,
        "price": amount_text(ticket.unit_amount, ticket.currency),
        "total": amount_text(ticket.unit_amount * quantity, ticket.currency),
        "interval": interval_text(ticket.interval),
    }
