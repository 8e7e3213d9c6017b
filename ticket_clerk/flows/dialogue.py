"""The dialogue manager: what a buyer's message leads to, outside of a form and in one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.understanding.answers import (
    agrees_plainly,
    beside_yes,
    follows_after,
    goes_on_then,
    is_stop,
    lets_question_go,
    says_goodbye,
)
from ticket_clerk.understanding.clauses import after_leaving, given_back_first, request_behind_no
from ticket_clerk.understanding.intents import UNCLEAR
from ticket_clerk.understanding.order_changes import wants_same_again
from ticket_clerk.understanding.orders import is_of_bought
from ticket_clerk.understanding.season_tickets import is_about_season, wants_end
from ticket_clerk.understanding.text import order_numbers
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from .browse import (
    asks_for_stranger,
    is_remark,
    list_shows,
    parse_named_shows,
    say_goodbye,
    subject_of,
)
from .catalog_topics import warn_of_age
from .facts import answer_topic
from .fallback import take_fallback
from .form import STARTING, ConfirmationForm, say_step
from .order_status import (
    status_replies,
)
from .orders import (
    cancel_orders,
    cancel_selected,
    order_turned_down,
    retry_payment,
    selects_order_to_cancel,
    show_orders,
    speaks_of_order,
)
from .preference import drops_preference, keep_preference
from .purchase.extras import begin_with_extras
from .purchase.not_sold import find_unsold
from .purchase.order_changes import LINKS
from .purchase.promotion import begin_with_code
from .questions import (
    ANYWHERE,
    LIKELY_TOPIC,
    Handler,
    answer_question,
    answer_questions,
    answer_refund_policy,
    is_sure,
    is_unclear_question,
    looks_around,
    say_beside_own,
    saying,
    tell_stranger,
)
from .refund.form import begin_refund, begin_return
from .season.form import answer_season_ticket, ends_season_ticket
from .step import Step, confirm
from .transfer.form import begin_transfer, names_holder
from .transfer.mailing import mail_tickets
from .turn import (
    BUY_FORM,
    REFUND_FORM,
    SEASON_END_FORM,
    SEASON_FORM,
    TRANSFER_FORM,
    RasaEvents,
    Turn,
    start,
)
from .unanswered import asks_fact, say_foreign
from .upgrade import (
    ask_move_or_buy,
    begin_other_upgrade,
    begin_seat_change,
    move_own_seats,
    start_seat_upgrade,
)

log = get_logger(__name__)

Form = ConfirmationForm[Any]


def _refund(turn: Turn) -> RasaEvents:
    """Begin a refund; "may I give them back?" before anything is bought is about the rules."""
    return answer_refund_policy(turn) if _asks_before_buying(turn) else begin_refund(turn)


def _season(turn: Turn) -> RasaEvents:
    """Begin a season ticket; "can I cancel it?" before one is bought is about the rules."""
    if turn.text.rstrip().endswith("?") and wants_end(turn.text) and not ends_season_ticket(turn):
        return answer_topic(turn, TopicMatch("season_stop", SURE_TOPIC))
    return answer_season_ticket(turn)


def _start(form: str) -> Handler:
    return lambda turn: start(form)


_OUTSIDE: Mapping[str, Handler] = {
    **ANYWHERE,
    "goodbye": say_goodbye,
    "buy_tickets": _start(BUY_FORM),
    "request_refund": _refund,
    "upgrade_seat": start_seat_upgrade,
    "subscribe_season_tickets": _season,
}
# Said by whoever has tickets, whatever its intent is taken for.
_OF_OWN_TICKETS = (retry_payment, begin_transfer, mail_tickets, move_own_seats, begin_return)
_IN_FORM: Mapping[str, Handler] = {
    **ANYWHERE,
    "goodbye": saying("utter_goodbye"),
    "out_of_scope": saying("utter_out_of_scope"),
}
_NOTHING_FITS = frozenset(
    "utter_nothing_then utter_no_such_show utter_no_such_section"
    " utter_upgrade_no_such_section".split()
)
_TOO_MANY = frozenset({"utter_error_too_many_tickets"})
# Of what the buyer has, and nothing that is for sale.
_OF_ORDERS = frozenset({"cancel_order", "show_orders", "payment_status", "human_handoff"})
_OF_SEASON = frozenset({SEASON_FORM, SEASON_END_FORM})
# Conditions of an order that a section does not answer, and how likely they must be.
_OF_SEATS = frozenset("seat_numbers seats_together view nearest wheelchair stairs".split())
LEAST_CONDITION = 0.3
# So many messages that were not about it leave a form that nothing was said to since it started.
MOST_UNRELATED = 2


def respond(turn: Turn) -> RasaEvents:
    """Answer a message outside of a form, and keep what it says of all shows that are wanted."""
    kept = keep_preference(turn)
    noted = turn.after(kept)
    if kept and drops_preference(turn):
        return [*kept, *list_shows(noted)]
    return [*kept, *_respond(noted)]


def _respond(turn: Turn) -> RasaEvents:
    """Answer a message outside of a form, or start the form that it asks for.

    What it asks is answered after what it says was done; a form that starts answers it itself.
    """
    if say_foreign(turn) or say_not_theirs(turn):
        return []
    for beside_seats in (begin_with_code, begin_with_extras):
        if (begun := beside_seats(turn)) is not None:
            return begun
    clauses = turn.clauses
    if not (clauses.questions and clauses.statement) or names_holder(turn):
        for attempt in _OF_OWN_TICKETS:
            if (done := attempt(turn)) is not None:
                return done
    if not clauses.questions:
        return _act(turn)
    said = turn.about(clauses.statement)
    # Outside of a form a yes or a no beside a question answers nothing.
    is_aside = not clauses.statement or said.utterance.intent in {"affirm", "deny"}
    # "I'm not buying yet. What's on?": nor does it leave anything.
    is_aside = is_aside or (said.utterance.intent in UNCLEAR and is_stop(said.text))
    is_aside = is_aside or is_remark(said)
    events = [] if is_aside else _act(said)
    if not any(event["event"] == "followup" for event in events):
        events += answer_questions(turn.after(events), clauses.questions)
    return events


def _act(turn: Turn) -> RasaEvents:
    if handler := _about_orders(turn):
        return handler(turn)
    for attempt in _OF_OWN_TICKETS:
        if (done := attempt(turn)) is not None:
            return done
    if returned := given_back_first(turn.utterance.typed) if turn.orders else "":
        turn.say("utter_one_after_the_other")
        return _refund(turn.about(returned))
    turn = turn.advised()
    if turn.utterance.intent in UNCLEAR:
        moved = begin_other_upgrade(turn) or begin_seat_change(turn)
        if moved:
            return moved
    if asked := ask_move_or_buy(turn):
        return asked
    is_named = parse_named_shows(turn).has_name or wants_same_again(turn.text)
    is_of_own = turn.utterance.intent == "buy_tickets" and is_of_bought(turn.text)
    if (turn.orders and is_of_own) or (is_unclear_question(turn) and not is_named):
        return answer_question(turn)
    if turn.utterance.intent in UNCLEAR and (told := tell_stranger(turn)) is not None:
        return told
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


def say_not_theirs(turn: Turn) -> bool:
    """Say so of an order that is not among the buyer's, and return whether one is named.

    It decides the turn, whatever else is said: nothing is begun for it. Somebody else's order is as
    unknown as one that never was.
    """
    named = set(order_numbers(turn.utterance.typed))
    if turn.utterance.is_command or not named or named <= {order.id for order in turn.orders}:
        return False
    turn.say("utter_error_order_not_found")
    return True


def continue_form(turn: Turn, form: Form) -> RasaEvents:
    """Continue a form by a message, and keep what it says of all shows that are wanted."""
    kept = keep_preference(turn)
    return [*kept, *_continue_form(turn.after(kept), form)]


def _continue_form(turn: Turn, form: Form) -> RasaEvents:
    """Fill the slots of a form from what a message says, and answer what it asks.

    A question changes nothing. A yes beside it counts only where it is a sentence of its own, and
    what it leads to can be left without a loss.
    """
    before = form.read(turn)
    if form.name == BUY_FORM and turn.said & LINKS:
        # The message was for the order before this one.
        return form.slot_events(confirm(before, None))
    if before.asked and say_foreign(turn):
        return form.slot_events(confirm(before, None))
    try:
        kept = form.slot_events(confirm(before, None))
        if say_not_theirs(turn):
            return kept
        if form.name == BUY_FORM and (unsold := find_unsold(turn)).is_all:
            unsold.say(turn)
            return kept
        if before.asked and (handler := _about_orders(turn)):
            is_over = form.is_blank(before) or order_turned_down(turn) is not None
            return [*handler(turn), *(form.end() if is_over else kept)]
        if (elsewhere := _leave_for_other(turn, form, before)) is not None:
            return elsewhere
        if before.asked == form.consent and (agreed := _take_yes(turn, form, before)) is not None:
            return agreed
        # A form that a question has started takes it as a whole.
        is_started = before.asked is None and not turn.clauses.statement
        if form.takes_whole(turn):
            others = [one for one in turn.clauses.questions if not form.takes_question(turn, one)]
            events = _take(turn, form, before)
            return events + answer_questions(turn.after(events), others, answer_question)
        if is_started or not turn.clauses.questions:
            return _take(turn, form, before)
        return _take_and_answer(turn, form, before)
    except PaymentError as exc:
        # The question that follows meets the same trouble and says so.
        log.warning("flows.form.failed", form=form.name, code=exc.code)
        return [SlotSet(form.consent, None)]


def _leave_for_other(turn: Turn, form: Form, before: Any) -> RasaEvents | None:
    """Leave the form for what it is no place for; None where nothing of the kind is wanted.

    That is the end of a season ticket, and a new request behind a no: "no, just one game".
    """
    is_season = not turn.clauses.questions and is_about_season(turn.text)
    if is_season and form.name not in _OF_SEASON and ends_season_ticket(turn):
        return _switch(turn, form, before, cancel_orders)
    if form.name != TRANSFER_FORM and names_holder(turn) and (given := begin_transfer(turn)):
        return _switch(turn, form, before, lambda outside: given)
    if form.name == BUY_FORM and before.asked and (moved := move_own_seats(turn)) is not None:
        return _switch(turn, form, before, lambda outside: moved) if moved else form.end()
    request = request_behind_no(turn.utterance.typed) if before.asked else ""
    if not request or not form.is_elsewhere(turn.about(request, is_aside=False)):
        return None
    return _go_on(turn, form, form.leave(turn), request, is_aside=False)


def _take_yes(turn: Turn, form: Form, before: Any) -> RasaEvents | None:
    """Count a yes beside which something is said that changes nothing of what it is to.

    That is a further act, which is wanted afterwards, its numbers its own; beside what can be left
    without a loss also a remark. None where there is no such yes.
    """
    rest = beside_yes(turn.text)
    if not rest or turn.utterance.is_command or turn.utterance.selected:
        return None
    said, agreed = turn.about(rest, is_aside=True), turn.about("yes")
    intent = said.utterance.intent
    is_next = intent in STARTING or goes_on_then(turn.text)
    if form.name == REFUND_FORM and is_next and intent != form.intent:
        turn.say("utter_one_after_the_other")
        return _take(agreed, form, before)
    if form.goes_on(said, before):
        return _take(agreed, form, before)
    if form.name == BUY_FORM and follows_after(turn.text) and _changes(said, form, before):
        turn.say("utter_one_order_after_the_other")
        return _take(agreed, form, before)
    if not form.agrees_beside_questions or not _is_remark(said, form, before):
        return None
    events = _take(agreed, form, before)
    if said.topic and said.topic.score >= LIKELY_TOPIC:
        answer_topic(said.after(events), said.topic, *subject_of(said))
    return events


def _agrees(turn: Turn, form: Form, before: Any) -> bool:
    """Return whether a sentence is a yes and the others are none or a mere remark."""
    rest = beside_yes(turn.text) if agrees_plainly(turn.text, anywhere=True) else ""
    is_remark = bool(rest) and _is_remark(turn.about(rest, is_aside=True), form, before)
    return is_remark or agrees_plainly(turn.text)


def _changes(turn: Turn, form: Form, before: Any) -> bool:
    return bool(confirm(form.step(turn, before).request, None) != confirm(before, None))


def _is_remark(turn: Turn, form: Form, before: Any) -> bool:
    """Return whether what stands beside a yes leaves the request as it is and asks nothing."""
    if turn.clauses.questions or turn.utterance.intent in STARTING | {"deny", "cancel_order"}:
        return False
    step = form.step(turn, before)
    is_changed = confirm(step.request, None) != confirm(before, None)
    is_topic = turn.topic is not None and turn.topic.score >= LIKELY_TOPIC
    # "The receipt needs to say Brightwater Ltd" names no show.
    unsaid = {form.not_understood.response, *(("utter_no_such_show",) if is_topic else ())}
    is_answered = {reply.response for reply in step.replies} - unsaid
    return not (is_changed or step.is_over or is_answered)


def _take_and_answer(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """Apply what a message says, and then answer what it asks."""
    clauses = turn.clauses
    events = form.slot_events(confirm(before, None))
    if clauses.statement:
        said = turn.about(clauses.statement)
        is_consent = form.agrees_beside(turn) and _agrees(said, form, before)
        if not _lets_only_question_go(turn, said, form, before):
            events = _take(said, form, before, is_consent=is_consent)
    after = turn.after(events)
    if _is_left(events):
        is_done = bool(after.slot(form.consent))
        answer = _answer_beside_order if is_done else answer_question
        return events + answer_questions(after, clauses.questions, answer)
    in_form = partial(_answer_in, form=form, before=before)
    events += answer_questions(after, clauses.questions, in_form)
    return [*events, *form.end()] if _is_unwanted(turn, form, before) else events


def _lets_only_question_go(turn: Turn, said: Turn, form: Form, before: Any) -> bool:
    """Return whether "never mind" or a no beside questions drops only what was asked before.

    So it does in a purchase where what is asked is about no other show: "forget it, I'll look it
    up. Is there a bar?"
    """
    if form.name != BUY_FORM or before.asked is None or not lets_question_go(said.text):
        return False
    return not any(_asks_elsewhere(turn.about(one)) for one in turn.clauses.questions)


def _asks_elsewhere(turn: Turn) -> bool:
    """Return whether a question looks for other shows than the one being bought."""
    named, chosen = parse_named_shows(turn), turn.slot("show")
    if named.has_name or named.has_hint:
        return chosen not in {show.id for show in named.shows}
    return turn.utterance.intent == "browse_events" and not turn.is_about_topic


def _take(turn: Turn, form: Form, before: Any, *, is_consent: bool = True) -> RasaEvents:
    """Apply a statement to the form's request, or do what else it is for.

    What a purchase can't bring is taken out and said so; a yes beside it agrees to nothing.
    """
    if form.name == BUY_FORM and (unsold := find_unsold(turn)).topics:
        unsold.say(turn)
        return _take(unsold.rest, form, before, is_consent=False)
    step = form.step(turn, before)
    is_lost = form.not_understood in step.replies and _looks_for_shows(turn)
    if not step.is_answered or is_lost:
        return _interrupt(turn, form, before)
    if step.is_over:
        return _leave(turn, form, before, step)
    say_step(turn, step.replies)
    events = form.slot_events(step.request if is_consent else confirm(step.request, None))
    if form.name == BUY_FORM and not step.request.confirmed:
        say_beside_own(turn.after(events))
        _answer_conditions(turn.after(events))
        warn_of_age(turn.after(events))
    return events


def _answer_conditions(turn: Turn) -> None:
    """Say what can't be promised of the seats that are asked for: "two at the aisle, please"."""
    topic = turn.topic
    if topic and topic.topic_id in _OF_SEATS and topic.score >= LEAST_CONDITION:
        answer_topic(turn, TopicMatch(topic.topic_id, SURE_TOPIC), *subject_of(turn))


