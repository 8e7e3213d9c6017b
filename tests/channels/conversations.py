"""Conversations in a real tracker store, and Rasa reduced to what the channels ask of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from ticket_clerk.channels.conversations.store import ConversationStore

Action = Callable[[str], Awaitable[list[BotUttered]]]


def open_store(path: Path) -> ConversationStore:
    """The tracker store as endpoints.yml makes it."""
    return ConversationStore(domain=Domain.empty(), db=str(path))


async def add(store: ConversationStore, sender_id: str, *events: object) -> None:
    """Append events to a conversation and commit."""
    tracker = await store.get_or_create_tracker(sender_id, append_action_listen=False)
    for event in events:
        tracker.update(event)
    await store.save(tracker)


def typed(text: str, *, channel: str = "rest", message_id: str | None = None) -> UserUttered:
    """What a buyer said."""
    return UserUttered(text, input_channel=channel, message_id=message_id)


class SmallRasa:
    """At the edge where Rasa's agent would be: store, lock, one action, and an echo."""

    def __init__(self, store: ConversationStore, action: Action) -> None:
        """`action(channel)` gives the bot events that the reporting action says."""
        self.tracker_store = store
        self.lock_store = InMemoryLockStore()
        self.handled: list[UserMessage] = []
        self._action = action

    def is_ready(self) -> bool:
        """A model is loaded."""
        return True

    async def execute_action(
        self, sender_id: str, action: str, output: OutputChannel, _policy: object, _sure: object
    ) -> None:
        """Run the action, send what it says, and store it only then, as Rasa does."""
        tracker = await self.tracker_store.get_or_create_tracker(sender_id)
        said = await self._action(tracker.get_latest_input_channel())
        tracker.update(ActionExecuted(action))
        for event in said:
            tracker.update(event)
            await output.send_response(sender_id, event.message())
        await self.tracker_store.save(tracker)

    async def handle_message(self, message: UserMessage) -> None:
        """Record the message and answer it with its own words."""
        self.handled.append(message)
        answer = f"You said {message.text}."
        await add(
            self.tracker_store,
            message.sender_id,
            typed(message.text, channel=message.input_channel, message_id=message.message_id),
            BotUttered(answer),
        )
        await message.output_channel.send_text_message(message.sender_id, answer)
