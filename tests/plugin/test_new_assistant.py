"""The assistant that `rasa init` makes sells tickets, goes on as before, and is taken back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import pytest
import rasa.cli

from tests.plugin import guide
from tests.plugin.host import Host, link_in, pay
from ticket_clerk.cli.demo.buyer import Buyer, Transcript

pytestmark = [pytest.mark.live, pytest.mark.timeout(3000)]

INITIAL = Path(rasa.cli.__file__).parent / "initial_project"
SOCKETIO = """
socketio:
  user_message_evt: user_uttered
  bot_message_evt: bot_uttered
  session_persistence: true
"""
# In words that the host's training data do not have.
ITS_SENTENCES = {
    "good morning to you": "greet",
    "hello bot": "greet",
    "see you later then": "goodbye",
    "good night everybody": "goodbye",
    "of course": "affirm",
    "that sounds good to me": "affirm",
    "no way": "deny",
    "I don't think so": "deny",
    "I am great": "mood_great",
    "so perfect today": "mood_great",
    "I'm so sad today": "mood_unhappy",
    "not very good at all": "mood_unhappy",
    "are you a human?": "bot_challenge",
    "am I talking to a bot?": "bot_challenge",
}
OUR_SENTENCES = {
    "I'd like two tickets for the Lakers": "buy_tickets",
    "can I get seats for Swan Lake": "buy_tickets",
    "what concerts are on in Austin": "browse_events",
    "anything funny in Seattle next month?": "browse_events",
    "how much is the opera?": "ask_price",
    "what do the seats cost": "ask_price",
    "has my payment arrived?": "payment_status",
    "I want my money back": "request_refund",
    "please return two of my tickets": "request_refund",
    "can I sit further to the front": "upgrade_seat",
    "put me on the waiting list": "use_waiting_list",
    "I'd like to subscribe to the season": "subscribe_season_tickets",
    "show me my orders": "show_orders",
    "cancel my order please": "cancel_order",
}


@pytest.fixture(scope="module")
def host(
    tmp_path_factory: pytest.TempPathFactory, bare_environment: Path, dist: Path
) -> Iterator[Host]:
    """The new assistant with tickets in it, trained and running, by the guide word for word."""
    folder = tmp_path_factory.mktemp("new") / "bot"
    shutil.copytree(INITIAL, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "credentials.yml").open("a") as credentials:
        credentials.write(SOCKETIO)
    with ExitStack() as stack:
        host = Host(folder, bare_environment, stack, PIP_FIND_LINKS=str(dist), PIP_NO_INDEX="1")
        setting_up, servers = guide.commands("Ten minutes")
        for line in setting_up:
            host.type_line(line)
        # Or the first buyer would wait while they are computed.
        assert list((folder / "models").glob("topics-en-*.npz"))
        host.start(servers)
        yield host


def test_the_host_is_understood_as_before(host: Host) -> None:
    """What is not about tickets stays the host's."""
    found = {text: host.parse(text) for text in ITS_SENTENCES}
    wrong = {text: intent for text, intent in found.items() if intent != ITS_SENTENCES[text]}

    assert not [intent for intent in wrong.values() if intent.startswith("tickets_")]
    assert len(wrong) <= 1


def test_what_is_about_tickets_is_understood(host: Host) -> None:
    """In words that no training sentence has."""
    found = {text: host.parse(text).removeprefix("tickets_") for text in OUR_SENTENCES}
    wrong = {text: intent for text, intent in found.items() if intent != OUR_SENTENCES[text]}

    assert len(wrong) <= 1


def test_the_hosts_stories_go_on(host: Host) -> None:
    """A greeting, a bad mood, a farewell."""
    assert host.say("ben", "hello") == ["Hey! How are you?"]
    assert host.say("ben", "super sad")[0].startswith("Here is something to cheer you up")
    assert host.say("ben", "are you a bot?") == ["I am a bot, powered by Rasa."]
    assert host.say("ben", "bye") == ["Bye"]


def test_a_purchase_over_plain_rest(host: Host) -> None:
    """Order, a decline, a payment, the news behind the host's own answers, and a refund."""
    order, refund = guide.sentences("Ten minutes")
    assert "Section 101" in host.say("ann", order)[0]
    assert "$400.00 in total" in host.say("ann", "the 101")[0]
    said = host.say("ann", "are you a bot?")
    assert said[0] == "I am a bot, powered by Rasa."
    link = link_in(host.say("ann", "yes"))

    assert "declined" in pay(link, "4000000000000002").text
    assert host.has_news("ann", "are you a bot?", "I am a bot", "declined")
    assert pay(link).status_code == 303
    assert host.has_news("ann", "hello", "Hey! How are you?", "confirmed")
    assert "confirmed" not in " ".join(host.say("ann", "are you a bot?"))

    assert "is paid" in host.say("ann", "where is my order?")[0]
    assert "$200.00 back" in host.say("ann", refund)[0]
    assert "was refunded" in host.say("ann", "yes")[0]


def test_a_confirmation_is_pushed_over_socketio(host: Host, tmp_path: Path) -> None:
    """Rasa's own channel, without a guard, a store or locks of ours."""
    asyncio.run(_buy_over_socketio(host))


async def _buy_over_socketio(host: Host) -> None:
    async with aiohttp.ClientSession() as http:
        buyer = Buyer(host.rasa_url, host.rasa_token, http, Transcript())
        await buyer.connect()
        await buyer.say("one ticket for Swan Lake in the loge")
        link = link_in(await buyer.say("yes"))
        await asyncio.to_thread(pay, link)
        await buyer.wait_for(lambda text: "confirmed" in text, "the confirmation", 90)
        # A push is no turn of the host's: its rules and stories go on as if nothing had been said.
        await buyer.say("hello")
        await buyer.wait_for(lambda text: text == "Hey! How are you?", "the host's answer", 90)
        assert buyer.received[-1] == "Hey! How are you?"
        await buyer.disconnect()


def test_the_action_server_runs_on_a_later_python(host: Host, modern_environment: Path) -> None:
    """Python 3.13 with today's rasa-sdk, beside the same Rasa: another purchase."""
    host.start_actions(f"{modern_environment}/python -m rasa_sdk --actions actions")

    assert "in total" in host.say("eve", "three tickets for Swan Lake in the gallery")[0]
    assert pay(link_in(host.say("eve", "yes"))).status_code == 303
    assert host.has_news("eve", "are you a bot?", "I am a bot", "confirmed")


def test_the_hosts_own_tests_pass(host: Host) -> None:
    """Its conversation tests, by Rasa's own command."""
    host.test_stories()


def test_after_remove_nothing_is_left(host: Host) -> None:
    """Git sees no difference to the commit before; .env and var/ are named and stay."""
    host.stop()
    said = host.command("ticket-clerk", "remove", "--yes")

    assert "Left as they are, for you to look through: .env, var" in said
    assert host.git("status", "--porcelain") == ""
