"""A budget filters the list of shows, like a city or a date."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.actions import ActionRespond
from tests.flows.catalog import CATALOG, NOW
from tests.flows.conversation import Conversation
from ticket_clerk.flows.purchase.state import Purchase
from ticket_clerk.flows.purchase.step import take_step
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.utterance import Utterance


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("anything under $50?", "50"),
        ("shows for less than 80 dollars", "80"),
        ("50 bucks or less", "50"),
        ("my budget is 100", "100"),
        ("up to 45.50 please", "45.50"),
        ("4 of us with 200 dollars, what can we see?", "50"),
        ("150 bucks to spend, two people", "75"),
        ("max 60 each for 3 people", "60"),
    ],
)
def test_a_limit_is_understood(text: str, limit: str) -> None:
    """With and without the currency's sign or name; a sum for several is shared by them."""
    assert parse_budget(text) == Decimal(limit)


@pytest.mark.parametrize(
    "text", ["two tickets", "section 50", "up to 3 tickets", "under the roof", "$50"]
)
def test_other_numbers_are_no_limit(text: str) -> None:
    """Neither tickets nor sections, nor a price that is only named."""
    assert parse_budget(text) is None


@pytest.mark.parametrize(
    ("action", "intent"), [(ActionRespond, "browse_events"), (ActionRespond, "nlu_fallback")]
)
def test_a_list_has_what_costs_no_more(container: Container, action: type, intent: str) -> None:
    """By the cheapest seat that is left; soonest first as ever."""
    sam = Conversation().receive("what do you have under $100?", intent)

    sam.run(action(container))

    assert sam.responses == ["utter_shows_found"]
    assert ("Swan Lake (matinee)" in sam.read(), "Lakers" in sam.read()) == (True, False)


def test_nothing_so_cheap_is_said(container: Container) -> None:
    """And what there is."""
    sam = Conversation().receive("anything under 5 dollars", "browse_events")

    sam.run(ActionRespond(container))

    assert sam.responses == ["utter_nothing_within", "utter_cheapest_shows"]
    assert "$5.00" in sam.read()


def test_while_the_show_is_asked_what_fits_is_offered() -> None:
    """It is an answer to that question."""
    turn = take_step(
        Purchase(asked="show"), Utterance("something under 45 dollars", "inform"), CATALOG, NOW
    )

    assert turn.request.offered == ("evening", "last-seat")
