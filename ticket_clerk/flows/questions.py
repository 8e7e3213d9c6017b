"""Answers to questions, which change nothing: from orders, the catalog, facts, or not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    HandoffReason,
    OrderStatus,
    Show,
)
from ticket_clerk.ticketing.waiting_list import waits_of
from ticket_clerk.understanding.answers import (
    asks_difference,
    is_supposed,
    points_at_last,
    wants_cheapest,
)
from ticket_clerk.understanding.asking.kinds import asked_of_all, looks_for_others
from ticket_clerk.understanding.clauses import is_fragment
from ticket_clerk.understanding.intents import SURE, UNCLEAR, WORTH_A_TRY
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.order_changes import wants_more
from ticket_clerk.understanding.orders import (
    asks_bought,
    asks_canceled,
    asks_spent,
    tells_of_purchase,
)
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.payments.payers import asks_time_to_pay, blames, pays_for_other
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.refunds import supposes_refund
from ticket_clerk.understanding.sections import compared_sections, is_beside_own
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.text import order_numbers
from ticket_clerk.understanding.tickets.transfers import asks_to_give
from ticket_clerk.understanding.times.ages import looks_for_child, parse_ages
from ticket_clerk.understanding.topics import LEAST_SCORE, SURE_TOPIC, TopicMatch
from ticket_clerk.understanding.waiting_list import is_about_waiting

from .advice import asked_ranking
from .asking.doubts import answer_doubt
from .asking.later import tell_of_later
from .asking.likeness import tell_alike
from .browse import (
    asks_for_stranger,
    asks_of_offered,
    asks_price_of_section,
    browse,
    list_shows,
    parse_named_shows,
    say_unsold_kind,
    subject_of,
    tell_between,
    tell_offered,
    tell_price,
    tell_show,
)
from .catalog_topics import tell_contact, tell_from_catalog, warn_of_age
from .facts import SURE_ENOUGH, answer_of_all, answer_topic, is_of_a_place, tell_known
from .fallback import take_fallback
from .form import LIKELY_TOPIC
from .handoff import start_handoff
from .order_status import active_season_tickets, say_season_status, unpaid_season_orders
from .orders import cancel_orders, show_orders
from .purchase.extra_facts import named_extra_replies
from .refund.form import answer_refund_question
from .refund.step import refundable
from .replies import Reply
from .season.form import answer_season_ticket
from .show_lists import remember
from .turn import BUY_FORM, SEASON_FORM, RasaEvents, Turn, say_each, start
from .unanswered import asks_fact, say_unanswered, say_unknown_once, tell_with_doubt
from .upgrade import start_seat_upgrade
from .waiting_list import use_waiting_list

Handler = Callable[[Turn], RasaEvents]


def saying(response: str) -> Handler:
    """Return a handler that says one response."""

    def handle(turn: Turn) -> RasaEvents:
        turn.say(response)
        return []

    return handle


def _hand_off(turn: Turn) -> RasaEvents:
    """Find a person; who wants to reach a venue that is spoken of is told how."""
    told = tell_contact(turn)
    return told if told is not None else start_handoff(turn, HandoffReason.ASKED)


def _greet(turn: Turn) -> RasaEvents:
    """Greet; who looks for shows in the same breath is told of them."""
    return list_shows(turn) if looks_around(turn) else saying("utter_greet")(turn)


def _wait(turn: Turn) -> RasaEvents:
    """Use the waiting list; who waits for news of their order reads how it stands.

    "Let me know when you see it" is about the payment, where an order goes on and no seats and no
    show are spoken of.
    """
    goes_on = any(order.status in UNPAID | HELD_BY_BUYER for order in turn.orders)
    is_of_seats = is_about_waiting(turn.text) or parse_named_shows(turn).has_name
    return show_orders(turn) if goes_on and not is_of_seats else use_waiting_list(turn)


def _tell_for_children(turn: Turn) -> RasaEvents | None:
    """Tell from what ages the shows are to who looks for one that children may see."""
    whole = turn.message.text
    is_child = looks_for_child(turn.text) or (looks_for_child(whole) and bool(parse_ages(whole)))
    parsed = parse_named_shows(turn)
    if not is_child or parsed.has_name:
        return None
    return answer_of_all(turn, TopicMatch("age", SURE_TOPIC), parsed.shows or turn.catalog.shows)


def _browse(turn: Turn) -> RasaEvents:
    """List shows, with the ages from which they are where they are for children."""
    told = _tell_for_children(turn)
    return browse(turn) if told is None else told


def _tell_payer(turn: Turn) -> RasaEvents | None:
    """Say that anybody may pay behind the link, with the link of an order that is open."""
    if not pays_for_other(turn.text):
        return None
    turn.say("utter_anybody_pays")
    is_open = any(order.status is OrderStatus.OPEN for order in turn.orders)
    return show_orders(turn) if is_open and turn.active_form is None else []


def _tell_how_to_pay(turn: Turn) -> RasaEvents:
    told = _tell_payer(turn)
    return saying("utter_how_to_pay")(turn) if told is None else told


# What is the same in a form and outside of one.
ANYWHERE: Mapping[str, Handler] = {
    "greet": _greet,
    "thank_you": saying("utter_thank_you"),
    "card_number": saying("utter_card_number"),
    "ask_how_to_pay": _tell_how_to_pay,
    "human_handoff": _hand_off,
    "browse_events": _browse,
    "ask_price": tell_price,
    "ask_show": tell_show,
    "payment_status": show_orders,
    "show_orders": show_orders,
    "cancel_order": cancel_orders,
    "use_waiting_list": _wait,
}
# A question starts nothing: what these intents would do is told or not known.
_OF_OWN: Mapping[str, Handler] = {
    "request_refund": answer_refund_question,
    "subscribe_season_tickets": answer_season_ticket,
    "use_waiting_list": _wait,
}
_QUESTIONS: Mapping[str, Handler] = {
    **ANYWHERE,
    **_OF_OWN,
    "cancel_order": show_orders,
    "upgrade_seat": start_seat_upgrade,
}
# Told from the catalog, unless the question is very surely about a fact.
_OF_CATALOG = frozenset({"ask_price", "ask_show", "browse_events", "ask_how_to_pay"})
VERY_SURE = 0.75
# Beside an answer these add nothing for a question that leans on it.
_UNSURE = ("utter_fact_unknown", "utter_perhaps", "utter_out_of_scope")
# Asked of all shows by words that say so, a topic must be this likely.
LEAST_OF_ALL = 0.3
LEAST_BESIDE_PAYING = 0.3
# What the news of an order, told with the answer to a message, say themselves.
_TOLD_BY_NEWS = frozenset({"declined", "link_trouble", "how_to_buy", "ticket"})
_HOLD_TIME = TopicMatch("hold_time", SURE_TOPIC)
_DECLINED = TopicMatch("declined", SURE_TOPIC)
# These are of a show, where one is spoken of.
_SEATS = frozenset("seat seats section sections".split())
_SECTION_WHERE = TopicMatch("section_where", SURE_TOPIC)
_TRANSFER = TopicMatch("transfer", SURE_TOPIC)
_ABOUT_REFUNDS = frozenset({"refund_policy", "refund_time"})


def answer_question(turn: Turn) -> RasaEvents:
    """Answer a question: the first of the ways below that has an answer gives it."""
    turn = turn.advised()
    ways = (attempt(turn) for attempt in _WAYS)
    events = next((told for told in ways if told is not None), None)
    events = _tell_fact(turn) if events is None else events
    warn_of_age(turn.after(events))
    return events


def answer_questions(
    turn: Turn, questions: Sequence[str], answer: Handler = answer_question
) -> RasaEvents:
    """Answer questions in their order, each after what the one before it was about.

    One that leans on what was just answered, and has no answer of its own, has that one: "a band,
    right?" is not told back as unknown behind what the band is.
    """
    events: RasaEvents = []
    before, messages = turn.message_before, turn.dispatcher.messages
    first = len(messages)
    for question in questions:
        asked = turn.after(events).about(question).in_context(before)
        was_answered, told = any(map(_is_answer, messages)), len(messages)
        events += answer(asked)
        if was_answered and _leans_on_answer(asked) and not any(map(_is_answer, messages[told:])):
            del messages[told:]
        before = question
    say_unknown_once(turn, first)
    return events


def _is_answer(message: Mapping[str, object]) -> bool:
    return not str(message.get("response")).startswith(_UNSURE)


def _leans_on_answer(turn: Turn) -> bool:
    """Return whether a question says too little by itself, or asks again what was answered."""
    is_likely = turn.topic is not None and turn.topic.score >= LIKELY_TOPIC
    return not is_likely and is_fragment(turn.text)


def answer_refund_policy(turn: Turn) -> RasaEvents:
    """Answer by the rules for refunds, as before anything is bought."""
    return answer_topic(turn, TopicMatch("refund_policy", SURE_TOPIC), *subject_of(turn))


def tell_stranger(turn: Turn) -> RasaEvents | None:
    """Say that a show isn't sold, where tickets of it are asked for and no topic is likely."""
    is_topic = turn.topic is not None and turn.topic.score >= LIKELY_TOPIC
    return list_shows(turn) if not is_topic and asks_for_stranger(turn) else None


