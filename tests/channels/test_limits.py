"""Fair shares without a server: what is counted for whom."""

from __future__ import annotations

import pytest

from ticket_clerk.channels.limits import Limits
from ticket_clerk.ticketing.settings import Settings

DEFAULTS = {
    "SESSIONS_PER_ADDRESS": "",
    "MESSAGES_PER_ADDRESS": "",
    "MESSAGES_PER_SENDER": "",
    "MESSAGES_IN_TOTAL": "",
    "REST_MESSAGES_IN_TOTAL": "",
    "STREAMS_PER_ADDRESS": "",
    "STREAMS_IN_TOTAL": "",
}


def limits(**changes: str) -> Limits:
    """Limits under settings that differ from the defaults."""
    return Limits(Settings.from_env({**DEFAULTS, **changes}))


@pytest.fixture
def defaults() -> Limits:
    """The limits of a shop that set none."""
    return limits()


def test_a_conversation_may_send_20_messages_at_once(defaults: Limits) -> None:
    """Whatever address they come from; others are not concerned."""
    waits = [defaults.take_message(f"192.0.2.{number}", "web-ann") for number in range(21)]

    assert waits == [0] * 20 + [2]
    assert defaults.take_message("192.0.2.1", "web-bob") == 0


def test_an_address_may_send_20_messages_at_once(defaults: Limits) -> None:
    """However many conversations it has begun."""
    waits = [defaults.take_message("192.0.2.1", f"web-{number}") for number in range(21)]

    assert waits == [0] * 20 + [1]
    assert defaults.take_message("192.0.2.2", "web-bob") == 0


def test_all_addresses_together_may_send_50_messages_at_once(defaults: Limits) -> None:
    """So many addresses keep no program out: REST is counted apart."""
    waits = [defaults.take_message(f"192.0.2.{number}", f"web-{number}") for number in range(51)]

    assert waits == [0] * 50 + [1]
    assert defaults.take_program_message("ann") == 0


def test_a_program_is_limited_by_sender_and_in_total(defaults: Limits) -> None:
    """It speaks for many buyers, and has one address."""
    assert [defaults.take_program_message("ann") for _ in range(21)] == [0] * 20 + [2]
    waits = [defaults.take_program_message(f"sender-{number}") for number in range(251)]
    assert waits.count(0) == 230


def test_an_address_may_begin_15_sessions_at_once(defaults: Limits) -> None:
    """And another one every other second."""
    assert [defaults.begin_session("192.0.2.1") for _ in range(16)] == [0] * 15 + [2]
    assert defaults.begin_session("192.0.2.2") == 0


def test_an_address_may_open_40_streams() -> None:
    """One that ends makes room; all addresses together have a limit, too."""
    few = limits(STREAMS_IN_TOTAL="50")
    assert [few.open_stream("192.0.2.1") for _ in range(41)] == [True] * 40 + [False]
    few.close_stream("192.0.2.1")
    assert few.open_stream("192.0.2.1")
    assert [few.open_stream(f"192.0.2.{number}") for number in range(2, 13)].count(True) == 10


def test_0_is_no_limit() -> None:
    """For each setting."""
    free = limits(**dict.fromkeys(DEFAULTS, "0"))

    assert not any(free.take_message("192.0.2.1", "web-ann") for _ in range(1000))
    assert not any(free.take_program_message("ann") for _ in range(1000))
    assert not any(free.begin_session("192.0.2.1") for _ in range(1000))
    assert all(free.open_stream("192.0.2.1") for _ in range(1000))
