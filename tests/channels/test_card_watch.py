"""Card data in pieces: a number over two messages, an expiry date and a code after a card."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet

from tests.channels.conversations import SmallRasa, add, open_store, typed
from tests.channels.test_cards import CARDS
from tests.databases import create_database
from ticket_clerk.channels.conversations.card_scrubbing import (
    recent_of,
    redact_conversation,
    scrub_cards,
)
from ticket_clerk.channels.conversations.store import ConversationStore
from ticket_clerk.channels.guard import remove_split_card, without_card
from ticket_clerk.channels.sanitizer import CARD_REMOVED, Recent, Wording, plain_wording
from ticket_clerk.ticketing.privacy.personal_data import read_conversation

ROOT = Path(__file__).parents[2]
AFTER_A_CARD = Recent(buyer=(CARD_REMOVED,), bot="Section 101 or 102?")


async def _nothing(_channel: str) -> list[BotUttered]:
    return []


@pytest.fixture
def rasa(tmp_path: Path) -> SmallRasa:
    """Rasa with an empty store."""
    return SmallRasa(open_store(tmp_path / "trackers.db"), _nothing)


def hold(rasa: SmallRasa, *texts: str) -> list[str]:
    """Say this, one after the other; what then stands in the conversation."""

    async def say() -> list[str]:
        for number, text in enumerate(texts):
            wording = await without_card(rasa, "ann", text)  # type: ignore[arg-type]
            message = UserMessage(
                wording.text, CollectingOutputChannel(), "ann", None, "rest", f"m{number}"
            )
            await rasa.handle_message(message)
        return await stored(rasa)

    return asyncio.run(say())


async def stored(rasa: SmallRasa) -> list[str]:
    """The buyer's messages in the conversation."""
    entries = await rasa.tracker_store.read_recent("ann", 100)
    return [e.event["text"] for e in entries if e.event["event"] == "user"]


@pytest.mark.parametrize(
    "pieces",
    [
        ("4242 4242", "4242 4242"),
        ("42424242", "42424242"),
        ("4242", "4242", "4242", "4242"),
        ("it begins with 3782 822463", "and ends with 10005"),
    ],
)
def test_a_number_over_several_messages_leaves_no_piece(
    rasa: SmallRasa, tmp_path: Path, pieces: tuple[str, ...]
) -> None:
    """The pieces that came first go, too, with what the bot said of them, and from the file."""
    assert set(hold(rasa, "2 tickets please", *pieces)) == {"2 tickets please", CARD_REMOVED}

    rasa.tracker_store.engine.dispose()
    # In quotes: a timestamp may have the digits.
    first = f'"{pieces[0]}"'.encode()
    assert not [f.name for f in tmp_path.glob("trackers.db*") if first in f.read_bytes()]


def test_each_message_alone_is_no_card() -> None:
    """Negative control: what was stored when messages were looked at one by one."""
    assert plain_wording("4242 4242").text == "4242 4242"


def test_pieces_that_came_at_the_same_time_are_removed_after_their_turns(rasa: SmallRasa) -> None:
    """Neither was in the conversation when the other was looked at."""

    async def both_at_once() -> list[str]:
        await add(rasa.tracker_store, "ann", typed("4242 4242"), SlotSet("x", "4242 4242"))
        await add(rasa.tracker_store, "ann", typed("4242 4242"), BotUttered("4242 4242?"))
        await remove_split_card(rasa, "ann", Wording("4242 4242"))  # type: ignore[arg-type]
        return await stored(rasa)

    assert asyncio.run(both_at_once()) == [CARD_REMOVED, CARD_REMOVED]


@pytest.mark.parametrize("first", [CARDS[0], "Can I pay with my visa?", "te paso mi tarjeta"])
@pytest.mark.parametrize(
    "text", ["12/27", "exp 12/27", "123", "4242 4242", "12/27 123", "caduca 03/28"]
)
def test_after_a_card_its_expiry_and_code_are_removed(
    rasa: SmallRasa, first: str, text: str
) -> None:
    """Whether the card was removed or only spoken of; small talk in between changes nothing."""
    assert hold(rasa, first, "ok, wait", text)[-1] == CARD_REMOVED


def test_some_turns_later_a_number_is_a_number_again(rasa: SmallRasa) -> None:
    """The watch ends with the fourth message after the card."""
    chat = ["hello", "which shows?", "the first", "thanks"]

    assert hold(rasa, CARDS[0], *chat, "order 12/27 123")[-1] == "order 12/27 123"


@pytest.mark.parametrize(
    "text",
    [
        "CVC 123",
        "cvv: 1234",
        "123 is my CVC",
        "my security code is 123",
        "código de seguridad: 123",
    ],
)
def test_a_security_code_is_removed_whatever_was_said_before(text: str) -> None:
    """It is named, so it is one."""
    assert plain_wording(text).had_card


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "4 4 4",
        "8 tickets for 2027-01-15 at 19:30",
        "on 15.01.2027 in section 101",
        "section 101",
        "101",
        "row 114 please",
        "fila 114",
        "100 tickets",
        "$200.00 or 150 dollars",
        "ord_a1B2c3D4e5F6g7H8",
        "January 2027",
        "the 12th at 7 pm",
        "12 or 13?",
        "a receipt for the 210 please, his name is on the card",
        "you charged 196 on my card",
        "la factura de los 392, pagué con la tarjeta",
    ],
)
def test_numbers_of_a_purchase_stay_also_after_a_card(text: str) -> None:
    """Quantities, dates, times, sums, named numbers, and what the bot itself has offered."""
    assert plain_wording(text, AFTER_A_CARD).text == text


