"""What is turned down is not proposed: a sum over the budget, a show or a section ruled out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import is_no
from ticket_clerk.understanding.corrections import rejected_part, without_rejected
from ticket_clerk.understanding.payments.budget import Limit, parse_limit

__all__ = ["shop"]
Begin = Callable[..., FormDriver]


@pytest.fixture
def begin(shop: Container) -> Begin:
    """Begin a purchase with these sentences."""

    def start(*texts: str) -> FormDriver:
        buyer = FormDriver(shop)
        for text in texts:
            buyer.say(text, "buy_tickets")
        return buyer

    return start


@pytest.mark.parametrize(
    "text",
    [
        "58 each is a lot, my budget is like 200 max for all 4",
        "no that's over 200",
        "i have 200 dollars, 4 of us",
        "max 50 each please",
        "my budget is 200, is that enough?",
        "is there anything under 200 for all of us?",
    ],
)
def test_a_sum_over_the_budget_is_not_proposed(begin: Begin, shop: Container, text: str) -> None:
    """What fits is offered in its place, and a yes orders nothing."""
    buyer = begin("night owls, floor, 4 tickets")

    said = buyer.say(text, "nlu_fallback")

    assert "utter_ask_confirm_order" not in said
    assert "utter_ask_confirm_order_again" not in said
    assert said[-1] in {"utter_within_budget", "utter_ask_change"}
    buyer.say("yes", "affirm")
    assert not orders_of(shop, buyer.buyer)


def test_what_fits_the_budget_is_offered_and_taken(begin: Begin) -> None:
    """By its name, with what it comes to."""
    buyer = begin("night owls, floor, 4 tickets")

    buyer.say("my budget is 200 for all of us", "nlu_fallback")
    assert "more than $200.00" in buyer.read_all()
    assert "4 for $180.00" in buyer.read_all()

    said = buyer.say("upper circle", "nlu_fallback")
    assert (buyer.slots["section"], said) == ("upper", ["utter_ask_confirm_order"])


def test_where_nothing_fits_the_least_is_said(begin: Begin) -> None:
    """And fewer tickets or another show are asked for."""
    buyer = begin("night owls, floor, 4 tickets")

    assert buyer.say("we have a budget of 100", "nlu_fallback") == ["utter_none_within_budget"]
    assert "$180.00 at least" in buyer.read_all()


def test_a_sum_within_the_budget_is_proposed(begin: Begin) -> None:
    """The control."""
    buyer = begin("night owls, upper circle")

    assert buyer.say("4, my budget is 200", "nlu_fallback") == ["utter_ask_confirm_order"]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("my budget is 200", Limit(Decimal(200))),
        ("that's over 200", Limit(Decimal(200))),
        ("max 50 each", Limit(Decimal(50), is_each=True)),
        ("anything under 50", Limit(Decimal(50), is_each=True)),
        ("under 200 for all of us", Limit(Decimal(200))),
    ],
)
def test_a_limit_is_for_all_or_for_each(text: str, limit: Limit) -> None:
    """A price is of one ticket, and a budget of all of them."""
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    "text",
    [
        "no thats over 200, upper circle then 4, do we get to stand up there or not",
        "upper circle instead, is it far up?",
        "then the upper circle please, can we see well from there?",
    ],
)
def test_a_section_that_is_chosen_beside_a_question_is_taken(begin: Begin, text: str) -> None:
    """The question is about it."""
    buyer = begin("night owls, floor, 4 tickets")

    said = buyer.say(text, "nlu_fallback")

    assert (buyer.slots["show"], buyer.slots["section"]) == ("night-owls", "upper")
    assert said[-1] == "utter_ask_confirm_order"
    assert "Priya" not in buyer.read_all()


@pytest.mark.parametrize("text", ["the upper circle, is it far up?", "is the upper circle loud?"])
def test_a_section_that_is_only_asked_about_is_not(begin: Begin, text: str) -> None:
    """The control: a question changes nothing."""
    buyer = begin("night owls, floor, 4 tickets")

    buyer.say(text, "nlu_fallback")

    assert buyer.slots["section"] == "floor"


@pytest.mark.parametrize(
    "text",
    [
        "feb 20 then, swan lake one is too far",
        "swan lake is too far, the one on feb 20",
        "the 20th of february, swan lake is way too late",
    ],
)
@pytest.mark.parametrize("guess", ["nlu_fallback", "inform", "deny"])
def test_a_show_that_is_ruled_out_is_not_taken(begin: Begin, text: str, guess: str) -> None:
    """And the date beside it counts."""
    buyer = begin("tickets please")

    buyer.say(text, guess)

    assert buyer.slots["show"] is None
    assert buyer.slots["offered_shows"] == ["harbor-lights-matinee", "harbor-lights-evening"]


@pytest.mark.parametrize("text", ["lakers is mid, something else", "the lakers are boring"])
def test_whoever_rules_a_show_out_reads_others(shop: Container, text: str) -> None:
    """And not the one that they don't want."""
    buyer = FormDriver(shop)

    said = buyer.say(text, "nlu_fallback")

    assert said == ["utter_shows"]
    assert "Lakers" not in buyer.read_all()


def test_a_section_that_is_ruled_out_is_asked_again(begin: Begin) -> None:
    """It is neither taken nor called unknown."""
    buyer = begin("swan lake")

    said = buyer.say("the parquet is too expensive", "nlu_fallback")

    assert (buyer.slots["section"], said) == (None, ["utter_ask_section_again"])


@pytest.mark.parametrize(
    ("text", "ruled_out"),
    [
        ("swan lake is too far", "swan lake"),
        ("nah fam lakers n warriors r mid, night owls", "nah fam lakers n warriors"),
        ("floor because the upper circle is too high", "the upper circle"),
        ("that is too expensive", ""),
        ("is swan lake too far?", ""),
        ("my brother is out of town", ""),
    ],
)
def test_what_a_clause_rules_out(text: str, ruled_out: str) -> None:
    """Its subject, if it names one."""
    assert rejected_part(text).strip() == ruled_out
    assert bool(ruled_out) == ("|" in without_rejected(text))


def test_a_no_stays_one_beside_what_is_ruled_out() -> None:
    """Unlike "no basketball", which turns down a kind and nothing else."""
    assert is_no("no, the loge is too expensive", intent="")
    assert not is_no("no basketball", intent="")


@pytest.mark.parametrize(
    "text",
    [
        "1 adult 2 kids, cheapest, need to sit together",
        "3 of us, the cheapest, we want to sit together",
    ],
)
def test_the_cheapest_beside_what_is_asked_is_a_choice(begin: Begin, text: str) -> None:
    """Where a section was asked for; the rest is answered."""
    buyer = begin("swan lake")

    said = buyer.say(text, "nlu_fallback")

    assert (buyer.slots["section"], buyer.slots["quantity"]) == ("gallery", 3)
    assert said == ["utter_about_seats_together", "utter_ask_confirm_order"]


@pytest.mark.parametrize(
    "text",
    [
        "he has a sore foot, so standing is no good",
        "and standing is not for us",
        "floor standing no thanks",
    ],
)
def test_a_section_that_is_no_good_is_not_proposed(begin: Begin, text: str) -> None:
    """Which it shall be is asked again."""
    buyer = begin("two for the night owls")

    assert buyer.say(text, "inform")[-1] == "utter_ask_section_again"


def test_a_section_that_is_good_is_proposed(begin: Begin) -> None:
    """What is turned down beside it is another."""
    buyer = begin("two for the night owls")

    buyer.say("we take the floor, and the upper circle is no good", "inform")

    assert "2 × The Night Owls, Floor standing" in buyer.read()
