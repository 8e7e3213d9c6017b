"""The dialogue manager: what a buyer's message leads to, outside of a form and in one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import HandoffReason, OrderStatus
from ticket_clerk.ticketing.waiting_list.waiting_list import waits_of
from ticket_clerk.understanding.answers import agrees_plainly, wants_cheapest
from ticket_clerk.understanding.budget import parse_budget
from ticket_clerk.understanding.clauses import after_leaving
from ticket_clerk.understanding.intents import SURE, UNCLEAR, WORTH_A_TRY, intent_scores
from ticket_clerk.understanding.orders import asks_canceled
from ticket_clerk.understanding.season_tickets import is_about_season
from ticket_clerk.understanding.text import order_numbers
from ticket_clerk.understanding.topics import LEAST_SCORE, SURE_TOPIC, TopicMatch

from .advice import asked_ranking
from .browse import (
    asks_price_of_section,
    browse,
    list_shows,
    parse_named_shows,
    say_goodbye,
    subject_of,
    tell_price,
    tell_show,
)
from .facts import answer_topic
from .fallback import take_fallback
from .form import ConfirmationForm, say_step
from .handoff import start_handoff
from .order_status import (
    active_season_tickets,
    say_season_status,
    status_replies,
    unpaid_season_orders,
)
from .orders import (
    cancel_orders,
    cancel_selected,
    order_turned_down,
    selects_order_to_cancel,
    show_orders,
    speaks_of_order,
)
from .refund.form import answer_refund_question, begin_refund
from .refund.step import refundable
from .season_ticket import answer_season_ticket, ends_season_ticket
from .step import Step, confirm
from .turn import BUY_FORM, SEASON_END_FORM, SEASON_FORM, RasaEvents, Turn, start
from .upgrade import begin_other_upgrade, begin_seat_change, start_seat_upgrade
from .waiting_list import use_waiting_list

log = logging.getLogger(__name__)

Handler = Callable[[Turn], RasaEvents]
Form = ConfirmationForm[Any]


def _say(response: str) -> Handler:
    def handle(turn: Turn) -> RasaEvents:
        turn.say(response)
        return []

    return handle


def _hand_off(turn: Turn) -> RasaEvents:
    return start_handoff(turn, HandoffReason.ASKED)


def _refund(turn: Turn) -> RasaEvents:
    """Begin a refund; "may I give them back?" before anything is bought is about the rules."""
    if turn.orders or not turn.text.rstrip().endswith("?"):
        return begin_refund(turn)
    return answer_topic(turn, TopicMatch("refund_policy", SURE_TOPIC), *subject_of(turn))


def _start(form: str) -> Handler:
    return lambda turn: start(form)


# What is the same in a form and outside of one.
_ANYWHERE: Mapping[str, Handler] = {
    "greet": _say("utter_greet"),
    "thank_you": _say("utter_thank_you"),
    "card_number": _say("utter_card_number"),
    "ask_how_to_pay": _say("utter_how_to_pay"),
    "human_handoff": _hand_off,
    "browse_events": browse,
    "ask_price": tell_price,
    "ask_show": tell_show,
    "payment_status": show_orders,
    "show_orders": show_orders,
    "cancel_order": cancel_orders,
    "use_waiting_list": use_waiting_list,
}
_OUTSIDE: Mapping[str, Handler] = {
    **_ANYWHERE,
    "goodbye": say_goodbye,
    "buy_tickets": _start(BUY_FORM),
    "request_refund": _refund,
    "upgrade_seat": start_seat_upgrade,
    "subscribe_season_tickets": answer_season_ticket,
}
# A question starts nothing: what these intents would do is told or not known.
_OF_OWN: Mapping[str, Handler] = {
    "request_refund": answer_refund_question,
    "subscribe_season_tickets": answer_season_ticket,
    "use_waiting_list": use_waiting_list,
}
_QUESTIONS: Mapping[str, Handler] = {
    **_ANYWHERE,
    **_OF_OWN,
    "cancel_order": show_orders,
    "upgrade_seat": start_seat_upgrade,
}
# Told from the catalog, unless the question is very surely about a fact.
_OF_CATALOG = frozenset({"ask_price", "ask_show", "browse_events", "ask_how_to_pay"})
VERY_SURE = 0.75
# Said without the form of a question, a topic must be this likely.
LIKELY_TOPIC = 0.4
_ABOUT_REFUNDS = frozenset({"refund_policy", "refund_time"})
_IN_FORM: Mapping[str, Handler] = {
    **_ANYWHERE,
    "goodbye": _say("utter_goodbye"),
    "out_of_scope": _say("utter_out_of_scope"),
}
_NOTHING_FITS = frozenset({"utter_nothing_then", "utter_no_such_show"})
# What starts a form of its own, and takes the place of the one that is active.
_STARTING = frozenset({"buy_tickets", "request_refund", "upgrade_seat", "subscribe_season_tickets"})
# Of what the buyer has, and nothing that is for sale.
_OF_ORDERS = frozenset({"cancel_order", "show_orders", "payment_status", "human_handoff"})
_OF_SEASON = frozenset({SEASON_FORM, SEASON_END_FORM})
# So many messages that were not about it leave a form that nothing was said to since it started.
MOST_UNRELATED = 2


def respond(turn: Turn) -> RasaEvents:
    """Answer a message outside of a form, or start the form that it asks for.

    What it asks is answered after what it says was done; a form that starts answers it itself.
    """
    clauses = turn.clauses
    if not clauses.questions:
        return _act(turn)
    events = _act(turn.about(clauses.statement)) if clauses.statement else []
    if not any(event["event"] == "followup" for event in events):
        events += _answer_each(turn.after(events), clauses.questions, _answer)
    return events


def _answer_each(turn: Turn, questions: Sequence[str], answer: Handler) -> RasaEvents:
    """Answer questions in their order, each after what the one before it was about."""
    events: RasaEvents = []
    before = turn.message_before
    for question in questions:
        events += answer(turn.after(events).about(question).in_context(before))
        before = question
    return events


def _act(turn: Turn) -> RasaEvents:
    if handler := _about_orders(turn):
        return handler(turn)
    turn = turn.advised()
    if turn.utterance.intent in UNCLEAR:
        moved = begin_other_upgrade(turn) or begin_seat_change(turn)
        if moved:
            return moved
    if _is_unclear_question(turn) and not parse_named_shows(turn).has_name:
        return _answer(turn)
    return _OUTSIDE.get(turn.utterance.intent, take_fallback)(turn)


def _about_orders(turn: Turn) -> Handler | None:
    """Return what does or tells something of orders that the buyer has, whatever form is active.

    What was offered last is matched before anything else.
    """
    if selects_order_to_cancel(turn):
        return cancel_selected
    if turned_down := order_turned_down(turn):
        return lambda about: cancel_orders(about.about(turned_down))
    is_buying = turn.active_form in {None, BUY_FORM}
    return show_orders if is_buying and speaks_of_order(turn) else None


def _answer(turn: Turn) -> RasaEvents:
    """Answer a question, which changes nothing: from orders, catalog or facts."""
    turn = turn.advised()
    intent, topic = turn.utterance.intent, turn.topic
    if _is_about_own(turn):
        return _OF_OWN.get(intent, show_orders)(turn)
    if asked_ranking(turn):
        return tell_price(turn) if _is_of_one_show(turn) else list_shows(turn)
    if parse_budget(turn.text) is not None and (topic is None or topic.score < VERY_SURE):
        return list_shows(turn)
    handler = _QUESTIONS.get(intent, _say_unknown)
    is_sure_topic = topic is not None and topic.score >= SURE_TOPIC
    if intent == "request_refund" and not (is_sure_topic or refundable(turn.orders, turn.now)):
        # Before anything is bought a question about refunds is about the rules.
        return answer_topic(turn, TopicMatch("refund_policy", SURE_TOPIC), *subject_of(turn))
    if _names_other_show(turn) and not is_sure_topic:
        return tell_show(turn) if parse_named_shows(turn).has_name else list_shows(turn)
    is_unpaid = any(order.status is OrderStatus.OPEN for order in turn.orders)
    if topic and topic.topic_id == "link_trouble" and is_unpaid:
        return show_orders(turn)
    if topic and topic.topic_id == "season_charge" and active_season_tickets(turn):
        say_season_status(turn)
        return []
    if topic and topic.topic_id in _ABOUT_REFUNDS and turn.orders:
        return answer_refund_question(turn)
    is_free = not (is_sure_topic or turn.active_form)
    if intent == "subscribe_season_tickets" and is_free and _is_sure(turn):
        return handler(turn)
    if not is_sure_topic and asks_price_of_section(turn):
        return tell_price(turn)
    if topic is None or (intent in _OF_CATALOG and _is_of_catalog(turn, topic)):
        return handler(turn)
    return answer_topic(turn, topic, *subject_of(turn))


def _looks_around(turn: Turn) -> bool:
    """Return whether a sentence looks for shows by price, day, place or kind."""
    has_price = parse_budget(turn.text) is not None
    return has_price or parse_named_shows(turn).has_hint or asked_ranking(turn) is not None


def _names_other_show(turn: Turn) -> bool:
    """Return whether shows are named, be it by their kind, that are not the one being bought."""
    chosen, parsed = turn.slot("show"), parse_named_shows(turn)
    is_other = chosen not in {show.id for show in parsed.shows}
    return turn.active_form == BUY_FORM and bool(chosen and parsed.shows) and is_other


def _is_of_one_show(turn: Turn) -> bool:
    """Return whether a show is named or being bought, so that advice is about its sections."""
    is_chosen = turn.active_form == BUY_FORM and bool(turn.slot("show"))
    return is_chosen or parse_named_shows(turn).has_name


def _is_sure(turn: Turn) -> bool:
    if turn.is_advised:
        return True
    return intent_scores(turn.utterance.typed).get(turn.utterance.intent, 0.0) >= SURE


def _is_of_catalog(turn: Turn, topic: TopicMatch) -> bool:
    """Return whether the words are more surely about prices, times and seats than about a fact."""
    score = intent_scores(turn.utterance.typed)[turn.utterance.intent]
    return topic.score < SURE_TOPIC and score > min(topic.score, SURE)


def _is_about_own(turn: Turn) -> bool:
    """Return whether a question is about what the buyer has: orders, refunds, places in line."""
    intent = turn.utterance.intent
    if order_numbers(turn.text) or intent in {"payment_status", "show_orders"}:
        return turn.topic is None or not _is_fact_about_orders(turn, turn.topic)
    if intent == "use_waiting_list":
        return bool(waits_of(turn.container, turn.buyer))
    if intent == "subscribe_season_tickets":
        return bool(active_season_tickets(turn) or unpaid_season_orders(turn))
    return bool(turn.orders) and (intent == "request_refund" or asks_canceled(turn.text))


def _is_fact_about_orders(turn: Turn, topic: TopicMatch) -> bool:
    """Return whether "how often was I charged?" asks for a fact and not where an order stands.

    Without an order only a fact can be told.
    """
    if order_numbers(turn.text):
        return topic.score >= VERY_SURE
    if not turn.orders and not _is_sure(turn):
        return topic.score >= LEAST_SCORE
    score = intent_scores(turn.utterance.typed).get(turn.utterance.intent, 0.0)
    return topic.score >= SURE_TOPIC or topic.score > max(score, LIKELY_TOPIC)


def _say_unknown(turn: Turn) -> RasaEvents:
    """Tell of the show or shows that a question points at, or say that it isn't known."""
    parsed = parse_named_shows(turn)
    if turn.orders and _likeliest(turn) in {"payment_status", "show_orders"}:
        return show_orders(turn)
    if turn.utterance.intent == "out_of_scope" and (_is_sure(turn) or not parsed.has_name):
        return take_fallback(turn)
    if parsed.has_name:
        return tell_show(turn)
    if parsed.has_hint or wants_cheapest(turn.text):
        return list_shows(turn)
    return _answer_likeliest(turn)