def say_beside_own(turn: Turn) -> bool:
    """Say so where a new seat shall be beside others that are taken: nobody can promise it."""
    if not is_beside_own(turn.text):
        return False
    shows = {order.show_id for order in turn.orders if order.status in HELD_BY_BUYER}
    chosen = turn.slot("show") if turn.active_form == BUY_FORM else None
    is_own = chosen in shows if chosen else bool(shows)
    if is_own:
        turn.say("utter_new_seats_apart")
    elif chosen:
        turn.say("utter_seats_beside_others")
    else:
        return False
    return True


def _tell_beside_own(turn: Turn) -> RasaEvents | None:
    """Tell of a seat beside theirs; who wants one more begins to order it."""
    if turn.active_form is None and turn.orders and is_beside_own(turn.text):
        return start(BUY_FORM) if wants_more(turn.text) else None
    return [] if say_beside_own(turn) else None


def _tell_transfer(turn: Turn) -> RasaEvents | None:
    """Tell the rules to who asks about a ticket for somebody else, whose name is no topic's."""
    is_asked = asks_to_give(turn.text) and not turn.is_about_topic
    return answer_topic(turn, _TRANSFER, *subject_of(turn)) if is_asked else None


def _tell_of_open_order(turn: Turn) -> RasaEvents | None:
    """Tell who has an order to pay how long that is possible, and why a card was declined."""
    waiting = [order for order in turn.orders if order.status is OrderStatus.OPEN]
    topic = turn.topic if turn.active_form is None and waiting else None
    is_time = topic and topic.topic_id == _HOLD_TIME.topic_id and topic.score >= LIKELY_TOPIC
    if is_time or asks_time_to_pay(turn.text):
        return show_orders(turn) if waiting else answer_topic(turn, _HOLD_TIME)
    is_declined = any(order.declined_at for order in waiting)
    return answer_topic(turn, _DECLINED) if is_declined and blames(turn.text) else None


