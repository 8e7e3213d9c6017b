"""A yes to a price orders what it is the price of, and who has no order here is helped."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start

__all__ = ["shop", "start"]


def test_a_yes_to_a_price_takes_the_section_and_the_number(start: Begin) -> None:
    """It is summed up, and orders nothing before another yes; it was asked for the section."""
    buyer = start("nothing")
    buyer.say("what's 5 of section 204 at the lakers game?", "ask_price")
    buyer.say("and if one of us can't come?", "inform")

    assert buyer.say("ok do it", "affirm") == ["utter_ask_confirm_order"]
    assert [buyer.slots[name] for name in ("section", "quantity")] == ["204", 5]


@pytest.mark.parametrize("asked", ["how much is the lakers game?", "and what is swan lake?"])
def test_a_yes_to_all_prices_leaves_the_choice_open(start: Begin, asked: str) -> None:
    """The control, also where one section's price of another show was told before."""
    buyer = start("nothing")
    buyer.say("what's 5 of section 204 at the lakers game?", "ask_price")
    if "swan" in asked:
        buyer.say(asked, "ask_price")
        assert buyer.say("ok do it", "affirm") == ["utter_ask_section"]
        assert buyer.slots["show"] == "swan-lake"
    else:
        other = start("nothing")
        other.say(asked, "ask_price")
        assert other.say("ok do it", "affirm") == ["utter_ask_section"]


def test_a_price_of_one_performance_is_not_that_of_the_other(start: Begin) -> None:
    """The control where both have a section of that name: the last price was of the evening."""
    buyer = start("nothing")
    buyer.say("what are 5 in the balcony at the harbor lights matinee?", "ask_price")
    buyer.say("and what does the harbor lights evening cost?", "ask_price")

    assert buyer.say("ok do it", "affirm") == ["utter_ask_section"]
    assert buyer.slots["show"] == "harbor-lights-evening"


def test_all_prices_after_one_leave_the_choice_open(start: Begin) -> None:
    """The control within a show: what was told last counts."""
    buyer = start("nothing")
    buyer.say("what's 5 of section 204 at the lakers game?", "ask_price")
    buyer.say("and what do all seats of the lakers cost?", "ask_price")

    assert buyer.say("ok do it", "affirm") == ["utter_ask_section"]


def test_who_waits_for_tickets_of_an_order_that_is_not_here_reads_whom_to_ask(start: Begin) -> None:
    """At the first question about a payment; who only looks is told at the second one."""
    assert start("nothing").say("did my payment go through?", "payment_status") == [
        "utter_no_orders",
        "utter_fact",
    ]
    buyer = start("nothing")
    assert buyer.say("show my orders", "show_orders") == ["utter_no_orders"]
    assert buyer.say("show my orders", "show_orders") == ["utter_no_orders", "utter_fact"]