def _answer_likeliest(turn: Turn) -> RasaEvents:
    """Answer for the likeliest intent; a question changes nothing, so little is lost by it."""
    best = _likeliest(turn)
    if best in _OF_CATALOG:
        return _QUESTIONS[best](turn)
    turn.say("utter_out_of_scope")
    return []


def _likeliest(turn: Turn) -> str | None:
    """Return the likeliest intent, if it is worth a try."""
    scores = intent_scores(turn.utterance.typed)
    best = max(scores, key=lambda intent: scores[intent])
    return best if scores[best] >= WORTH_A_TRY else None


def continue_form(turn: Turn, form: Form) -> RasaEvents:
    """Fill the slots of a form from what a message says, and answer what it asks.

    A question changes nothing. A yes beside it counts only where it is a sentence of its own, and
    what it leads to can be left without a loss.
    """
    before, clauses = form.read(turn), turn.clauses
    # A form that a question has started takes it as a whole.
    is_started = before.asked is None and not clauses.statement
    is_season = not clauses.questions and is_about_season(turn.text)
    try:
        if before.asked and (handler := _about_orders(turn)):
            is_over = form.is_blank(before) or order_turned_down(turn) is not None
            kept = form.end() if is_over else form.slot_events(confirm(before, None))
            return [*handler(turn), *kept]
        if is_season and form.name not in _OF_SEASON and ends_season_ticket(turn):
            return _switch(turn, form, before, cancel_orders)
        if is_started or not clauses.questions:
            return _take(turn, form, before)
        events = form.slot_events(confirm(before, None))
        if clauses.statement:
            said = turn.about(clauses.statement)
            is_consent = form.agrees_beside_questions and agrees_plainly(said.text)
            events = _take(said, form, before, is_consent=is_consent)
        after = turn.after(events)
        if _is_left(events):
            is_done = bool(after.slot(form.consent))
            answer = _answer_beside_order if is_done else _answer
            return events + _answer_each(after, clauses.questions, answer)
        in_form = partial(_answer_in, form=form, before=before)
        events += _answer_each(after, clauses.questions, in_form)
        if _is_unwanted(turn, form, before):
            return [*events, *form.end()]
    except PaymentError as exc:
        # The question that follows meets the same trouble and says so.
        log.warning("flows.form.failed form=%s code=%s", form.name, exc.code)
        return [SlotSet(form.consent, None)]
    return events


