"""Complaints: regret and where the shop is reached, and nothing of what is under way lost."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of

__all__ = ["shop", "start"]
COMPLAINTS = ["you're useless", "this is the worst service ever", "the staff were so rude to us"]


@pytest.mark.parametrize("said", COMPLAINTS)
@pytest.mark.parametrize("guess", ["thank_you", "deny", "out_of_scope"])
def test_who_complains_reads_that_we_are_sorry_and_whom_to_ask(
    shop: Container, said: str, guess: str
) -> None:
    """And is thanked for nothing."""
    buyer = FormDriver(shop)

    assert buyer.say(said, guess) == ["utter_about_complaint"]
    assert "help@tickets.example" in buyer.read_all()


@pytest.mark.parametrize("said", COMPLAINTS)
def test_a_complaint_at_a_summary_loses_and_orders_nothing(
    shop: Container, start: Begin, said: str
) -> None:
    """The question stands again."""
    buyer = start("summary")

    assert buyer.say(said, "affirm") == ["utter_about_complaint", "utter_ask_confirm_order_again"]
    assert orders_of(shop, buyer.buyer) == []


@pytest.mark.parametrize("said", ["thanks a lot", "cheers, that's great"])
def test_thanks_are_none(shop: Container, said: str) -> None:
    """Nobody is told that we are sorry for that."""
    assert FormDriver(shop).say(said, "thank_you") == ["utter_thank_you"]
