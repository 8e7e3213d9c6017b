"""Unread notifications are delivered once, as soon as the buyer is reachable."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import BotUttered

from tests.channels.conversations import SmallRasa, add, open_store, typed
from tests.channels.unread_orders import insert_unread_order, open_container
from ticket_clerk.channels.conversations.store import ConversationStore
from ticket_clerk.channels.undelivered import Delivery, deliver_unread
from ticket_clerk.ticketing.container import Container, get_container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries

ANN = Buyer("rest", "ann")


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """The database that this process is set up for."""
    url = f"sqlite:///{tmp_path}/payments.db"
    monkeypatch.setenv("DATABASE_URL", url)
    get_container.cache_clear()
    container = open_container(url)
    yield container
    container.database.close()
    get_container.cache_clear()


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    """An empty tracker store."""
    return open_store(tmp_path / "trackers.db")


@pytest.fixture
def rasa(container: Container, store: ConversationStore) -> SmallRasa:
    """A Rasa whose action confirms what is unread of the buyer it takes for its own."""

    async def report(channel: str) -> list[BotUttered]:
        return [
            BotUttered(f"{order.id} is confirmed.", metadata={"outbox_id": message.id})
            for message, order in queries.unread_messages(container, Buyer(channel, ANN.sender_id))
        ]

    return SmallRasa(store, report)


def _deliver(rasa: SmallRasa) -> tuple[Delivery, list[str]]:
    output = CollectingOutputChannel()
    telling = asyncio.run(deliver_unread(rasa, ANN.channel, ANN.sender_id, output))
    return telling, [message["text"] for message in output.messages]


def test_a_confirmation_is_told_once(
    container: Container, store: ConversationStore, rasa: SmallRasa
) -> None:
    """It is noted as told, and the next message brings nothing again."""
    asyncio.run(add(store, "ann", typed("hello")))
    order = insert_unread_order(container, ANN)

    assert _deliver(rasa) == (Delivery.DONE, [f"{order.id} is confirmed."])
    assert queries.unread_messages(container, ANN) == []
    assert _deliver(rasa) == (Delivery.DONE, [])


@pytest.mark.parametrize("channel", [None, "socketio"])
def test_it_is_too_early_where_the_action_would_take_the_buyer_for_another(
    container: Container, store: ConversationStore, rasa: SmallRasa, channel: str | None
) -> None:
    """A conversation that is new, or was last used on another channel, has another buyer."""
    if channel:
        asyncio.run(add(store, "ann", typed("hello", channel=channel)))
    insert_unread_order(container, ANN)

    assert _deliver(rasa) == (Delivery.TOO_EARLY, [])
    assert len(queries.unread_messages(container, ANN)) == 1


def test_nothing_is_noted_when_the_action_said_nothing(
    container: Container, store: ConversationStore
) -> None:
    """Rasa goes on without a word when the action server is away; the promise stays open."""

    async def away(_channel: str) -> list[BotUttered]:
        return []

    asyncio.run(add(store, "ann", typed("hello")))
    insert_unread_order(container, ANN)

    assert _deliver(SmallRasa(store, away)) == (Delivery.FAILED, [])
    assert len(queries.unread_messages(container, ANN)) == 1


def test_a_database_that_is_away_costs_one_line_and_no_more(
    container: Container, rasa: SmallRasa, caplog: pytest.LogCaptureFixture
) -> None:
    """The buyer's message must go on."""
    with container.database.begin() as conn:
        conn.exec_driver_sql("DROP TABLE outbox")

    assert _deliver(rasa) == (Delivery.FAILED, [])
    assert [
        record.getMessage()
        for record in caplog.records
        if record.name == "ticket_clerk.channels.undelivered"
    ] == ["channels.unread.failed channel=rest error=DatabaseUnavailable"]