def _tell_own(turn: Turn) -> RasaEvents | None:
    if not _is_about_own(turn):
        return None
    return _OF_OWN.get(turn.utterance.intent, show_orders)(turn)


def _tell_offered(turn: Turn) -> RasaEvents | None:
    """Tell of the show that is named by its place in the list, unless a fact is asked for."""
    return tell_show(turn) if asks_of_offered(turn) and not _is_of_fact(turn) else None


def _tell_extra(turn: Turn) -> RasaEvents | None:
    """Tell of what is sold beside the seats, where it is named and no topic surely is."""
    if turn.is_about_topic:
        return None
    shows, _ = subject_of(turn)
    replies = named_extra_replies(turn, shows)
    say_each(turn, replies)
    return remember(shows) if replies else None


def _tell_news(turn: Turn) -> RasaEvents | None:
    """Say how orders stand to who asks for news and has any that go on.

    Where a form waits for an answer, its question says how things stand.
    """
    is_of_shows = turn.intent_scores.get("browse_events", 0.0) >= VERY_SURE
    if turn.topic is None or turn.topic.topic_id != "news" or is_of_shows:
        return None
    if any(order.status in UNPAID | HELD_BY_BUYER for order in turn.orders):
        return show_orders(turn)
    return [] if turn.active_form else None


def _advise(turn: Turn) -> RasaEvents | None:
    """Rank shows or sections, or list what a budget allows."""
    if turn.active_form == SEASON_FORM:
        # "And on which date next year?" is about the season ticket that is summed up.
        return None
    if asked_ranking(turn):
        return tell_price(turn) if _is_of_one_show(turn) else list_shows(turn)
    # "What's the cheapest in Boston? We're students."
    is_place = wants_cheapest(turn.text) and parse_named_shows(turn).has_hint
    has_budget = parse_budget(turn.text) is not None and not _is_of_fact(turn)
    is_asked = has_budget or (is_place and not turn.is_about_topic)
    return list_shows(turn) if is_asked else None


