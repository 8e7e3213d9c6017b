"""The dialogue manager: what a buyer's message leads to, outside of a form and in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.understanding.answers import (
    agrees_plainly,
    asks_first,
    beside_yes,
    follows_after,
    goes_on_then,
    is_stop,
    is_supposed,
    lets_question_go,
    says_goodbye,
)
from ticket_clerk.understanding.clauses import (
    after_leaving,
    pieces_of,
    request_behind_no,
)
from ticket_clerk.understanding.intents import UNCLEAR
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.order_changes import wants_same_again, what_goes
from ticket_clerk.understanding.orders import asks_held, is_of_bought, tells_of_purchase
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.refunds import supposes_refund
from ticket_clerk.understanding.requests import Request
from ticket_clerk.understanding.season_tickets import is_about_season, wants_end
from ticket_clerk.understanding.sections import chooses_section, shows_with_section
from ticket_clerk.understanding.text import order_numbers
from ticket_clerk.understanding.times.ages import parse_ages
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from .asking.haggling import answer_haggling
from .asking.misread import say_misread
from .asking.other_time import tell_other_time
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
from .form import LIKELY_TOPIC, MOST_UNRELATED, STARTING, ConfirmationForm, say_step
from .order_status import status_replies
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
from .purchase.order_changes import LINKS, begin_other_seats
from .purchase.promotion import begin_with_code
from .purchase.several_orders import begins_remaining
from .questions import (
    ANYWHERE,
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
from .requests import (
    about_request,
    before_others,
    own_part,
    say_later,
    several_requests,
    starts_form,
)
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
from .unanswered import asks_fact, is_feeling, say_foreign
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
_OF_SEATS = frozenset("seat_numbers seats_together view nearest wheelchair stairs toilets".split())
LEAST_CONDITION = 0.3
# Terms of an order that are told where they surely are meant.
_OF_TERMS = frozenset({"invoice", "discounts", "group_price"})
MOST_CONDITIONS = 2


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
    if say_foreign(turn) or say_misread(turn) or say_not_theirs(turn):
        return []
    if requests := several_requests(turn):
        return _respond_to_each(turn, requests)
    if asks_held(turn.text):
        return show_orders(turn)
    if turn.is_for_later:
        return answer_questions(turn, turn.clauses.questions)
    if (haggled := answer_haggling(turn)) is not None:
        events, others = haggled
        return events + answer_questions(turn.after(events), others)
    for beside_seats in (begin_with_code, begin_with_extras, begins_remaining, begin_other_seats):
        if (begun := beside_seats(turn)) is not None:
            return begun
    clauses = turn.clauses
    if not (clauses.questions and clauses.statement) or names_holder(turn):
        for attempt in _OF_OWN_TICKETS:
            if (done := attempt(turn)) is not None:
                return done
    if not clauses.questions:
        return _act(turn)
    said = turn.about(after_leaving(clauses.statement) or clauses.statement)
    # Outside of a form a yes or a no beside a question answers nothing.
    is_aside = not clauses.statement or said.utterance.intent in {"affirm", "deny"}
    # "I'm not buying yet. What's on?": nor does it leave anything.
    is_aside = is_aside or (said.utterance.intent in UNCLEAR and is_stop(said.text))
    is_aside = is_aside or is_remark(said)
    events = [] if is_aside else _act(said)
    if not any(event["event"] == "followup" for event in events):
        events += answer_questions(turn.after(events), clauses.questions)
    return events


def _respond_to_each(turn: Turn, requests: Sequence[Request]) -> RasaEvents:
    """Do each request of a message; once one has started a form the others of its like wait.

    What is asked beside them is answered by the form, or here where none starts.
    """
    events: RasaEvents = []
    started: RasaEvents = []
    later: list[str] = []
    for request in requests:
        if started and starts_form(request):
            later.append(request.text)
            continue
        done = _respond(about_request(turn.after(events), request))
        is_started = any(event["event"] == "followup" for event in done)
        events, started = ([*events], done) if is_started else ([*events, *done], started)
    say_later(turn, later)
    if not started:
        events += answer_questions(turn.after(events), turn.clauses.questions)
    return [*events, *started]


def _act(turn: Turn) -> RasaEvents:
    if handler := _about_orders(turn):
        return handler(turn)
    if is_feeling(turn):
        return answer_question(turn)
    for attempt in _OF_OWN_TICKETS:
        if (done := attempt(turn)) is not None:
            return done
    turn = turn.advised()
    if turn.utterance.intent in UNCLEAR:
        moved = begin_other_upgrade(turn) or begin_seat_change(turn)
        if moved:
            return moved
    if asked := ask_move_or_buy(turn):
        return asked
    is_named = parse_named_shows(turn).has_name or wants_same_again(turn.text)
    is_named = is_named or _takes_section(turn)
    if not (turn.orders or is_named) and tells_of_purchase(turn.text):
        return show_orders(turn)
    is_of_own = turn.utterance.intent == "buy_tickets" and is_of_bought(turn.text)
    if (turn.orders and is_of_own) or (is_unclear_question(turn) and not is_named):
        return answer_question(turn)
    if turn.utterance.intent in UNCLEAR and (told := tell_stranger(turn)) is not None:
        return told
    return _OUTSIDE.get(turn.utterance.intent, take_fallback)(turn)


def _takes_section(turn: Turn) -> bool:
    """Return whether a section is taken, and not asked about: "the parquet then", "2 dugout"."""
    spoken_of, _ = subject_of(turn)
    if any(chooses_section(turn.text, show, asked=False) for show in spoken_of):
        return True
    is_number = parse_quantity(turn.text, asked=False) is not None
    return is_number and bool(shows_with_section(turn.text, turn.catalog.shows))


def _about_orders(turn: Turn) -> Handler | None:
    """Return what does or tells something of orders that the buyer has, whatever form is active.

    What was offered last is matched before anything else.
    """
    if selects_order_to_cancel(turn):
        return cancel_selected
    if asks_held(turn.text):
        return show_orders
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
    if before.asked is None:
        turn = own_part(turn, form.name)
    elif before.asked != form.consent:
        turn = _without_others(turn, form, before)
    if form.name == BUY_FORM and turn.said & LINKS:
        # The message was for the order before this one.
        return form.slot_events(confirm(before, None))
    if before.asked and (say_foreign(turn) or say_misread(turn)):
        return form.slot_events(confirm(before, None))
    if before.asked and turn.is_for_later:
        # Whatever it is, it is not to be done now.
        answer_questions(turn, turn.clauses.questions)
        return form.slot_events(confirm(before, None))
    try:
        if (aside := _answer_aside(turn, form, before)) is not None:
            return aside
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
            is_consent = not asks_first(turn.text) and form.hears_yes(turn)
            return _take(turn, form, before, is_consent=is_consent)
        return _take_and_answer(turn, form, before)
    except PaymentError as exc:
        # The question that follows meets the same trouble and says so.
        log.warning("flows.form.failed", form=form.name, code=exc.code)
        return [SlotSet(form.consent, None)]


def _without_others(turn: Turn, form: Form, before: Any) -> Turn:
    """Leave for later what starts another form beside an answer: "2 please, and refund …"."""
    part, others = before_others(turn, form.name)
    if not others or not _changes(part, form, before):
        return turn
    say_later(turn, [one.text for one in others])
    return part


def _answer_aside(turn: Turn, form: Form, before: Any) -> RasaEvents | None:
    """Answer what fills no slot: of orders, prices that are offered, other times, good-byes.

    None where a message says nothing of that kind.
    """
    kept = form.slot_events(confirm(before, None))
    if say_not_theirs(turn):
        return kept
    if form.name == BUY_FORM and (unsold := find_unsold(turn)).is_all:
        unsold.say(turn)
        return kept
    if before.asked and (handler := _about_orders(turn)):
        is_over = form.is_blank(before) or order_turned_down(turn) is not None
        return [*handler(turn), *(form.end() if is_over else kept)]
    if before.asked and is_feeling(turn):
        return kept + answer_question(turn.after(kept))
    if form.name == BUY_FORM and before.asked and (haggled := answer_haggling(turn)):
        return kept + answer_questions(turn.after(kept), haggled[1])
    if before.asked and form.topics and says_goodbye(turn.text):
        if form.is_blank(before):
            turn.say("utter_goodbye")
        return _abandon(turn, form, before)
    return kept if form.name == BUY_FORM and tell_other_time(turn, before) else None


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
    if not rest or turn.utterance.is_command or turn.utterance.selected or asks_first(turn.text):
        return None
    said, agreed = turn.about(rest, is_aside=True), turn.about("yes")
    intent = said.utterance.intent
    is_next = form.name == REFUND_FORM and intent in STARTING - {form.intent}
    is_next = is_next and not said.clauses.questions or bool(before_others(turn, form.name)[1])
    is_then = form.name == REFUND_FORM and goes_on_then(turn.text) and intent != form.intent
    if is_next or is_then:
        say_later(turn, [rest])
        return _take(agreed, form, before)
    if form.goes_on(said, before):
        return _take(agreed, form, before)
    if form.name == BUY_FORM and follows_after(turn.text) and _changes(said, form, before):
        say_later(turn, [rest])
        return _take(agreed, form, before)
    if not form.agrees_beside_questions or not _is_remark(said, form, before):
        return None
    events = _take(agreed, form, before)
    if said.topic and said.topic.score >= LIKELY_TOPIC:
        answer_topic(said.after(events), said.topic, *subject_of(said))
    return events


def _agrees(turn: Turn, form: Form, before: Any) -> bool:
    """Return whether a sentence is a yes and the others are none or a mere remark.

    So is one that names nothing but what is summed up: "then we take the three".
    """
    rest = beside_yes(turn.text) if agrees_plainly(turn.text, anywhere=True) else ""
    is_remark = bool(rest) and _is_remark(turn.about(rest, is_aside=True), form, before)
    return is_remark or agrees_plainly(turn.text) or form.agrees_to_same(turn, before)


def _changes(turn: Turn, form: Form, before: Any) -> bool:
    return bool(confirm(form.step(turn, before).request, None) != confirm(before, None))


def _is_remark(turn: Turn, form: Form, before: Any) -> bool:
    """Return whether what stands beside a yes leaves the request as it is and asks nothing."""
    if turn.clauses.questions or turn.utterance.intent in STARTING | {"deny", "cancel_order"}:
        return False
    if what_goes(turn.text, agreed=True) or form.contradicts(turn, before):
        return False
    step = form.step(turn, before)
    is_changed = confirm(step.request, None) != confirm(before, None)
    is_topic = _has_likely_topic(turn)
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
        is_consent = form.agrees_beside(turn) and not asks_first(turn.text)
        is_consent = is_consent and _agrees(said, form, before)
        is_lost = form.step(said, before) == Step(before, (form.not_understood,))
        if not (is_lost or _lets_only_question_go(turn, said, form, before)):
            events = _take(said, form, before, is_consent=is_consent)
    after = turn.after(events)
    if _is_left(events):
        is_done = bool(after.slot(form.consent))
        answer = _answer_beside_order if is_done else answer_question
        return events + answer_questions(after, clauses.questions, answer)
    in_form = partial(_answer_in, form=form, before=before)
    events += answer_questions(after, clauses.questions, in_form)
    return [*events, *_abandon(turn, form, before)] if _is_unwanted(turn, form, before) else events


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
    if step.replies == (form.not_understood,) and _answer_ages(turn, form):
        return form.slot_events(confirm(before, None))
    if _is_lost_again(turn, form, before, step):
        return _leave_lost(turn, form, before)
    say_step(turn, step.replies)
    events = form.slot_events(step.request if is_consent else confirm(step.request, None))
    if form.name == BUY_FORM and not step.request.confirmed:
        say_beside_own(turn.after(events))
        _answer_conditions(turn.after(events))
        warn_of_age(turn.after(events))
    return events


def _answer_ages(turn: Turn, form: Form) -> bool:
    """Tell from what age the show being bought is to who only says how old somebody is."""
    shows, _ = subject_of(turn)
    if form.name != BUY_FORM or len(shows) != 1 or not parse_ages(turn.text):
        return False
    answer_topic(turn, TopicMatch("age", SURE_TOPIC), shows)
    return True


def _answer_conditions(turn: Turn) -> None:
    """Say what can't be promised of the seats that are asked for: "two at the aisle, please".

    Each piece of a message may have a condition: "two for Aida, but not behind a pillar".
    """
    found: dict[str, float] = {}
    for piece in {turn.utterance.typed, *pieces_of(turn.utterance.typed)}:
        scores = turn.topics.scores(piece, language=spoken().code)
        best = max(scores, key=lambda topic_id: scores[topic_id])
        least = LEAST_CONDITION if best in _OF_SEATS else SURE_TOPIC
        if best in _OF_SEATS | _OF_TERMS and scores[best] >= least:
            found[best] = max(scores[best], found.get(best, 0.0))
    for topic_id in sorted(found, key=lambda one: -found[one])[:MOST_CONDITIONS]:
        answer_topic(turn, TopicMatch(topic_id, SURE_TOPIC), *subject_of(turn))


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
    is_of_orders = turn.utterance.intent in _OF_ORDERS
    is_fact = turn.is_for_later or _has_likely_topic(turn) or (asks_fact(turn) and not is_of_orders)
    return answer_question(turn) if is_fact else []


def _has_likely_topic(turn: Turn) -> bool:
    return turn.topic is not None and turn.topic.score >= LIKELY_TOPIC


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
    # "What if dad is ill then?" is about the rules of a form, and not about its request.
    is_known = is_known and not (is_supposed(turn.text) and _has_likely_topic(turn))
    is_beyond = turn.topic is not None and turn.topic.topic_id in form.beyond_terms
    has_terms = form.repeats_terms and not is_beyond
    is_known = is_known and bool(step.replies or has_terms) and not step.request.confirmed
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
        if _is_lost_again(turn, form, before, step):
            return _leave_lost(turn, form, before)
        say_step(turn, step.replies)
        return form.slot_events(confirm(before, None))
    events = [event for event in handler(turn) if event.get("name") != form.name]
    if any(event["event"] == "followup" for event in events):
        return events
    if form.is_blank(before) and intent in _OF_ORDERS:
        return [*events, *form.end()]
    if _is_unwanted(turn, form, before):
        return [*events, *_abandon(turn, form, before)]
    # Rasa takes an answer without a slot for a rejection.
    return [*form.slot_events(confirm(before, None)), *events]


def _looks_for_shows(turn: Turn) -> bool:
    """Return whether a message looks for shows, be it one that isn't sold."""
    return looks_around(turn) or asks_for_stranger(turn)


