"""Slack on a running Rasa: places, repetitions, pushes, attacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.channels.rasa_process import RasaProcess
from tests.channels.slack_double import TEAM, Person, SlackDouble, new_ts
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import outbox
from ticket_clerk.ticketing.domain.models import Buyer

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
CARD = "4000056655665556"


@pytest.fixture
def person(rasa: RasaProcess) -> Person:
    """A new user, in a direct message."""
    return Person(rasa.url)


@pytest.fixture
def anyone(rasa: RasaProcess) -> Callable[[str], Person]:
    """A new user in a channel."""
    return lambda channel: Person(rasa.url, channel)


def test_slack_can_verify_the_address(person: Person) -> None:
    """Its challenge comes back."""
    answer = person.send({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY"})

    assert answer.json() == {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY"}


def test_a_thread_of_a_direct_message_is_the_same_conversation(
    person: Person, slack: SlackDouble, rasa: RasaProcess
) -> None:
    """It is answered in its thread all the same."""
    thread = new_ts()
    person.say("hello")
    person.say("hello", thread_ts=thread)

    slack.wait_for(person.channel, None, 1)
    slack.wait_for(person.channel, thread, 1)
    assert rasa.said(f"slack~{TEAM}~{person.channel}~dm~{person.user}") == [GREETING] * 2


def test_a_mention_is_answered_in_its_thread(
    anyone: Callable[[str], Person], slack: SlackDouble
) -> None:
    """It begins one; what follows there needs no mention, and nothing else is answered."""
    person = anyone("C0CROWD")
    body = person.say("hello")
    thread = body["event"]["ts"]
    assert slack.wait_for("C0CROWD", thread, 1) == [GREETING]

    follow = {"type": "message", "channel_type": "channel", "text": "hello"}
    for changes in ({}, {"thread_ts": new_ts()}, {"thread_ts": thread}):
        person.send(person.message("", **follow, **changes))
    person.send(person.message("", **{**follow, "text": "hello <@U0SOMEBODY>"}, thread_ts=thread))

    assert slack.wait_for("C0CROWD", thread, 2) == [GREETING] * 2
    assert slack.texts("C0CROWD") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B0OTHER"},
        {"user": "U0BOT"},
        {"user": None, "bot_id": "B0BOT", "subtype": "bot_message"},
        {"subtype": "message_changed", "message": {"text": "hello"}},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"edited": {"user": "U1", "ts": "1.000001"}},
        {"hidden": True},
        {"type": "reaction_added"},
    ],
)
def test_nothing_but_a_persons_new_message_is_answered(
    person: Person, slack: SlackDouble, changes: dict[str, object]
) -> None:
    """No other bot's, not its own, no edit, no deletion."""
    person.send(person.message("hello", **changes))
    person.say("good day")

    assert slack.wait_for(person.channel, None, 1) == [FALLBACK]


def test_a_card_number_is_removed(person: Person, slack: SlackDouble, rasa: RasaProcess) -> None:
    """Also where Slack made a telephone number of it."""
    person.say(f"<tel:{CARD}|{CARD}>")

    assert slack.wait_for(person.channel, None, 1) == ["Never send a card number here."]
    assert CARD not in (rasa.var / "rasa.log").read_text(errors="replace")


@pytest.mark.parametrize("channel", [None, "C0DOUBT"])
@pytest.mark.parametrize(("may_read", "times"), [(True, 1), (False, 2)])
def test_news_that_slack_may_have_is_looked_for_before_it_is_said_again(
    rasa: RasaProcess,
    slack: SlackDouble,
    live_container: Container,
    monkeypatch: pytest.MonkeyPatch,
    channel: str | None,
    may_read: bool,
    times: int,
) -> None:
    """Slack took it and the answer was lost; where the bot may not read, it is said twice.

    The conversation is longer than what is read of it.
    """
    monkeypatch.setattr(slack, "may_read", may_read)
    person = Person(rasa.url, channel)
    thread = None if channel is None else person.say("hello")["event"]["ts"]
    if channel is None:
        person.say("hello")
    slack.wait_for(person.channel, thread, 1)
    slack.lengthen(person.channel, thread, posts=200)
    sender = f"slack~{TEAM}~{person.channel}~{thread or 'dm'}~{person.user}"
    order = insert_unread_order(live_container, Buyer("slack", sender))
    slack.lost_answers = 1
    assert _try_as_the_worker(live_container, rasa, sender) == 500
    assert order.id not in str(rasa.said(sender))

    assert _try_as_the_worker(live_container, rasa, sender) == 200
    assert sum(order.id in text for text in slack.texts(person.channel, thread)) == times
    assert rasa.said(sender)[-1] == f"{order.id} is confirmed."
    assert slack.refused == ([] if may_read else ["missing_scope"])
    slack.refused.clear()


def _try_as_the_worker(container: Container, rasa: RasaProcess, sender: str) -> int:
    """Claim the notification, deliver it, and postpone it as unseen; return the status."""
    now = container.now() + timedelta(hours=1)
    with container.database.begin() as conn:
        claimed = outbox.claim_due(conn, now=now, lease=timedelta(0), limit=50)
    status = rasa.push(sender, "slack", "action_report_payment")
    with container.database.begin() as conn:
        for message in claimed:
            outbox.put_off(conn, message.id, until=now, error="not_told")
    return status