def _tell_supposed_number(turn: Turn) -> RasaEvents | None:
    """Tell what it would cost for so many: "what if it's just two of us?"."""
    is_chosen = turn.active_form == BUY_FORM and bool(turn.slot("show"))
    is_number = is_supposed(turn.text) and parse_quantity(turn.text, asked=False) is not None
    return tell_price(turn) if is_chosen and is_number and not turn.is_about_topic else None


def _tell_refund_policy(turn: Turn) -> RasaEvents | None:
    topic = turn.topic
    is_other = topic and topic.score >= LIKELY_TOPIC and topic.topic_id not in _ABOUT_REFUNDS
    is_asked = turn.utterance.intent == "request_refund" and not turn.is_about_topic
    is_case = topic is not None and topic.topic_id in _ABOUT_REFUNDS
    is_asked = is_asked or (is_case and supposes_refund(turn.text))
    if not is_asked or is_other or refundable(turn.orders, turn.now):
        return None
    return answer_refund_policy(turn)


def _tell_other_show(turn: Turn) -> RasaEvents | None:
    if _is_of_fact(turn) or not _names_other_show(turn):
        return None
    return tell_show(turn) if parse_named_shows(turn).has_name else list_shows(turn)


def _tell_of_orders(turn: Turn) -> RasaEvents | None:
    """Answer what is a fact to everybody else by what the buyer has."""
    topic = turn.topic.topic_id if turn.topic else None
    if turn.just_told and topic in _TOLD_BY_NEWS:
        turn.say("utter_just_told")
        return []
    if topic == "link_trouble" and any(one.status is OrderStatus.OPEN for one in turn.orders):
        return show_orders(turn)
    if topic == "season_charge" and active_season_tickets(turn):
        say_season_status(turn)
        return []
    return answer_refund_question(turn) if topic in _ABOUT_REFUNDS and turn.orders else None


def _tell_spent(turn: Turn) -> RasaEvents | None:
    """List the buyer's orders with what they come to."""
    return show_orders(turn) if turn.orders and asks_spent(turn.text) else None


def _tell_of_season(turn: Turn) -> RasaEvents | None:
    is_asked = turn.utterance.intent == "subscribe_season_tickets" and is_sure(turn)
    is_free = not (turn.is_about_topic or turn.active_form)
    return answer_season_ticket(turn) if is_asked and is_free else None


def _tell_price_of_section(turn: Turn) -> RasaEvents | None:
    # Whatever names a section is a little about where that is.
    is_where = turn.topic is not None and turn.topic.topic_id == "section_where"
    is_fact = turn.is_about_topic if is_where else _is_of_fact(turn)
    return tell_price(turn) if asks_price_of_section(turn) and not is_fact else None


def _tell_fact(turn: Turn) -> RasaEvents:
    """Answer from a fact, or from the catalog where the words are more surely about that."""
    intent, topic = turn.utterance.intent, turn.topic
    is_of_catalog = topic is None or (intent in _OF_CATALOG and _is_of_catalog(turn, topic))
    # A day or a place that is looked at says more than a doubtful topic.
    looks = topic is not None and topic.score < SURE_ENOUGH and looks_for_others(turn.text)
    if looks and (told := _tell_of_kind(turn)) is not None:
        return told
    # Whoever asks on was not answered by how one pays.
    was_told = intent == "ask_how_to_pay" and turn.was_said(Reply("utter_how_to_pay"))
    if topic is None or (is_of_catalog and not was_told):
        return _tell_of(turn, intent) if intent in _QUESTIONS else _say_unknown(turn)
    return answer_topic(turn, topic, *subject_of(turn))


def _tell_between(turn: Turn) -> RasaEvents | None:
    """Tell of both shows where one is chosen, and no fact of them is asked for."""
    return None if _is_of_fact(turn) else tell_between(turn)


def _compare(turn: Turn) -> RasaEvents | None:
    """Tell both of the two shows that were offered last: "what's the difference?".

    Of one show the sections are told, with what each is.
    """
    if (compared := _compare_sections(turn)) is not None:
        return compared
    if not asks_difference(turn.text) or _is_of_fact(turn):
        return None
    if turn.slot("show"):
        return tell_price(turn) if subject_of(turn)[1] else None
    return tell_offered(turn) or _tell_sections(turn)


def _compare_sections(turn: Turn) -> RasaEvents | None:
    """Tell where the sections are that are compared and what they cost; None where none are."""
    shows, _ = subject_of(turn)
    sections = compared_sections(turn.text, shows[0]) if len(shows) == 1 else []
    if not sections or not asks_difference(turn.text):
        return None
    for section in sections:
        tell_known(turn, _SECTION_WHERE, shows, section)
    return tell_price(turn)


