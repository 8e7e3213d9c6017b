"""The action server is down: the buyer gets an apology, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.buyers import LINK, ORDER, RestBuyer
from tests.journeys.clerk import Clerk

pytestmark = pytest.mark.sqlite_only

TWO_TICKETS = "I'd like to buy 2 tickets for the Lakers game"


@pytest.fixture
def lonely(clerk: Clerk) -> Iterator[RestBuyer]:
    """A buyer at the summary, whose yes meets no action server."""
    buyer = RestBuyer(clerk)
    buyer.say(TWO_TICKETS)
    buyer.say("the cheapest")
    clerk.kill("actions")
    yield buyer
    if "actions" not in clerk.running:
        clerk.revive("actions")


def test_a_message_that_nobody_answers_is_apologized_for(lonely: RestBuyer) -> None:
    """Rasa swallows the failure; the channel does not."""
    assert "our fault" in lonely.say("yes")


def test_the_purchase_goes_on_when_the_action_server_is_back(
    clerk: Clerk, lonely: RestBuyer
) -> None:
    """Saying it again is enough, and there is one order."""
    lonely.say("yes")
    clerk.revive("actions")

    answer = lonely.say("yes")

    assert LINK.search(answer), answer
    order = ORDER.search(answer)
    assert order
    mine = [o["id"] for o in clerk.orders() if o["sender_id"] == lonely.sender_id]
    assert mine == [order[0]]