@pytest.mark.parametrize(
    "text",
    [
        "the total is 123 on the back",
        "the 123 on my card",
        "i paid with card 4242 4242",
        "refund 4242",
        "card 123, total 98",
    ],
)
def test_a_code_beside_the_words_of_a_sum_is_removed(text: str) -> None:
    """What stands where a code does, and more than three digits."""
    assert plain_wording(text, AFTER_A_CARD).had_card


@given(st.integers(1, 12), st.integers(1, 28), st.integers(2026, 2040), st.integers(1, 99))
def test_no_date_and_no_quantity_is_ever_a_card(month: int, day: int, year: int, n: int) -> None:
    """In any of the usual forms."""
    for text in (f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}", f"{n}", f"{n} tickets"):
        assert plain_wording(text, AFTER_A_CARD).text == text


def sentences() -> list[str]:
    """Every sentence that the bot learns from or is tested with, in both languages."""
    files = [*ROOT.glob("data/nlu/*.yml"), *ROOT.glob("ticket_clerk/languages/*/nlu/*.yml")]
    files += ROOT.glob("tests/conversations/*.yml")
    lines = [line for file in files for line in _texts(yaml.safe_load(file.read_text()))]
    return [re.sub(r"\[([^]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line) for line in lines]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [line.removeprefix("- ").strip() for line in value.splitlines()]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


def test_the_sentences_that_the_bot_knows_go_through_unharmed() -> None:
    """Only card numbers among the examples, and an order number of digits alone, do not."""
    said = sentences()
    eaten = {text for text in said if plain_wording(text).had_card}

    assert len(said) > 2000
    assert {text for text in eaten if not re.search(r"\d{4} ?\d{4}", text)} == set()


def test_a_stored_conversation_loses_its_card_data_and_nothing_else() -> None:
    """What the guard of today would have removed, slots and parse data included."""
    events = [
        {"event": "user", "text": "2 tickets for section 101", "parse_data": {"entities": []}},
        {"event": "slot", "name": "quantity", "value": 2},
        {"event": "user", "text": "my card is 4242 4242", "parse_data": {"text": "4242 4242"}},
        {"event": "slot", "name": "wish", "value": "4242 4242"},
        {"event": "user", "text": "4242 4242", "parse_data": {"text": "4242 4242"}},
        {"event": "user", "text": "12/27 cvc 123", "parse_data": {"text": "12/27 cvc 123"}},
        {"event": "bot", "text": "Order ord_a1B2c3D4e5F6g7H8 for $400.00"},
    ]

    redacted = redact_conversation(events)

    assert [redacted[at] for at in (0, 1, 6)] == [events[at] for at in (0, 1, 6)]
    assert not re.search("4242|12/27|123", str(redacted).replace("a1B2c3", ""))
    assert redact_conversation(redacted) == redacted
    assert recent_of(redacted).buyer[-1] == CARD_REMOVED


def test_the_command_cleans_what_was_stored_before(tmp_path: Path) -> None:
    """In the rows and in SQLite's free pages; other conversations and events stay as they are."""
    file = tmp_path / "trackers.db"
    store = open_store(file)

    async def talk() -> None:
        await add(store, "ann", typed("my visa"), typed("4242 4242"), SlotSet("x", "4242 4242"))
        await add(store, "ann", typed("4242 4242"), typed("exp 12/27 cvc 987"), BotUttered("ok"))
        await add(store, "bob", typed("2 tickets for section 101"), BotUttered("When?"))

    asyncio.run(talk())
    store.engine.dispose()
    bobs = read_conversation(file, "bob")

    assert [scrub_cards(str(file)), scrub_cards(str(file))] == [1, 0]

    assert read_conversation(file, "bob") == bobs
    assert len(read_conversation(file, "ann")) == 6
    written = b"".join(each.read_bytes() for each in tmp_path.glob("trackers.db*"))
    assert not re.search(b"4242 4242|12/27|cvc 987", written)


def test_the_command_cleans_postgresql_too(postgresql_url: str) -> None:
    """Rows and checkpoint; the next turn reads what was cleaned."""
    address = create_database(postgresql_url, "scrubbed_trackers")
    store = ConversationStore(domain=Domain.empty(), db=address)

    async def talk() -> None:
        for _ in range(80):
            await add(store, "ann", typed("4242 4242"), typed("4242 4242"), BotUttered("ok"))
        await add(store, "bob", typed("2 tickets for section 101"), BotUttered("When?"))
        await store.retrieve("ann")

    asyncio.run(talk())
    before = asyncio.run(store.events_after("bob", 0))

    assert [scrub_cards(address), scrub_cards(address)] == [1, 0]

    with store.engine.connect() as connection:
        tables = store.SQLEvent.metadata.sorted_tables
        rows = [connection.execute(sa.select(table)).all() for table in tables]
    assert "4242 4242" not in str(rows)
    assert asyncio.run(store.events_after("bob", 0)) == before
    assert "4242 4242" not in str(asyncio.run(store.retrieve("ann")).events)
    store.engine.dispose()