def _take(turn: Turn, form: Form, before: Any, *, is_consent: bool = True) -> RasaEvents:
    """Apply a statement to the form's request, or do what else it is for."""
    step = form.step(turn, before)
    is_lost = form.not_understood in step.replies and _looks_around(turn)
    if not step.is_answered or is_lost:
        return _interrupt(turn, form, before)
    if step.is_over:
        return _leave(turn, form, before, step)
    say_step(turn, step.replies)
    return form.slot_events(step.request if is_consent else confirm(step.request, None))


def _leave(turn: Turn, form: Form, before: Any, step: Step[Any]) -> RasaEvents:
    """End the form, and do what else the message says: "stop, what's on in Boston?"."""
    rest = "" if step.replies else after_leaving(turn.utterance.typed)
    if form.is_blank(before) and not (step.replies or rest):
        turn.say("utter_deny")
        return form.end()
    events = form.leave(turn, step.replies)
    if not rest:
        return events
    others = respond(turn.outside(events).about(rest))
    is_switch = any(event["event"] == "followup" for event in others)
    return [*([ActiveLoop(None)] if is_switch else []), *events, *others]


def _answer_beside_order(turn: Turn) -> RasaEvents:
    """Answer a question about a fact; where the order stands is what its link is about to say."""
    is_fact = turn.topic is not None and turn.topic.score >= SURE_TOPIC
    return _answer(turn) if is_fact else []


