"""What is excluded is in no list and not chosen: a place, a show, what was just shown."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.corrections import rejected_part

__all__ = ["shop"]


@pytest.mark.parametrize(
    "text",
    [
        "is there anything apart from Boston?",
        "what's on outside of Boston?",
        "shows other than Boston please",
        "anything except Boston in April?",
    ],
)
def test_a_place_that_is_excluded_is_in_no_list(shop: Container, text: str) -> None:
    """The others are."""
    buyer = FormDriver(shop)

    buyer.say(text, "browse_events")

    assert "Boston" not in buyer.read_all().replace("in Boston", "")
    assert "•" in buyer.read_all()


def test_where_one_lives_is_no_wish_beside_its_exclusion(shop: Container) -> None:
    """Nor is it one later."""
    buyer = FormDriver(shop)

    buyer.say("anything outside Boston? We live in Boston.", "browse_events")

    assert not buyer.slots.get("preference")
    buyer.say("what's on?", "browse_events")
    assert "Swan Lake" in buyer.read_all()


def test_what_else_leaves_out_what_was_just_shown(shop: Container) -> None:
    """Others of the kind are listed."""
    buyer = FormDriver(shop)
    buyer.say("any soccer?", "browse_events")
    assert "Inter Miami" in buyer.read_all()

    buyer.say("what else have you got in sports?", "browse_events")

    assert "Inter Miami" not in buyer.read_all()
    assert "Lakers" in buyer.read_all()


@pytest.mark.parametrize(
    "text", ["forget lakers. 3 bleachers for the red sox", "skip the lakers, 3 red sox bleachers"]
)
def test_a_show_that_is_forgotten_is_left_for_the_other(shop: Container, text: str) -> None:
    """Its section and number are taken."""
    buyer = FormDriver(shop)
    buyer.say("lakers please", "buy_tickets")

    buyer.say(text, "buy_tickets")

    chosen = {name: buyer.slots[name] for name in ("show", "section", "quantity")}
    assert chosen == {"show": "red-sox-yankees", "section": "bleachers", "quantity": 3}


@pytest.mark.parametrize(
    "text",
    [
        "don't forget the lakers",
        "forget it",
        "skip that",
        "is the bar outside the arena?",
        "other than that, two seats please",
        "drop me a line",
    ],
)
def test_nothing_is_excluded_by_words_for_something_else(text: str) -> None:
    """A reminder, a stop or a place to wait rules nothing out."""
    assert not rejected_part(text).strip()
