"""What of the assistant a host gets, and under which names.

Small talk, fallbacks and a free yes or no are the host's: its own rules answer them. What is about
tickets comes with a prefix, so that an intent like ``cancel_order`` of a shop stays the shop's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PREFIX = "tickets_"
# The key of a message's parse data under which our reading is, beside the host's.
READING = "ticket_clerk"
HOST = "host:"
# How sure a reading must be, to replace the host's or to leave a message to the host.
THRESHOLD = 0.5

SMALL_TALK = frozenset(
    {
        "affirm",
        "chitchat",
        "deny",
        "goodbye",
        "greet",
        "human_handoff",
        "inform",
        "nlu_fallback",
        "out_of_scope",
        "thank_you",
    }
)
# Set by our channels, not by a classifier.
_UNPREFIXED = frozenset({"card_number"})
# The intents that can be left out; all others about tickets belong to buying.
_FEATURES = {
    "refund": frozenset({"request_refund"}),
    "upgrade": frozenset({"upgrade_seat"}),
    "season_tickets": frozenset({"subscribe_season_tickets"}),
    "waiting_list": frozenset({"use_waiting_list"}),
    "facts": frozenset({"ask_fact"}),
}
FEATURES = ("buy", *_FEATURES)


def ticket_intents(intents: Iterable[str], features: Iterable[str] = FEATURES) -> list[str]:
    """List the intents that a host gets with these features, by our names, in order."""
    wanted = set(features)
    left_out = {
        intent for name, names in _FEATURES.items() if name not in wanted for intent in names
    }
    return [intent for intent in intents if intent not in SMALL_TALK | left_out]


def host_name(intent: str) -> str:
    """Name an intent of ours as a host knows it."""
    return intent if intent in _UNPREFIXED else PREFIX + intent


def own_name(intent: str) -> str:
    """Name an intent as our flows know it."""
    return intent.removeprefix(PREFIX)


def own_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """Read a tracker's message as our flows know it: our reading, or the host's by our names."""
    reading = message.get(READING)
    if isinstance(reading, Mapping):
        return {**message, **reading}
    intent = message.get("intent") or {}
    name = str(intent.get("name") or "")
    return {**message, "intent": {**intent, "name": own_name(name)}} if name else dict(message)


def is_for_host(message: Mapping[str, Any]) -> bool:
    """Return whether our reading takes a message for one of the host's intents."""
    intent = message.get("intent") or {}
    is_theirs = str(intent.get("name") or "").startswith(HOST)
    return is_theirs and float(intent.get("confidence") or 0.0) >= THRESHOLD