def _tell_of_all(turn: Turn) -> RasaEvents | None:
    """Tell a fact of all shows, or of those of a kind or place that is named."""
    asked, parsed = asked_of_all(turn.text), parse_named_shows(turn)
    if asked is None or parsed.has_name:
        return None
    found = [one for one in (turn.topic, turn.about(asked).topic) if one is not None]
    found = [one for one in found if is_of_a_place(one)]
    if parse_ages(turn.message.text):
        found = [TopicMatch("age", SURE_TOPIC)]
    topic = max(found, key=lambda one: one.score, default=None)
    if topic is None or topic.score < LEAST_OF_ALL:
        return None
    return answer_of_all(turn, topic, parsed.shows or turn.catalog.shows)


def _tell_sections(turn: Turn) -> RasaEvents | None:
    shows, _ = subject_of(turn)
    return tell_price(turn) if len(shows) == 1 else None


def _tell_unsold_kind(turn: Turn) -> RasaEvents | None:
    return [] if say_unsold_kind(turn) else None


def _tell_party(turn: Turn) -> RasaEvents | None:
    """List what has seats for a party that asks for anything: "14 of us, what could we do?"."""
    number = parse_quantity(turn.message.text, asked=False)
    is_open = turn.utterance.intent in UNCLEAR and not (turn.topic or turn.active_form)
    if number is None or not is_open or subject_of(turn)[0]:
        return None
    limit, shows = turn.catalog.max_tickets_per_order, turn.catalog.shows
    roomy = [one for one in shows if sum(part.seats_left for part in one.sections) >= number]
    if number > limit:
        turn.say("utter_error_too_many_tickets", limit=limit)
    return list_shows(turn.among(roomy))


_WAYS: Sequence[Callable[[Turn], RasaEvents | None]] = (
    tell_of_later,
    _tell_between,
    answer_doubt,
    tell_alike,
    _tell_beside_own,
    _tell_payer,
    _tell_transfer,
    _tell_of_open_order,
    _compare,
    _tell_of_all,
    _tell_for_children,
    _tell_unsold_kind,
    _tell_spent,
    _tell_own,
    tell_from_catalog,
    _tell_offered,
    _tell_extra,
    _tell_news,
    _advise,
    _tell_supposed_number,
    _tell_refund_policy,
    _tell_other_show,
    _tell_of_orders,
    _tell_of_season,
    _tell_price_of_section,
    tell_stranger,
    _tell_party,
)


def is_unclear_question(turn: Turn) -> bool:
    """Return whether words without a clear intent are likely about a topic."""
    topic = turn.topic if turn.utterance.intent in UNCLEAR else None
    return topic is not None and topic.score >= LIKELY_TOPIC


def looks_around(turn: Turn) -> bool:
    """Return whether a sentence looks for shows by price, day, place or kind."""
    has_price = parse_budget(turn.text) is not None
    return has_price or parse_named_shows(turn).has_hint or asked_ranking(turn) is not None


def _names_other_show(turn: Turn) -> bool:
    """Return whether shows are named, be it by their kind, that are not the one being bought.

    "Is there anything before the holidays?" looks at all of them.
    """
    chosen, parsed = turn.slot("show"), parse_named_shows(turn)
    if turn.active_form != BUY_FORM or not chosen:
        return False
    if looks_for_others(turn.text) and parsed.has_hint and not parsed.has_name:
        return True
    return bool(parsed.shows) and chosen not in {show.id for show in parsed.shows}


def _is_of_one_show(turn: Turn) -> bool:
    """Return whether a show is named, being bought or pointed at: advice is about its sections."""
    if turn.active_form == BUY_FORM and turn.slot("show") or parse_named_shows(turn).has_name:
        return True
    is_pointed_at = points_at_last(turn.text) or bool(_SEATS & set(turn.text.lower().split()))
    return is_pointed_at and len(subject_of(turn)[0]) == 1


def is_sure(turn: Turn) -> bool:
    """Return whether the intent is sure enough to leave what is under way for it."""
    if turn.is_advised:
        return True
    return turn.intent_scores.get(turn.utterance.intent, 0.0) >= SURE


