"""Several sections in one message are lines of one order; an order beside a yes comes after it."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.project import ROOT
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.payments.budget import parse_limit
from ticket_clerk.understanding.sections import counted_sections

__all__ = ["shop"]
_SHOWS = {show.id: show for show in read_shows_file(ROOT / "shows.yml").shows}


@pytest.fixture
def sam(shop: Container) -> FormDriver:
    """A buyer who has chosen a show."""
    buyer = FormDriver(shop)
    buyer.say("tickets for the harbor lights matinee", "buy_tickets")
    assert buyer.active_loop["name"] == BUY_FORM
    return buyer


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("two mezzanine and one balcony", [(2, "mezzanine"), (1, "balcony")]),
        ("3 in all: 2 mezzanine at $109 and 1 balcony at $64", [(2, "mezzanine"), (1, "balcony")]),
        ("no, ONE orchestra + ONE balcony", [(1, "orchestra"), (1, "balcony")]),
        ("2 for the balcony", []),
        ("not 2 in the mezzanine, 3 in the balcony", []),
        ("2 balcony, and what does the mezzanine cost", []),
        ("balcony or mezzanine, 2 tickets", []),
    ],
)
def test_sections_are_counted_where_each_has_a_number(
    text: str, counted: list[tuple[int, str]]
) -> None:
    """One that is turned down or only asked about is none."""
    found = counted_sections(text, _SHOWS["harbor-lights-matinee"])

    assert [(number, section.id) for number, section in found] == counted


def test_sections_are_summed_up_together_and_ordered_in_one(
    shop: Container, sam: FormDriver
) -> None:
    """With what each and all of them cost; nothing is proposed that was not said."""
    assert sam.say("two mezzanine plus one balcony", "inform") == ["utter_ask_confirm_lines"]
    summed = sam.answers[-1]
    lines = [line.rpartition(", ")[2] for line in summed["lines"].splitlines()]
    assert lines == ["Mezzanine: $218.00", "Balcony: $64.00"]
    assert summed["total"] == "$282.00"

    sam.say("yes please", "affirm")
    (order,) = orders_of(shop, sam.buyer)
    assert [(one.section_id, one.quantity) for one in order.paid_together] == [
        ("balcony", 1),
        ("mezzanine", 2),
    ]


def test_a_yes_is_to_what_was_summed_up_and_the_next_order_comes_after_it(
    shop: Container, sam: FormDriver
) -> None:
    """It took the place of the first, to which yes had been said."""
    sam.say("2 mezzanine", "inform")

    said = sam.say("Yes. And then right away 1 balcony for me please", "buy_tickets")

    assert said[0] == "utter_one_after_the_other"
    (order,) = orders_of(shop, sam.buyer)
    assert (order.section_id, order.quantity) == ("mezzanine", 2)


def test_a_yes_with_another_number_orders_nothing(shop: Container, sam: FormDriver) -> None:
    """The control: without "and then" it is a correction, and is summed up."""
    sam.say("2 mezzanine", "inform")

    sam.say("yes, 1 balcony please", "buy_tickets")

    assert orders_of(shop, sam.buyer) == []


@pytest.mark.parametrize("text", ["so 4 is not under 4, he is 4", "is he under 6 or not"])
def test_an_age_limits_no_price(text: str) -> None:
    """A ticket for less than ten is asked for with a currency."""
    assert parse_limit(text) is None
    assert parse_limit("something under $9") is not None
    assert parse_limit("under 60 please") is not None


@pytest.mark.parametrize("text", ["don't do it yet", "i'm not ordering right now", "not yet"])
def test_not_yet_orders_nothing(shop: Container, sam: FormDriver, text: str) -> None:
    """And what was summed up stays."""
    sam.say("2 mezzanine", "inform")

    assert "utter_proposal_waits" in sam.say(f"let me see, {text}", "deny")

    assert sam.active_loop["name"] == BUY_FORM
    assert orders_of(shop, sam.buyer) == []
