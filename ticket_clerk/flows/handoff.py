"""Handoff to operators, on request or after repeated misunderstandings.

While it is theirs Rasa has it paused: what the buyer writes is kept and nothing answers by itself.
What the operators say, and notifications about money, come through ``action_report_payment``; only
that they hand it back makes the bot answer again (notifications.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk.events import ActionExecuted, ActiveLoop, ConversationPaused

from ticket_clerk.ticketing.domain.facts import SHOP
from ticket_clerk.ticketing.domain.models import HandoffReason
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.understanding.language import spoken

from .replies import Reply
from .show_lists import LISTS
from .turn import RasaEvents, Turn

_NOT_UNDERSTOOD = ("utter_not_understood", "utter_not_understood_again")
# Whatever was being talked about: these say that a sentence led nowhere.
MISUNDERSTOOD = frozenset(
    {
        *_NOT_UNDERSTOOD,
        "utter_not_understood_in_order",
        "utter_not_understood_in_refund",
        "utter_not_understood_in_upgrade",
        "utter_not_understood_in_season",
        "utter_not_understood_in_transfer",
        "utter_out_of_scope",
    }
)
# Answers to what stands beside a request: "thanks, and until when can I return them?"
_COURTESIES = frozenset(
    {
        "utter_thank_you",
        "utter_greet",
        "utter_affirm",
        "utter_deny",
        "utter_just_told",
        "utter_goodbye",
        # What stands beside a question may seem to be one of its own.
        "utter_ask_show_for_topic",
    }
)
# What a list of everything may follow.
_DOUBT = "utter_perhaps"
# What is said of a list, right before it.
OF_LISTS = frozenset({"utter_as_preferred", "utter_none_preferred"})
_PREFACES = frozenset(
    {
        *OF_LISTS,
        _DOUBT,
        "utter_error_too_many_tickets",
        "utter_no_such_show",
        "utter_none_alike",
        "utter_not_sold",
        "utter_nothing_then",
        "utter_nothing_within",
        "utter_number_noted",
        "utter_show_not_on_sale",
        "utter_no_order_of_show",
    }
)
_WHOLE_LISTS = frozenset({"utter_shows", "utter_no_show_fits"})
_OFFERS = frozenset({"utter_offer_person", "utter_offer_contact"})
# Outside of a form, where what is out of scope may as well be what nobody understands.
_LED_NOWHERE = frozenset({*_NOT_UNDERSTOOD, "utter_out_of_scope"})


def start_handoff(turn: Turn, reason: HandoffReason) -> RasaEvents:
    """Hand the conversation to the operators and mute the bot; say so if there are none.

    Safe to repeat.
    """
    handoff = handover.hand_over(turn.container, turn.buyer, reason)
    if handoff is None:
        contact = _contact(turn)
        known = Reply("utter_human_handoff", {"contact": contact})
        turn.say(known if contact else "utter_human_handoff_unknown")
        return []
    turn.say("utter_handed_over")
    # The form let this sentence pass; begun again, it goes on with its question afterwards.
    again = [ActiveLoop(turn.active_form)] if turn.active_form else []
    # Paused, Rasa would not note that it listens, and rules start from there.
    return [*again, ConversationPaused(), ActionExecuted("action_listen")]


def say_not_understood(turn: Turn, response: str | None = None) -> RasaEvents:
    """Reply with help or ``response``, the second time in a row with buttons; then hand over."""
    times = turn.times_in_a_row(_LED_NOWHERE)
    if times >= len(_NOT_UNDERSTOOD):
        return start_handoff(turn, HandoffReason.NOT_UNDERSTOOD)
    turn.say(response or _NOT_UNDERSTOOD[times])
    return []


def without_noise(
    messages: Sequence[dict[str, Any]], *, is_told: bool = False
) -> list[dict[str, Any]]:
    """Say each thing once, list once, and add no courtesy or apology to an answer.

    ``is_told`` says that the news of an order have just been told, which is an answer, too.
    """
    unique = [one for index, one in enumerate(messages) if one not in messages[:index]]
    told = [(one.get("show"), one.get("date")) if _has_sections(one) else None for one in unique]
    unique = [one for at, one in enumerate(unique) if not told[at] or told[at] not in told[:at]]
    lists = [one for one in unique if one.get("response") in LISTS]
    shortest = min(lists, key=lambda one: len(one["shows"]), default=None)
    unique = [one for one in unique if one not in lists or one is shortest]
    # A list of everything is an answer only where nothing else is.
    answers = [one for one in unique if one.get("response") not in MISUNDERSTOOD | _COURTESIES]
    others = {one.get("response") for one in answers} - _WHOLE_LISTS - _PREFACES
    if others:
        unique = [one for one in unique if one.get("response") not in _WHOLE_LISTS]
    unique = _without_bare_doubts(unique)
    answers = [one for one in unique if one.get("response") not in MISUNDERSTOOD | _COURTESIES]
    if {one.get("response") for one in answers} - _OFFERS:
        return answers
    apologies = [one for one in unique if one.get("response") in MISUNDERSTOOD]
    return [one for one in unique if one not in (apologies if is_told else apologies[:-1])]


def _without_bare_doubts(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out a doubt or a preference that is about the next message, where that is not there.

    An apology or a courtesy is no answer that a doubt could be about.
    """
    kept: list[dict[str, Any]] = []
    after: Any = _DOUBT
    for one in reversed(messages):
        said = one.get("response")
        is_bare = said == _DOUBT == after or (said in OF_LISTS and after not in LISTS)
        if not is_bare:
            kept.append(one)
            after = after if said in MISUNDERSTOOD | _COURTESIES else said
    return kept[::-1]


def _has_sections(message: dict[str, Any]) -> bool:
    return message.get("response") == "utter_prices"


def offer_operator(turn: Turn, replies: Iterable[Reply]) -> None:
    """Offer an operator where three turns in a row were not understood, or the shop's contact."""
    is_misunderstood = not MISUNDERSTOOD.isdisjoint(reply.response for reply in replies)
    if not (is_misunderstood and turn.was_said_in_each(MISUNDERSTOOD, turns=2)):
        return
    if turn.container.operators.is_there:
        turn.say("utter_offer_person")
    elif contact := _contact(turn):
        turn.say("utter_offer_contact", contact=contact)


def _contact(turn: Turn) -> str | None:
    """Return where the shop is reached, if its owner has said so."""
    return turn.catalog.facts.find(SHOP, "contact", spoken().code)