def _is_of_catalog(turn: Turn, topic: TopicMatch) -> bool:
    """Return whether the words are more surely about prices, times and seats than about a fact.

    How one pays is told to whoever asks about paying, unless it is likely about more than that.
    """
    if turn.topics.is_one_of_several(turn.utterance.typed, language=spoken().code):
        return False
    score = turn.intent_scores[turn.utterance.intent]
    is_likely = topic.score >= LEAST_BESIDE_PAYING and score < VERY_SURE
    if turn.utterance.intent == "ask_how_to_pay" and is_likely:
        return False
    return topic.score < min(score, SURE_TOPIC)


def _is_of_fact(turn: Turn) -> bool:
    """Return whether a question is likelier about a fact than about prices, times and seats.

    A budget, a day or the name of another show then only says what it is about.
    """
    if turn.topic is None or asked_ranking(turn):
        return False
    of_catalog = max(turn.intent_scores.get(intent, 0.0) for intent in _OF_CATALOG)
    least = min(SURE_TOPIC, max(LIKELY_TOPIC, of_catalog))
    return turn.topic.score >= least


def _is_about_own(turn: Turn) -> bool:
    """Return whether a question is about what the buyer has: orders, refunds, places in line."""
    intent = turn.utterance.intent
    is_likely = turn.topic is not None and turn.topic.score >= LIKELY_TOPIC
    if asks_bought(turn.text) or (tells_of_purchase(turn.text) and not is_likely):
        return True
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
    if not turn.orders and not is_sure(turn):
        return topic.score >= LEAST_SCORE
    score = turn.intent_scores.get(turn.utterance.intent, 0.0)
    return topic.score >= SURE_TOPIC or topic.score > max(score, LIKELY_TOPIC)


def _say_unknown(turn: Turn) -> RasaEvents:
    """Tell of the show or shows that a question points at, or say that it isn't known."""
    parsed = parse_named_shows(turn)
    if turn.orders and _likeliest(turn) in {"payment_status", "show_orders"}:
        return show_orders(turn)
    if not parsed.has_name and (told := _tell_of_kind(turn)) is not None:
        return told
    if turn.utterance.intent == "out_of_scope" and (is_sure(turn) or not parsed.has_name):
        return say_unanswered(turn, _only_show(turn)) if asks_fact(turn) else take_fallback(turn)
    if parsed.has_name:
        return tell_show(turn)
    if wants_cheapest(turn.text) and _is_of_one_show(turn):
        return tell_price(turn)
    if turn.active_form != SEASON_FORM and (parsed.has_hint or wants_cheapest(turn.text)):
        return list_shows(turn)
    return _answer_likeliest(turn)


def _tell_of_kind(turn: Turn) -> RasaEvents | None:
    """List the shows of a kind that a question names, with a doubt where it asks for no shows.

    So it does for a day or a place where it looks around: "anything on the 15th of January?".
    """
    hints = parse_hints(turn.text, turn.catalog.shows, turn.now)
    looks = looks_for_others(turn.text)
    if not (hints.categories or (looks and hints)) or turn.active_form == SEASON_FORM:
        return None
    is_advice = looks or not asks_fact(turn)
    return list_shows(turn) if is_advice else tell_with_doubt(turn, list_shows)


def _answer_likeliest(turn: Turn) -> RasaEvents:
    """Answer for the likeliest intent; a question changes nothing, so little is lost by it."""
    best = _likeliest(turn)
    if best in _OF_CATALOG:
        return _tell_of(turn, best)
    return say_unanswered(turn, _only_show(turn))


def _tell_of(turn: Turn, intent: str) -> RasaEvents:
    """Answer for an intent; where it is of the catalog and not sure, with that doubt."""
    tell = _QUESTIONS[intent]
    # Whoever names a section is likelier to ask for its seats than for anything else.
    least = LIKELY_TOPIC if subject_of(turn)[1] else SURE
    is_sure = turn.is_advised or turn.intent_scores.get(intent, 0.0) >= least
    is_doubtful = intent in _OF_CATALOG and not is_sure and asks_fact(turn)
    return tell_with_doubt(turn, tell) if is_doubtful else tell(turn)


def _only_show(turn: Turn) -> Show | None:
    shows, _ = subject_of(turn)
    return shows[0] if len(shows) == 1 else None


def _likeliest(turn: Turn) -> str | None:
    """Return the likeliest intent, if it is worth a try."""
    scores = turn.intent_scores
    best = max(scores, key=lambda intent: scores[intent])
    return best if scores[best] >= WORTH_A_TRY else None
