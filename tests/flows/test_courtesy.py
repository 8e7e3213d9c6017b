"""A phrase of courtesy is no condition, and a condition says what may be true or false."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import condition_of_yes, without_courtesy

__all__ = ["shop", "start"]
COURTEOUS = [
    "yes please, if that's ok?",
    "yes, if you don't mind",
    "yes if it’s not too much trouble?",
    "sure thing, if that works for you",
]


@pytest.mark.parametrize("text", COURTEOUS)
def test_nothing_hangs_on_courtesy(shop: Container, start: Begin, text: str) -> None:
    """The yes counts, and no question is answered beside it."""
    buyer = start("summary")

    assert buyer.say(text, "affirm") == ["utter_checkout_link"]
    assert len(orders_of(shop, buyer.buyer)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "yes, if they're together",
        "yes if it's possible to sit together",
        "yes if it's not too much",
        "yes if that's the total",
    ],
)
def test_what_may_be_true_or_false_is_a_condition(text: str) -> None:
    """The control: of the seats, the price and the sum a yes may hang."""
    assert without_courtesy(text) == text
    assert condition_of_yes(text) is not None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("can I have two, if possible?", "can I have two?"),
        ("if that's ok, yes please", "yes please"),
        ("if you like", "if you like"),
        ("could I upgrade if I like?", "could I upgrade if I like?"),
        ("two loge, if not the gallery", "two loge, if not the gallery"),
    ],
)
def test_only_courtesy_is_left_out(text: str, left: str) -> None:
    """A question stays one, and what the buyer may like is no courtesy."""
    assert without_courtesy(text) == left
