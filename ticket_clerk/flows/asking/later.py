"""What could be done later, and what the buyer will do then: told, and never done."""

from __future__ import annotations

from ticket_clerk.understanding.intents import SURE
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.quantities import parse_increase, parse_quantity
from ticket_clerk.understanding.times.own import asks_whether, is_for_later
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from ..browse import subject_of
from ..facts import answer_topic
from ..form import LIKELY_TOPIC
from ..purchase.state import WAITS
from ..refund.form import answer_refund_question
from ..turn import BUY_FORM, RasaEvents, Turn

# What an act is about, where its words are about no topic by themselves.
_RULES = {
    "request_refund": "refund_policy",
    "cancel_order": "refund_policy",
    "upgrade_seat": "exchange_policy",
    "payment_status": "hold_time",
    "show_orders": "hold_time",
    "ask_how_to_pay": "hold_time",
}
_REFUNDS = frozenset({"request_refund", "cancel_order"})
_OF_NUMBERS = "order_limit"
# Of these the likeliest is told to whom none of the above is.
_LIKELY = ("exchange_policy", "refund_policy", "hold_time", "transfer", "how_to_buy", _OF_NUMBERS)


def tell_of_later(turn: Turn) -> RasaEvents | None:
    """Tell by which rules something is done later, or let the buyer take their time.

    None where nothing is said of another time than now.
    """
    if not is_for_later(turn.text):
        return None
    intent, topic = turn.utterance.intent, turn.topic
    is_sure = turn.intent_scores.get(intent, 0.0) >= SURE
    rule = None if intent in _REFUNDS and not is_sure else _RULES.get(intent)
    is_refund = rule == "refund_policy"
    if is_refund and turn.orders:
        return answer_refund_question(turn)
    if topic is not None and topic.score >= LIKELY_TOPIC and not is_refund:
        return answer_topic(turn, topic, *subject_of(turn))
    if rule := rule or (_rule_asked(turn) if asks_whether(turn.text) else None):
        return answer_topic(turn, TopicMatch(rule, SURE_TOPIC), *subject_of(turn))
    if "?" in turn.message.typed:
        # "If I come back tomorrow, are they still there?" has its answer.
        return []
    is_leaving = intent == "goodbye" and not turn.active_form
    is_summed_up = turn.asked_by(BUY_FORM) == "confirm_order"
    pause = WAITS if is_summed_up else "utter_take_your_time"
    turn.say("utter_goodbye" if is_leaving else pause)
    return []


def _rule_asked(turn: Turn) -> str:
    """Name the topic of the rule for more or fewer tickets, or the likeliest of all rules."""
    if parse_quantity(turn.text, asked=False) or parse_increase(turn.text):
        return _OF_NUMBERS
    if turn.is_about_refunds:
        return "refund_policy"
    scores = turn.topics.scores(turn.utterance.typed, language=spoken().code)
    return max(_LIKELY, key=lambda topic_id: scores.get(topic_id, 0.0))
