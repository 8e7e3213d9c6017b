"""Fourteen web chats of one address order all that they can and pay for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.buyers import RestBuyer
from tests.journeys.clerk import Clerk
from tests.journeys.test_web_attacks import WebBuyer

pytestmark = pytest.mark.sqlite_only

SESSIONS = 14
LIMIT = 32


@pytest.fixture
def limited(clerk: Clerk) -> Iterator[Clerk]:
    """The clerk with the limit that a shop has unless it says otherwise."""
    clerk.kill("actions")
    clerk.revive("actions", UNPAID_SEATS_PER_ADDRESS=str(LIMIT))
    yield clerk
    clerk.kill("actions")
    clerk.revive("actions")


def attack(clerk: Clerk, show: str, section: str) -> list[str]:
    """Each session orders eight seats; returns the last answer that each got."""
    answers = []
    for _ in range(SESSIONS):
        visitor = WebBuyer(clerk)
        answers.append([visitor.say(f"8 tickets for {show}"), visitor.say(section)])
        answers[-1].append(visitor.say("yes"))
    return [said[-1] for said in answers]


def test_an_address_holds_no_more_than_its_share(limited: Clerk, rest_buyer: RestBuyer) -> None:
    """32 seats of the show; the other sessions read why, and a buyer elsewhere gets theirs."""
    before = limited.seats_left("harbor-lights", "box")
    answers = attack(limited, "Harbor Lights", "royal box")

    assert before - limited.seats_left("harbor-lights", "box") == LIMIT
    assert sum("cs_" in answer for answer in answers) == LIMIT // 8
    assert sum(f"{LIMIT} seats" in answer for answer in answers) == SESSIONS - LIMIT // 8
    assert rest_buyer.order_tickets("2 tickets for Harbor Lights", "royal box")


def test_without_the_limit_fourteen_chats_hold_the_hall(clerk: Clerk) -> None:
    """Negative control: the same words, and 112 seats are gone."""
    before = clerk.seats_left("lakers-warriors", "101")
    answers = attack(clerk, "the Lakers game", "section 101")

    assert before - clerk.seats_left("lakers-warriors", "101") == SESSIONS * 8
    assert all("cs_" in answer for answer in answers)
