"""A message that comes several times is handled once, by what the conversation holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import BotUttered

from tests.channels.conversations import SmallRasa, open_store
from ticket_clerk.channels.messaging.base import Turns

SENDER = "slack~T1~D1~dm~U1"


async def _nothing(_channel: str) -> list[BotUttered]:
    return []


@pytest.fixture
def rasa(tmp_path: Path) -> SmallRasa:
    """Rasa with an empty store."""
    return SmallRasa(open_store(tmp_path / "trackers.db"), _nothing)


def _message(message_id: str, text: str = "hello") -> UserMessage:
    return UserMessage(
        text, CollectingOutputChannel(), SENDER, input_channel="slack", message_id=message_id
    )


async def _handled(rasa: SmallRasa, *message_ids: str) -> list[str]:
    turns = Turns("slack")
    begun = [
        turns.begin(rasa, _message(message_id), rasa.handle_message, wait_s=20)
        for message_id in message_ids
    ]
    await asyncio.gather(*begun)
    return [message.message_id for message in rasa.handled]


def test_eight_deliveries_at_once_are_one_message(rasa: SmallRasa) -> None:
    """The first is handled, the others find it in the conversation."""
    assert asyncio.run(_handled(rasa, *["Ev1"] * 8)) == ["Ev1"]


def test_looking_without_a_lock_handles_it_again(rasa: SmallRasa) -> None:
    """The damage that the lock prevents: all look before the first is done."""

    async def twice() -> None:
        looked = [await rasa.tracker_store.has_message(SENDER, "Ev1") for _ in range(2)]
        for is_known in looked:
            if not is_known:
                await rasa.handle_message(_message("Ev1"))

    asyncio.run(twice())
    assert len(rasa.handled) == 2


def test_messages_are_handled_in_the_order_in_which_they_came(rasa: SmallRasa) -> None:
    """Whoever types fast is understood in their own order."""
    ids = [f"Ev{number}" for number in range(5)]

    assert asyncio.run(_handled(rasa, *ids)) == ids


def test_the_request_does_not_wait_for_a_long_turn(rasa: SmallRasa) -> None:
    """It is acknowledged, the turn goes on, and a server that stops waits for it."""

    async def scene() -> bool:
        turns, gate = Turns("slack"), asyncio.Event()

        async def slow(message: UserMessage) -> None:
            await gate.wait()
            await rasa.handle_message(message)

        await turns.begin(rasa, _message("Ev1"), slow, wait_s=0.05)
        is_early = rasa.handled == []
        gate.set()
        await turns.finish()
        return is_early

    assert asyncio.run(scene())
    assert [message.message_id for message in rasa.handled] == ["Ev1"]


def test_a_turn_that_fails_is_sent_again_and_logged_by_name_only(
    rasa: SmallRasa, caplog: pytest.LogCaptureFixture
) -> None:
    """The messenger is told that it was not taken, and no words get into a log."""

    async def failing(_message: UserMessage) -> None:
        raise ValueError("my secret")

    is_taken = asyncio.run(Turns("slack").begin(rasa, _message("Ev1"), failing, wait_s=5))

    assert not is_taken
    assert "error=ValueError" in caplog.text
    assert "my secret" not in caplog.text


def test_a_message_that_was_acknowledged_and_failed_is_tried_again(rasa: SmallRasa) -> None:
    """Redis or the database went away in the turn, and the messenger does not send it again."""
    fails = [True]

    async def scene() -> bool:
        turns, gate = Turns("slack"), asyncio.Event()

        async def failing_at_first(message: UserMessage) -> None:
            await gate.wait()
            if fails:
                fails.pop()
                raise OSError
            await rasa.handle_message(message)

        is_taken = await turns.begin(rasa, _message("Ev1"), failing_at_first, wait_s=0.05)
        gate.set()
        await turns.finish()
        return is_taken

    assert asyncio.run(scene())
    assert [message.message_id for message in rasa.handled] == ["Ev1"]
