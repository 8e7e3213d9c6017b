"""Detects card data split over several messages, or sent after a mention of a card.

What was said lately is read from the conversation, so nothing is kept for it and every server
knows it. Messages with fewer than three digits are not looked up.
"""

from rasa.core.agent import Agent

from .conversations.store import ConversationStore, StoreUnavailable, store_of
from .redaction import LOOKED_AT, recent_of, redact_messages
from .sanitizer import Recent, Wording, plain_wording

_FEWEST_DIGITS = 3


async def clean(agent: Agent | None, sender_id: str, typed: str) -> Wording:
    """Sanitize a message, given the ones before it.

    The first pieces of a number that it completes are removed from the conversation.
    """
    alone = plain_wording(typed)
    store = _store(agent)
    if alone.had_card or store is None or not _has_digits(alone.text):
        return alone
    recent = await _recent(store, sender_id)
    wording = plain_wording(typed, recent)
    before = recent.split_card(alone.text) - 1
    if before > 0:
        await _remove(store, sender_id, before)
    return wording


async def remove_split_card(agent: Agent | None, sender_id: str, wording: Wording) -> None:
    """Remove a card number whose pieces arrived concurrently."""
    store = _store(agent)
    if store is None or not _has_digits(wording.text):
        return
    count = (await _recent(store, sender_id)).split_card()
    if count > 0:
        await _remove(store, sender_id, count)


async def _recent(store: ConversationStore, sender_id: str) -> Recent:
    try:
        entries = await store.read_recent(sender_id, LOOKED_AT)
    except StoreUnavailable:
        return Recent()
    return recent_of([entry.event for entry in entries])


async def _remove(store: ConversationStore, sender_id: str, count: int) -> None:
    await store.rewrite_recent(sender_id, LOOKED_AT, lambda events: redact_messages(events, count))


def _store(agent: Agent | None) -> ConversationStore | None:
    try:
        return store_of(agent)
    except StoreUnavailable:
        return None


def _has_digits(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= _FEWEST_DIGITS
