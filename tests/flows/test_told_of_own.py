"""What buyers tell or want of what they have bought, with and without an order in the chat."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    "said",
    [
        "can we sit in the parquet instead",
        "could we be moved to the parquet?",
        "may we swap to the parquet",
    ],
)
@pytest.mark.parametrize("guess", ["inform", "out_of_scope", "upgrade_seat"])
def test_who_has_seats_and_wants_others_reads_the_difference(
    start: Begin, said: str, guess: str
) -> None:
    """What the section is was asked by nobody."""
    buyer = start("paid")

    assert buyer.say(said, guess) == ["utter_ask_confirm_upgrade"]


@pytest.mark.parametrize("said", ["where is the parquet?", "is the parquet any better?"])
def test_who_has_seats_and_asks_about_others_is_told(start: Begin, said: str) -> None:
    """And moved nowhere."""
    buyer = start("paid")

    buyer.say(said, "out_of_scope")
    assert buyer.active_loop == {}


@pytest.mark.parametrize(
    "said",
    [
        "I bought two in 318 last week",
        "we bought two tickets for the festival last week, where are they?",
        "I've already paid for two",
    ],
)
def test_what_was_bought_elsewhere_begins_no_purchase(shop: Container, said: str) -> None:
    """Nor does it look for shows."""
    buyer = FormDriver(shop)

    assert buyer.say(said, "buy_tickets")[0] == "utter_no_orders"
    assert buyer.active_loop == {}


def test_a_purchase_beside_what_was_bought_begins(shop: Container) -> None:
    """Where a show is named and a number."""
    buyer = FormDriver(shop)

    assert buyer.say("I bought two last week, now 3 for swan lake, loge", "buy_tickets")
    assert buyer.slots["show"] == "swan-lake"


def test_who_was_declined_reads_what_to_do_and_the_link(start: Begin) -> None:
    """Only Stripe's page has told them."""
    buyer = start("summary")
    buyer.say("yes", "affirm")

    said = buyer.say("the payment page says card declined", "payment_status")
    assert said == ["utter_about_declined", "utter_order_open"]
    assert buyer.say("did my payment go through?", "payment_status") == ["utter_order_open"]


def test_a_day_that_is_asked_for_is_looked_up(shop: Container) -> None:
    """Whatever the occasion is."""
    buyer = FormDriver(shop)

    buyer.say("do you have anything for my mum's birthday on the 15th of january?", "out_of_scope")
    assert "Lakers" in buyer.read_all()
    assert "Swan Lake" not in buyer.read_all()


def test_a_fact_is_found_beside_the_name_of_a_show(shop: Container) -> None:
    """A name says nothing of what is asked."""
    buyer = FormDriver(shop)

    buyer.say("does harbor lights have an interval", "ask_show")
    assert "one interval" in buyer.read_all()