def _answer_in(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """Answer a question in a form: by what the form knows, else as outside of it.

    Shows that are listed while one is chosen are what is offered from then on.
    """
    step = form.step(turn, before)
    is_unchanged = confirm(step.request, None) == confirm(before, None)
    is_known = step.is_answered and form.not_understood not in step.replies
    is_known = is_known and not _NOTHING_FITS & {reply.response for reply in step.replies}
    is_known = is_known and bool(step.replies or form.repeats_terms) and not step.request.confirmed
    if is_known and is_unchanged and not step.is_over:
        say_step(turn, step.replies)
        return []
    events = _answer(turn)
    return [e for e in events if e.get("name") == "offered_shows" and before.asked == "show"]


def _interrupt(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """Do what is not about the form, which then asks its question again."""
    turn = turn.advised()
    intent = turn.utterance.intent
    if intent in _STARTING - {form.intent}:
        later = _say("utter_one_thing_at_a_time")
        may_switch = _is_sure(turn) or form.is_blank(before)
        return _switch(turn, form, before, _OUTSIDE[intent] if may_switch else later)
    handler = _answer if _is_unclear_question(turn) else _IN_FORM.get(intent)
    if handler in {None, _IN_FORM["out_of_scope"]} and _looks_around(turn):
        handler = list_shows
    if handler is None:
        named = [order for order in turn.orders if order.id in order_numbers(turn.text)]
        step = Step(before, tuple(status_replies(turn, named)) or (form.not_understood,))
        say_step(turn, step.replies)
        return form.slot_events(confirm(before, None))
    events = [event for event in handler(turn) if event.get("name") != form.name]
    if any(event["event"] == "followup" for event in events):
        return events
    is_of_orders = form.is_blank(before) and intent in _OF_ORDERS
    if is_of_orders or _is_unwanted(turn, form, before):
        return [*events, *form.end()]
    # Rasa takes an answer without a slot for a rejection.
    return [*form.slot_events(confirm(before, None)), *events]


def _is_left(events: RasaEvents) -> bool:
    asked = [event.get("value") for event in events if event.get("name") == "requested_slot"]
    return bool(asked) and asked[-1] is None


def _switch(turn: Turn, form: Form, before: Any, handler: Handler) -> RasaEvents:
    """Leave the form for the one that a message starts, where that can be started."""
    events = handler(turn.outside(form.end()))
    if not any(event["event"] == "followup" for event in events):
        return [*events, *form.slot_events(confirm(before, None))]
    if form.nothing_done and not form.is_blank(before):
        turn.say(form.nothing_done)
    return [ActiveLoop(None), *form.end(), *events]


def _is_unwanted(turn: Turn, form: Form, before: Any) -> bool:
    """Return whether nothing said since the form started was about it, this message included."""
    return form.is_blank(before) and turn.messages_in_form >= MOST_UNRELATED


def _is_unclear_question(turn: Turn) -> bool:
    """Return whether words without a clear intent are likely about a topic."""
    topic = turn.topic if turn.utterance.intent in UNCLEAR else None
    return topic is not None and topic.score >= LIKELY_TOPIC
