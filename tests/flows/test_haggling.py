"""A price is fixed: whoever offers another one reads so, and is shown no other shows."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.orders import asks_held
from ticket_clerk.understanding.payments.haggling import haggles

__all__ = ["shop"]


@pytest.mark.parametrize(
    "text",
    [
        "I'd give you 100 for the pair, okay?",
        "would you take 60 per seat?",
        "shave a bit off and I'll have them",
        "take 20 bucks off and it's a deal",
        "can't you come down a little?",
        "is there no haggling here?",
    ],
)
def test_what_is_summed_up_stays_at_its_price(shop: Container, text: str) -> None:
    """The answer is that nothing is reduced, and only the yes to the same sum orders."""
    buyer = FormDriver(shop)
    buyer.say("two loge for Swan Lake", "buy_tickets")

    said = buyer.say(text, "buy_tickets")

    assert said[-1].startswith("utter_ask_confirm_order")
    assert "no reduced prices" in buyer.read_all()
    assert "$196.00" in buyer.read_all()
    assert not orders_of(shop, buyer.buyer)


def test_the_show_that_is_spoken_of_is_told_with_its_prices(shop: Container) -> None:
    """No program follows an offer for one show."""
    buyer = FormDriver(shop)
    buyer.say("got any basketball?", "browse_events")

    said = buyer.say("I'd pay you 40 each for 3, deal?", "buy_tickets")

    assert said[-1] == "utter_prices"
    assert "no reduced prices" in buyer.read_all()
    assert "Lakers" in buyer.read_all()


@pytest.mark.parametrize(
    "text",
    [
        "I'll give you my card",
        "I'd give you 5 stars",
        "do you take 20 people?",
        "do you take American Express?",
        "do I have to go down to the stalls?",
        "is there 10 % off for students?",
        "anything under 60 dollars?",
        "take one ticket off",
    ],
)
def test_no_offer_is_heard_where_none_is(text: str) -> None:
    """A budget, a question about payment or a number of tickets is none."""
    assert not haggles(text)


@pytest.mark.parametrize(
    "text", ["What do I have open with you? Tell me everything.", "what have we got booked so far?"]
)
def test_what_is_ordered_is_listed(shop: Container, text: str) -> None:
    """Whatever a list is taken for, it is not the program's."""
    buyer = FormDriver(shop)
    start_checkout(shop, buyer.buyer, show_id="swan-lake", section_id="loge", quantity=2)
    start_checkout(shop, buyer.buyer, show_id="night-owls", section_id="floor", quantity=1)

    said = buyer.say(text, "browse_events")

    assert said.count("utter_order_open") == 2
    assert "utter_shows" not in said


@pytest.mark.parametrize(
    "text", ["what have you got open in May?", "what's still open?", "what do I have to bring?"]
)
def test_what_is_on_sale_is_no_order(text: str) -> None:
    """So is what a buyer has to do."""
    assert not asks_held(text)