def _leave(turn: Turn, form: Form, before: Any, step: Step[Any]) -> RasaEvents:
    """End the form, and do what else the message says: "stop, what's on in Boston?"."""
    rest = "" if step.replies else after_leaving(turn.utterance.typed)
    is_blank = form.is_blank(before)
    if is_blank and not (step.replies or rest):
        turn.say("utter_goodbye" if says_goodbye(turn.text) else "utter_deny")
        return form.end()
    # A form that this message has started was left by nobody.
    is_started = is_blank and before.asked is None and bool(rest)
    events = form.end() if is_started else form.leave(turn, step.replies)
    return _go_on(turn, form, events, rest, is_aside=True) if rest else events


def _go_on(turn: Turn, form: Form, events: RasaEvents, rest: str, *, is_aside: bool) -> RasaEvents:
    """Do what else a message says, outside of the form that ``events`` have ended."""
    outside = turn.outside(events).about(rest, is_aside=is_aside)
    others = _respond(outside)
    starts = [event["name"] for event in others if event["event"] == "followup"]
    if form.name in starts:
        return [*events, *_begin_again(outside.after(others), form)]
    return [*([ActiveLoop(None)] if starts else []), *events, *others]


def _begin_again(turn: Turn, form: Form) -> RasaEvents:
    """Let the form take what is left of a message that left it, as one that it has begun with.

    Activated anew it would read the whole message, leave again, and so for ever.
    """
    step = form.step(turn, form.read(turn))
    if step.is_over:
        return form.end()
    say_step(turn, step.replies)
    return form.slot_events(confirm(step.request, None))