def _asks_before_buying(turn: Turn) -> bool:
    """Return whether "can I return two of them later?" can only be about the rules.

    So is a refund in a case that is only thought of, as long as nothing is paid.
    """
    if turn.utterance.intent != "request_refund":
        return False
    if not turn.orders and turn.text.rstrip().endswith("?"):
        return True
    is_paid = any(order.paid_at is not None for order in turn.orders)
    return not is_paid and supposes_refund(turn.text)


def _is_left(events: RasaEvents) -> bool:
    asked = [event.get("value") for event in events if event.get("name") == "requested_slot"]
    return bool(asked) and asked[-1] is None


def _switch(turn: Turn, form: Form, before: Any, handler: Handler) -> RasaEvents:
    """Leave the form for the one that a message starts, where that can be started."""
    events = handler(turn.outside(form.end()))
    if not any(event["event"] == "followup" for event in events):
        return [*events, *form.slot_events(confirm(before, None))]
    return [ActiveLoop(None), *_abandon(turn, form, before), *events]


def _abandon(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """End a form that the talk has left, and say so where it had begun."""
    if form.nothing_done and not form.is_blank(before):
        turn.say(form.nothing_done)
    return form.end()


def _leave_lost(turn: Turn, form: Form, before: Any) -> RasaEvents:
    """End a form that two messages had nothing to do with, in one sentence."""
    if form.nothing_done and not form.is_blank(before):
        return form.leave(turn)
    turn.say("utter_deny")
    return form.end()


def _is_lost_again(turn: Turn, form: Form, before: Any, step: Step[Any]) -> bool:
    """Return whether a message means nothing to a form that the talk has left.

    What was answered as far as its summary is kept.
    """
    if before.asked == form.consent and turn.messages_in_form > MOST_UNRELATED:
        return False
    if step.replies != (form.not_understood,) or turn.utterance.is_command:
        return False
    return turn.messages_in_form >= MOST_UNRELATED and not _is_spoken_of(turn, form)


def _is_unwanted(turn: Turn, form: Form, before: Any) -> bool:
    """Return whether this message and the one before it were about something else.

    A form that nothing was told to since it started was opened by a misunderstanding, whatever is
    asked in it.
    """
    if turn.messages_in_form < MOST_UNRELATED:
        return False
    return form.is_blank(before) or not _is_spoken_of(turn, form)


def _is_spoken_of(turn: Turn, form: Form) -> bool:
    """Return whether one of the last two messages may be about the form, or names a show.

    What the message before has filled it was about.
    """
    if turn.has_filled_before(set(form.slots) - {form.consent, "offered_shows"}):
        return True
    said = [turn.about(one) for one in (turn.message.typed, turn.message_before)]
    return any(form.concerns(one) or _is_unclear_name(one) for one in said)


def _is_unclear_name(turn: Turn) -> bool:
    """Return whether a show is named and nothing clear said of it: "hers, of the Lakers"."""
    is_clear = turn.utterance.intent not in UNCLEAR or _has_likely_topic(turn)
    return not is_clear and parse_named_shows(turn).has_name
