"""Refunds of some of several tickets: the buyer says which, and is told which before the yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import ask, given_back, paid
from tests.stripe_wire import StripeWire
from tests.ticketing.numbered_house import number_seats, seats_of
from tests.ticketing.ticket_desk import tickets, worth
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.tickets.replacement import give_ticket, set_holder
from ticket_clerk.understanding.tickets.choice import choose_tickets

SUMMARY = "utter_ask_confirm_refund"
AGAIN = "utter_ask_confirm_refund_again"


@pytest.fixture
def sam(container: Container, tmp_path: Path) -> FormDriver:
    """A buyer in a house with numbered seats."""
    number_seats(container, tmp_path)
    return FormDriver(container)


@pytest.fixture
def three(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """Sam's three seats, A1 to A3; the second is Tariq's."""
    order = paid(container, stripe_wire, sam, quantity=3)
    set_holder(container, tickets(container, order)[1].id, "Tariq Khan")
    return order


def _kept(container: Container, order: Order) -> list[str]:
    return [seat for seat in seats_of(container, order) if seat != "–"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I'd like a refund for one of my three Lakers tickets, the aisle one, seat 1", "A2 A3"),
        ("return seat 1 and keep seat 2", "A2 A3"),
        ("please refund seats 1 and 3", "A2"),
        ("refund seats 2-3", "A1"),
        ("refund A2", "A1 A3"),
        ("give back row A, seat 2", "A1 A3"),
        ("refund my second ticket", "A1 A3"),
        ("give back tariqs one", "A1 A3"),
        ("refund one of them, but not Tariq's", "A1 A2"),
        ("I want my money back for the middle one", "A1 A3"),
        ("give ONE of my three tickets back, not seat 3", "A1 A3"),
        ("refund one ticket", "A1 A2"),
    ],
)
def test_the_tickets_that_are_named_go(
    container: Container,
    stripe_wire: StripeWire,
    sam: FormDriver,
    three: Order,
    text: str,
    kept: str,
) -> None:
    """They are shown before the yes, and exactly these are refunded; of none named the newest."""
    assert ask(sam, text) == [SUMMARY]
    assert "Refunded would be: Section 101, row A, seat" in sam.read_all()

    sam.say("yes", "affirm")

    assert _kept(container, three) == kept.split()
    assert given_back(stripe_wire) == [20000 * (3 - len(kept.split()))]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("wait which seat goes, not the middle one pls", "A1 A2"),
        ("which seat goes?", "A1 A2"),
        ("Yes please. I keep seat 3, right?", "A1 A3"),
        ("I keep seat 1, right?", "A1 A2"),
        ("no, seat 1", "A2 A3"),
        ("not seat 3", "A1 A3"),
        ("Tariq's one please", "A1 A3"),
        ("seat 1 and seat 2", "A3"),
    ],
)
@pytest.mark.parametrize("guess", ["affirm", "nlu_fallback", "inform"])
def test_which_one_goes_is_answered_and_changed_before_the_yes(
    container: Container,
    stripe_wire: StripeWire,
    sam: FormDriver,
    three: Order,
    text: str,
    kept: str,
    guess: str,
) -> None:
    """A question and a correction refund nothing: the summary names the seats again."""
    ask(sam, "refund one ticket")

    said = sam.say(text, guess)

    assert said[-1] in {SUMMARY, AGAIN}
    assert "Refunded would be: Section 101, row A, seat" in sam.read()
    assert given_back(stripe_wire) == []
    sam.say("yes", "affirm")
    assert _kept(container, three) == kept.split()


def test_a_yes_that_names_what_was_shown_is_one(
    stripe_wire: StripeWire, sam: FormDriver, three: Order
) -> None:
    """Nothing is asked again."""
    ask(sam, "refund seat 1")

    sam.say("yes, seat 1", "affirm")

    assert given_back(stripe_wire) == [20000]


def test_tickets_without_seats_are_named_by_their_number(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Each has a link of its own that may be with somebody else by now."""
    sam = FormDriver(container)
    order = paid(container, stripe_wire, sam, quantity=3)

    ask(sam, "refund my first ticket")
    assert "Refunded would be: ticket 1. You'd keep: ticket 2 and ticket 3." in sam.read_all()
    sam.say("yes", "affirm")

    assert worth(container, order) == ["refunded", "valid", "valid"]


def test_a_ticket_that_goes_to_somebody_else_before_the_yes_is_asked_about_again(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, three: Order
) -> None:
    """The yes was to other tickets than there are."""
    ask(sam, "refund seat 3")
    give_ticket(container, sam.buyer, tickets(container, three)[2].id, "Anna Smith")

    said = sam.say("yes", "affirm")

    assert said[0] == "utter_refund_changed"
    assert given_back(stripe_wire) == []


@pytest.mark.parametrize(
    ("text", "meant", "kept"),
    [
        ("seat 1 goes, seat 2 stays mine", {1}, {2}),
        ("keep seat 2", set(), {2}),
        ("don't refund seat 2 and seat 3", set(), {2, 3}),
        ("not seat 3 but seat 1", {1}, {3}),
        ("keep my first ticket and give the last one back", {3}, {1}),
        ("two of the three, whichever", set(), set()),
        ("I'd keep 3 and 2 and give back 1", {1}, {2, 3}),
        ("give back 2, and keep 1 and 3", {2}, {1, 3}),
        ("keep 1 and give back 2", set(), set()),
        ("keep 2", set(), set()),
    ],
)
def test_what_is_kept_is_told_from_what_is_meant(
    container: Container, three: Order, text: str, meant: set[int], kept: set[int]
) -> None:
    """By the words in front of it."""
    choice = choose_tickets(text, tickets(container, three))

    assert (set(choice.meant), set(choice.kept)) == (meant, kept)