def _answer_beside_order(turn: Turn) -> RasaEvents:
    """Answer a question about a fact; where the order stands is what its link is about to say."""
    is_likely = turn.topic is not None and turn.topic.score >= LIKELY_TOPIC
    is_fact = is_likely or (asks_fact(turn) and turn.utterance.intent not in _OF_ORDERS)
    return answer_question(turn) if is_fact else []


def _answer_in(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """Answer a question in a form: by what the form knows, else as outside of it.

    Shows that are listed while one is chosen are what is offered from then on.
    """
    step = form.step(turn, before)
    is_unchanged = confirm(step.request, None) == confirm(before, None)
    is_known = step.is_answered and form.not_understood not in step.replies
    said = {reply.response for reply in step.replies}
    is_known = is_known and not _NOTHING_FITS & said
    # "Would the eleven of us sit together?" is about more than the number.
    is_known = is_known and not (_TOO_MANY & said and turn.is_about_topic)
    is_known = is_known and bool(step.replies or form.repeats_terms) and not step.request.confirmed
    if is_known and is_unchanged and not step.is_over:
        say_step(turn, step.replies)
        return []
    events = answer_question(turn)
    return [e for e in events if e.get("name") == "offered_shows" and before.asked == "show"]


def _interrupt(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """Do what is not about the form, which then asks its question again."""
    turn = turn.advised()
    intent = turn.utterance.intent
    if intent in STARTING - {form.intent} and not _asks_before_buying(turn):
        later = saying("utter_one_thing_at_a_time")
        may_switch = is_sure(turn) or form.is_blank(before)
        return _switch(turn, form, before, _OUTSIDE[intent] if may_switch else later)
    is_asked = is_unclear_question(turn) or _asks_before_buying(turn)
    handler = answer_question if is_asked else _IN_FORM.get(intent)
    if handler in {None, _IN_FORM["out_of_scope"]} and _looks_for_shows(turn):
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


def _looks_for_shows(turn: Turn) -> bool:
    """Return whether a message looks for shows, be it one that isn't sold."""
    return looks_around(turn) or asks_for_stranger(turn)


def _asks_before_buying(turn: Turn) -> bool:
    """Return whether "can I return two of them later?" can only be about the rules."""
    is_refund = turn.utterance.intent == "request_refund" and not turn.orders
    return is_refund and turn.text.rstrip().endswith("?")


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
