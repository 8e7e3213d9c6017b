"""The season end form: season ticket, explicit confirmation, end of the subscription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket
from ticket_clerk.understanding.answers import is_question
from ticket_clerk.understanding.orders import orders_meant
from ticket_clerk.understanding.season_tickets import agrees_to_end, asks_terms, keeps_season
from ticket_clerk.understanding.utterance import Utterance

from ..form import ConfirmationForm
from ..notifications import say_notifications
from ..order_status import OwnedSeason, active_season_tickets, season_end_replies
from ..replies import Reply, buttons, lines, order_values, season_values
from ..step import Step, answer_question
from ..turn import SEASON_END_FORM, RasaEvents, Turn
from .step import NOT_UNDERSTOOD

_ANSWERING = frozenset(
    "inform affirm deny subscribe_season_tickets cancel_order request_refund nlu_fallback "
    "out_of_scope".split()
)


@dataclass(frozen=True)
class SeasonEndDraft:
    """The form's slots; ``asked`` is the one that the buyer was asked for last."""

    order_id: str | None = None
    confirmed: bool | None = None
    asked: str | None = None


class SeasonEndForm(ConfirmationForm[SeasonEndDraft]):
    """Season ticket and a yes to its end; ``execute`` ends it."""

    name = SEASON_END_FORM
    slots = ("season_order", "confirm_season_end")
    consent = "confirm_season_end"
    intent = "subscribe_season_tickets"
    not_understood = NOT_UNDERSTOOD
    nothing_done = Reply("utter_season_goes_on")

    def read(self, turn: Turn) -> SeasonEndDraft:
        """Read the draft from the slots."""
        order_id = turn.slot("season_order")
        return SeasonEndDraft(
            order_id=order_id if isinstance(order_id, str) else None,
            confirmed=turn.slot("confirm_season_end") is True or None,
            asked=turn.asked_by(self.name),
        )

    def write(self, request: SeasonEndDraft) -> Mapping[str, Any]:
        """Give the slots their values."""
        return {
            "season_order": request.order_id,
            "confirm_season_end": request.confirmed or None,
        }

    def next_question(self, request: SeasonEndDraft) -> str | None:
        """Return the slot to ask for next."""
        if request.order_id is None:
            return "season_order"
        return None if request.confirmed else "confirm_season_end"

    def advance(self, turn: Turn, before: SeasonEndDraft) -> Step[SeasonEndDraft]:
        """Apply the sentence to which one, then to the answer to the question."""
        owned = active_season_tickets(turn)
        going_on = [order for order, one in owned if not one.cancel_at_period_end]
        if not going_on:
            return Step(before, season_end_replies(turn, owned), is_over=True)
        asked, order_id = before.asked, before.order_id
        meant = orders_meant(turn.text, going_on)
        if len(meant) == 1 and meant[0].id != order_id:
            return Step(SeasonEndDraft(meant[0].id, asked=asked))
        if asked is None or order_id is None and asked == "confirm_season_end":
            return Step(SeasonEndDraft(asked=asked))
        return _answer(SeasonEndDraft(order_id, asked=asked), turn.utterance)

    def execute(self, turn: Turn) -> RasaEvents:
        """End the confirmed season ticket. Safe to repeat; notifications are delivered once."""
        draft = self.read(turn)
        if not draft.confirmed or draft.order_id is None:
            return self.fresh_slots()
        try:
            ended = cancel_season_ticket(turn.container, turn.buyer, draft.order_id)
        except StripeUnavailable:
            turn.say("utter_season_end_delayed", order_id=draft.order_id)
            return self.fresh_slots()
        reported = say_notifications(turn)
        if all(message.order_id != draft.order_id for message in reported):
            turn.say("utter_season_ends", order_id=draft.order_id, **season_values(ended))
        return self.fresh_slots()


FORM = SeasonEndForm()


def ask_season_order(turn: Turn) -> RasaEvents:
    """List the season tickets that go on, and ask which one shall end."""
    values = [
        _values(turn, pair)
        for pair in active_season_tickets(turn)
        if not pair[1].cancel_at_period_end
    ]
    turn.say(
        "utter_ask_season_order",
        orders=lines(turn.line("utter_line_season_order", **value) for value in values),
        buttons=buttons(turn.line("utter_button_end_season", **value) for value in values),
    )
    return []


def ask_confirm_season_end(turn: Turn) -> RasaEvents:
    """State the end date and that nothing is refunded, and ask for confirmation."""
    order_id = FORM.read(turn).order_id
    pair = next(pair for pair in active_season_tickets(turn) if pair[0].id == order_id)
    titles = ("utter_button_season_end_yes", "utter_button_season_end_no")
    turn.say(
        "utter_ask_confirm_season_end",
        **_values(turn, pair),
        buttons=buttons(turn.line(title) for title in titles),
    )
    return []


def _answer(before: SeasonEndDraft, utterance: Utterance) -> Step[SeasonEndDraft]:
    text, intent = utterance.text, utterance.intent
    is_confirming, agrees = before.asked == "confirm_season_end", agrees_to_end(text)
    if is_confirming and asks_terms(text) and not agrees:
        # The question says until when, and that nothing is refunded.
        return Step(before)
    answered = answer_question(
        before,
        utterance,
        is_confirming=is_confirming,
        agrees=agrees,
        declines=keeps_season(text),
    )
    if answered:
        return answered
    if intent not in _ANSWERING or is_question(text):
        return Step(before, is_answered=False)
    is_same = intent in {"cancel_order", "subscribe_season_tickets"}
    return Step(before, () if is_same else (NOT_UNDERSTOOD,))


def _values(turn: Turn, owned: OwnedSeason) -> dict[str, object]:
    order, subscription = owned
    return {**order_values(order, turn.now), **season_values(subscription)}
