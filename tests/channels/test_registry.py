"""Sender ids: which a channel issues, and which a client may supply."""

from __future__ import annotations

import pytest
from rasa.core.channels.channel import InputChannel
from rasa.core.run import create_http_input_channels

from tests.channels.rasa_process import ROOT
from ticket_clerk.channels import shell
from ticket_clerk.channels.guard import Guarded
from ticket_clerk.channels.registry import is_client_supplied_id, is_sender_id

# Routes without messages, which Rasa mounts for channels only.
ROUTES_ONLY = {"conversations"}
CHANNELS = [
    channel
    for channel in create_http_input_channels(None, str(ROOT / "credentials.yml"))
    if channel.name() not in ROUTES_ONLY
]
ISSUED = {"web": "web-" + "0a" * 16, "slack": "slack~T1~C1~dm~U1", "telegram": "telegram~c1~u1"}


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name())
def test_no_client_takes_an_id_of_a_channel_in_credentials_yml(channel: InputChannel) -> None:
    """Each is in the registry by being defined: its prefix and what it issues are refused."""
    assert isinstance(channel, Guarded)
    issued = [f"{channel.name()}~ann"]
    if not channel.ids_are_client_supplied:
        issued.append(ISSUED[channel.name()])

    for sender_id in issued:
        assert is_sender_id(sender_id)
        assert not is_client_supplied_id(sender_id)
        assert channel.accepts(sender_id) is not channel.ids_are_client_supplied


def test_the_shell_knows_the_ids_of_every_channel_in_credentials_yml() -> None:
    """It is a server of its own with one channel open, beside the same conversations."""
    own = {"rest", "callback", "cmdline"}

    assert {channel.name() for channel in CHANNELS} - own == {
        channel.name() for channel in shell.ELSEWHERE
    }


def test_a_channel_that_is_added_is_registered_by_its_definition() -> None:
    """Nothing else has to be remembered; before, a client takes its ids."""
    sender_id = "pigeon~+4915112345678"
    assert is_client_supplied_id(sender_id)

    class PigeonInput(Guarded):
        @classmethod
        def name(cls) -> str:
            return "pigeon"

    assert PigeonInput().accepts(sender_id)
    assert not is_client_supplied_id(sender_id)


@pytest.mark.parametrize("prefix", ["+", "", "whatsapp~+"])
def test_every_mobile_number_is_a_sender_id(prefix: str) -> None:
    """One in ten German ones passes the check digit of cards, behind a prefix of Visa's."""
    numbers = [f"{prefix}49151{line:08}" for line in range(12345000, 12345200)]

    assert all(is_sender_id(number) and is_client_supplied_id(number) for number in numbers)


@pytest.mark.parametrize(
    "sender_id",
    ["a", "ann", "buyer-1", "ann@shop.example", "+15550100199", "web-1", "a~b|c",
     "550e8400-e29b-41d4-a716-446655440000", "4f1242424242424242d0000000000000",
     "journey-1763849234123456789", "9007199254740993", "111111111111111111"],
)  # fmt: skip
def test_a_client_may_supply_usual_ids(sender_id: str) -> None:
    """Names, addresses, telephone numbers and random ids."""
    assert is_client_supplied_id(sender_id)


@pytest.mark.parametrize(
    "sender_id",
    [None, 5, [], {}, True, "", " ", "a b", "a/b", "..", "a\n", "é", "\u200b", "x" * 129, "<b>"],
)
def test_what_cannot_name_a_conversation_is_no_sender_id(sender_id: object) -> None:
    """Other types, other characters, nothing at all, too much."""
    assert not is_sender_id(sender_id)
    assert not is_client_supplied_id(sender_id)


@pytest.mark.parametrize(
    "sender_id",
    ["4242424242424242", "4242-4242-4242-4242", "user-4242424242424242", "card_378282246310005"],
)
def test_a_client_supplies_no_card_number(sender_id: str) -> None:
    """It would be kept as the conversation's name; an id that we issue holds none."""
    assert not is_client_supplied_id(sender_id)
