"""A purchase from the first word to the confirmation, and every way it can go otherwise.

Each ends with the same question: do money, seats and what the buyer read agree?
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.journeys.buyers import (
    DECLINED,
    NEEDS_AUTHENTICATION,
    RestBuyer,
    SocketBuyer,
    Talker,
    look,
    pay,
)
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until

TWO_TICKETS = "I'd like to buy 2 tickets for the Lakers game"


@pytest.fixture
def seats(clerk: Clerk) -> Iterator[Seats]:
    """Counts how many seats of a section this test has taken."""
    return Seats(clerk)


class Seats:
    """Remembers what was left in the beginning."""

    def __init__(self, clerk: Clerk) -> None:
        """Count before the test."""
        self._clerk = clerk
        self._before = clerk.seats_left("lakers-warriors", "101")

    def taken(self) -> int:
        """Count the seats that are sold or held since then."""
        return self._before - self._clerk.seats_left("lakers-warriors", "101")


def _status(clerk: Clerk, order_id: str, status: str) -> None:
    wait_until(lambda: clerk.order(order_id)["status"] == status, f"the order to be {status}")


def _receives_confirmation_once(buyer: Talker, order_id: str) -> None:
    wait_until(lambda: buyer.confirmations(order_id), "the confirmation")
    assert len(buyer.clerk.confirmations_in(buyer.sender_id, order_id)) == 1
    assert len(buyer.confirmations(order_id)) == 1


def test_a_purchase_over_socketio_is_confirmed_by_itself(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats
) -> None:
    """One sentence, a section, a yes, a card: the confirmation appears without a word."""
    order_id, link = socket_buyer.order_tickets(TWO_TICKETS, "the cheapest")

    pay(link)

    _receives_confirmation_once(socket_buyer, order_id)
    assert clerk.order(order_id)["status"] == "paid"
    assert clerk.order(order_id)["amount_total"] == 400
    assert seats.taken() == 2


def test_over_rest_the_confirmation_comes_with_the_next_message_whatever_it_is(
    clerk: Clerk, rest_buyer: RestBuyer, seats: Seats
) -> None:
    """Nothing can be pushed there: it waits, comes before the answer, and only once."""
    order_id, link = rest_buyer.order_tickets(TWO_TICKETS, "the cheapest")
    pay(link)
    _status(clerk, order_id, "paid")
    assert rest_buyer.confirmations(order_id) == []

    answer = rest_buyer.say("hello there")

    assert answer.index("confirmed") < len(answer)
    _receives_confirmation_once(rest_buyer, order_id)
    asked = rest_buyer.say("did my payment go through?")
    assert "paid" in asked
    assert "confirmed" not in asked.lower()
    assert seats.taken() == 2


def test_two_shows_are_one_link_and_one_confirmation(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats
) -> None:
    """One message, one yes, one payment; afterwards each show has its tickets."""
    order_id, link = socket_buyer.order_tickets(
        "2 tickets in section 101 for the Lakers game and one balcony ticket for Harbor Lights"
    )
    assert seats.taken() == 2

    pay(link)

    _receives_confirmation_once(socket_buyer, order_id)
    (told,) = socket_buyer.confirmations(order_id)
    assert all(name in told for name in ("Lakers vs Warriors", "Harbor Lights", "$440.00"))
    order = clerk.order(order_id)
    assert (order["status"], order["amount_total"], order["show_id"]) == ("paid", 440, None)
    assert [(one["show_id"], one["quantity"]) for one in order["lines"]] == [
        ("harbor-lights", 1),
        ("lakers-warriors", 2),
    ]
    assert len(order["tickets"]) == 3
    assert [one["id"] for one in clerk.orders()].count(order_id) == 1


def test_the_summary_before_the_link_says_everything_that_costs_money(
    rest_buyer: RestBuyer,
) -> None:
    """Show, section, number, price each and total are read before anything is made."""
    rest_buyer.say(TWO_TICKETS)
    summary = rest_buyer.say("section 101")

    for part in ("Lakers vs Warriors", "Section 101", "2", "$200.00", "$400.00"):
        assert part in summary
    assert "cs_" not in summary


def test_a_declined_card_is_told_and_the_same_link_takes_another(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats
) -> None:
    """The order stays open, the chat says so, and the second card buys."""
    order_id, link = socket_buyer.order_tickets(TWO_TICKETS, "the cheapest")

    page = pay(link, DECLINED)

    assert any("card_number" in form.fields for form in page.forms)
    wait_until(
        lambda: [text for text in socket_buyer.received if "declined" in text.lower()],
        "the bad news",
    )
    assert clerk.order(order_id)["status"] == "open"
    assert socket_buyer.confirmations(order_id) == []

    pay(link)

    _receives_confirmation_once(socket_buyer, order_id)
    assert seats.taken() == 2


def test_3d_secure_passed_buys(clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats) -> None:
    """The bank asks, the buyer authenticates."""
    order_id, link = socket_buyer.order_tickets(TWO_TICKETS, "the cheapest")

    pay(link, NEEDS_AUTHENTICATION, press="authenticate")

    _receives_confirmation_once(socket_buyer, order_id)
    assert seats.taken() == 2


def test_3d_secure_failed_buys_nothing_and_the_link_still_works(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats
) -> None:
    """Not authenticated is not paid."""
    order_id, link = socket_buyer.order_tickets(TWO_TICKETS, "the cheapest")

    pay(link, NEEDS_AUTHENTICATION, press="fail")

    wait_until(
        lambda: [text for text in socket_buyer.received if "declined" in text.lower()],
        "the bad news",
    )
    assert clerk.order(order_id)["status"] == "open"
    pay(link)
    _receives_confirmation_once(socket_buyer, order_id)
    assert seats.taken() == 2


def test_an_active_form_goes_on_as_if_nothing_had_happened(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """The confirmation comes into the middle of the next purchase; its question still counts."""
    order_id, link = socket_buyer.order_tickets(TWO_TICKETS, "the cheapest")
    socket_buyer.say("I want tickets for the Swan Lake matinee")
    asked = clerk.tracker(socket_buyer.sender_id)["slots"]["requested_slot"]
    assert asked == "quantity"

    pay(link)

    _receives_confirmation_once(socket_buyer, order_id)
    assert clerk.tracker(socket_buyer.sender_id)["slots"]["requested_slot"] == "quantity"
    summary = socket_buyer.say("3")
    assert "Swan Lake" in summary
    assert "$256.50" in summary


def test_two_buyers_of_the_last_seat(clerk: Clerk) -> None:
    """Both say yes at the same moment: one gets a link, the other a sentence."""
    buyers = [RestBuyer(clerk), RestBuyer(clerk)]
    for buyer in buyers:
        buyer.say("one ticket for The Last Seat please")
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda b=buyer: answers.append(b.say("yes"))) for buyer in buyers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted("cs_" in answer for answer in answers) == [False, True], answers
    assert clerk.seats_left("last-seat", "front") == 0
    loser = next(answer for answer in answers if "cs_" not in answer)
    assert loser.strip()


def test_an_abandoned_order_expires_and_its_seats_are_back(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """Nobody pays for 36 minutes: Stripe closes the session, the chat says so, no form is left."""
    before = clerk.seats_left("swan-lake-evening", "stalls")
    order_id, link = socket_buyer.order_tickets("2 tickets for the Swan Lake evening show please")
    assert clerk.seats_left("swan-lake-evening", "stalls") == before - 2
    clerk.kill("stand-in")

    clerk.revive("stand-in", STRIPE_STANDIN_CLOCK_OFFSET_S=str(36 * 60))

    try:
        _status(clerk, order_id, "expired")
        assert clerk.seats_left("swan-lake-evening", "stalls") == before
        wait_until(
            lambda: [
                text for text in socket_buyer.received if order_id in text and "cs_" not in text
            ],
            "the message that the time is up",
        )
        assert not any("card_number" in form.fields for form in look(link).forms)
    finally:
        clerk.kill("stand-in")
        clerk.revive("stand-in")


def test_a_canceled_order_cannot_be_paid_any_more(
    clerk: Clerk, rest_buyer: RestBuyer, seats: Seats
) -> None:
    """Its page is closed before its seats go."""
    order_id, link = rest_buyer.order_tickets(TWO_TICKETS, "the cheapest")

    rest_buyer.say("cancel my order")
    assert clerk.order(order_id)["status"] == "open"
    rest_buyer.say("yes")

    _status(clerk, order_id, "canceled")
    assert not any("card_number" in form.fields for form in look(link).forms)
    assert seats.taken() == 0
