"""Each part of a question has its answer, and what isn't known is said once (docs/language.md)."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.clauses import split_clauses

__all__ = ["shop", "start"]

PARTS = {
    "are there wheelchair places": "eight places for wheelchairs",
    "when do the doors open": "an hour before",
    "is there parking": "garage",
    "until when can we give them back": "24 hours",
    "can I bring my dog": "dogs may come along",
    "how long does it last": "two intervals",
}


@pytest.mark.parametrize("joint", [" and ", " n ", ", and "])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_answered_alone_is_answered_in_company(
    start: Begin, part: str, joint: str, *, is_first: bool
) -> None:
    """ "Can I" without a question mark of its own took what stood behind it with it."""
    buyer = start("summary")
    other = next(one for one in reversed(PARTS) if one != part)

    buyer.say(joint.join((part, other) if is_first else (other, part)) + "?", "ask_show")

    assert PARTS[part] in buyer.read_all()
    assert PARTS[other] in buyer.read_all()


def test_what_can_be_wanted_is_no_question_beside_one() -> None:
    """The control: "can I have two" orders."""
    clauses = split_clauses("can I have two for swan lake and is there parking?", lambda _: False)

    assert clauses.statement == "can I have two for swan lake"
    assert clauses.questions == ("is there parking?",)


def test_two_facts_that_are_not_known_are_one_sentence(shop: Container) -> None:
    """They were two, each with the same address."""
    buyer = FormDriver(shop)
    buyer.say("2 tables for priya nair", "buy_tickets")

    said = buyer.say("when do the doors open and is there food?", "ask_show")

    assert said == ["utter_fact_unknown", "utter_ask_confirm_order_again"]
    assert "doors open for Priya Nair: Mostly Fine or whether there is food" in buyer.read_all()


def test_a_known_fact_stands_beside_an_unknown_one(start: Begin) -> None:
    """The control: only what isn't known is put together."""
    said = start("summary").say("can I bring my dog and when do the doors open?", "ask_show")

    assert said[:2] == ["utter_fact_unknown_at_venue", "utter_fact_of_place"]
