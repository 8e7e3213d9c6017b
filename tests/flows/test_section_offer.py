"""Other seats that are asked about while some are summed up: told, offered, taken by a yes."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import begin, shop
from tests.stripe_wire import StripeWire
from ticket_clerk.languages import load
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.clauses import is_thought

__all__ = ["shop"]


@pytest.fixture
def summed_up(shop: Container, stripe_wire: StripeWire) -> FormDriver:
    """Somebody to whom four in the loge were summed up."""
    return begin(shop, stripe_wire, "summary", "sam")


@pytest.mark.parametrize(
    "text", ["what about the parquet?", "and how about the parquet", "maybe the parquet?"]
)
@pytest.mark.parametrize("guess", ["inform", "ask_price", "buy_tickets", "affirm"])
def test_what_about_other_seats_asks_and_changes_nothing(
    summed_up: FormDriver, text: str, guess: str
) -> None:
    """Price, sum, seats and what is known of them are told, and both are offered."""
    assert summed_up.say(text, guess) == ["utter_offer_section"]
    assert "$135.00, 4 for $540.00, 1000 left" in summed_up.read_all()
    assert "in front of the orchestra pit" in summed_up.read_all()
    assert summed_up.slots["section"] == "loge"
    titles = [button["title"] for button in summed_up.answers[-1]["buttons"]]
    assert titles == ["Take Parquet", "Keep Loge"]


@pytest.mark.parametrize(
    ("text", "guess"),
    [("yes", "affirm"), ("take it", "affirm"), ("Take Parquet", "buy_tickets")],
)
def test_a_yes_takes_what_was_offered_and_orders_nothing(
    shop: Container, summed_up: FormDriver, text: str, guess: str
) -> None:
    """It is to the seats; what they come to is summed up, and waits for a yes of its own."""
    summed_up.say("what about the parquet?", "inform")

    assert summed_up.say(text, guess) == ["utter_ask_confirm_order"]
    assert (summed_up.slots["section"], summed_up.slots["quantity"]) == ("parquet", 4)
    assert not orders_of(shop, summed_up.buyer)


@pytest.mark.parametrize(
    ("text", "guess"), [("no", "deny"), ("no, keep mine", "deny"), ("Keep Loge", "inform")]
)
def test_a_no_keeps_what_was_agreed(summed_up: FormDriver, text: str, guess: str) -> None:
    """And the summary waits as before."""
    summed_up.say("what about the parquet?", "inform")

    assert summed_up.say(text, guess) == ["utter_ask_confirm_order_again"]
    assert summed_up.slots["section"] == "loge"


def test_only_the_last_offer_is_taken(summed_up: FormDriver) -> None:
    """Who asks of one after the other says yes to the last."""
    summed_up.say("what about the parquet?", "inform")
    summed_up.say("what about the gallery?", "inform")
    summed_up.say("yes", "affirm")

    assert summed_up.slots["section"] == "gallery"


def test_an_offer_is_over_after_another_sentence(shop: Container, summed_up: FormDriver) -> None:
    """The summary that was shown last is what a yes is to."""
    summed_up.say("what about the parquet?", "inform")
    assert summed_up.say("make it 3", "inform") == ["utter_ask_confirm_order"]
    summed_up.say("yes", "affirm")

    (order,) = orders_of(shop, summed_up.buyer)
    assert (order.section_id, order.quantity) == ("loge", 3)


@pytest.mark.parametrize("text", ["the parquet instead", "no, the parquet please"])
def test_who_says_where_they_sit_is_asked_nothing(summed_up: FormDriver, text: str) -> None:
    """The control: it is summed up at once."""
    assert summed_up.say(text, "inform") == ["utter_ask_confirm_order"]
    assert summed_up.slots["section"] == "parquet"


def test_spanish_words_think_of_other_seats() -> None:
    """In the English that all parsers read."""
    assert is_thought(load("es").translate("¿y el palco?"))
