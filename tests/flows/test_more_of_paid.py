"""More tickets for what is paid are a new order of the difference, proposed in the same section."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import paid
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.quantities import parse_more

SUMMARY = "utter_ask_confirm_order"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


@pytest.fixture
def two(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """Two paid seats in section 101, at $200 each."""
    return paid(container, stripe_wire, sam)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("My cousin joins us, can I have one more beside the other two", 1),
        ("one more seat next to our 2 please", 1),
        ("oh wait, make it 3", 1),
        ("we'll be five in all", 3),
        ("one more for the lakers game that I just paid", 1),
        ("add 2 more in section 101", 2),
    ],
)
@pytest.mark.parametrize("guess", ["buy_tickets", "inform"])
def test_what_is_wanted_beyond_the_paid_tickets_is_summed_up(
    container: Container, sam: FormDriver, two: Order, text: str, number: int, guess: str
) -> None:
    """No show and no section is asked for, and nothing is ordered before the yes."""
    assert sam.say(text, guess)[-1] == SUMMARY
    assert f"{number} × Lakers vs Warriors, Section 101" in sam.read()
    assert len(queries.orders_of(container, sam.buyer)) == 1

    sam.say("yes", "affirm")

    newest = queries.orders_of(container, sam.buyer)[0]
    assert (newest.quantity, newest.section_id) == (number, "101")
    assert newest.id != two.id


@pytest.mark.parametrize(
    "text", ["three in all, with the ones I paid", "one more I said, I have two already"]
)
def test_a_sum_that_counts_the_paid_ones_is_not_ordered_anew(
    sam: FormDriver, two: Order, text: str
) -> None:
    """At a summary as well as where a number was asked for."""
    sam.say("2 tickets for the lakers, section 101", "buy_tickets")

    assert sam.say(text)[-1] == SUMMARY
    assert "1 × Lakers vs Warriors, Section 101" in sam.read()


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("one more for Swan Lake", "Lakers"),
        ("make it 2", "× Lakers"),
        ("one more in section 201", "Section 101"),
    ],
)
def test_another_show_section_or_a_smaller_number_is_none_of_it(
    sam: FormDriver, two: Order, text: str, lacks: str
) -> None:
    """A sum that is paid already adds nothing."""
    sam.say(text)

    assert f"{lacks}" not in sam.read() or "1 ×" not in sam.read()


def test_at_the_summary_of_new_tickets_a_number_is_theirs(sam: FormDriver, two: Order) -> None:
    """Nothing was said of the paid ones."""
    sam.say("2 tickets for the lakers, section 101", "buy_tickets")

    assert sam.say("make it 3")[-1] == SUMMARY
    assert "3 × Lakers vs Warriors" in sam.read()


def test_without_a_paid_order_more_is_of_what_is_summed_up(
    container: Container, sam: FormDriver
) -> None:
    """Three in all are three."""
    sam.say("2 tickets for the lakers, section 101", "buy_tickets")

    assert sam.say("three in all")[-1] == SUMMARY
    assert "3 × Lakers vs Warriors" in sam.read()


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("make it 3", 1),
        ("one more next to the other two", 1),
        ("make it 2", None),
        ("two tickets", None),
        ("one more question", None),
    ],
)
def test_the_number_beyond_those_that_one_has(text: str, more: int | None) -> None:
    """Of somebody who has two."""
    assert parse_more(text, 2) == more
