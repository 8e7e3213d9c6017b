"""Tickets that were paid: given back, and changed for better ones, with Stripe failing in between.

Each ends with the same question: do money, seats and what the buyer read agree?
"""

from __future__ import annotations

import pytest

from tests.journeys.buyers import DECLINED, LINK, ORDER, SocketBuyer, look, pay
from tests.journeys.clerk import Clerk
from tests.journeys.standin import lost_answers, refunds, sessions

TWO_TICKETS = "2 tickets for Harbor Lights in the balcony please"
REFUND_IS_TAKEN_BACK = "4000 0000 0000 5126"


class Seats:
    """Counts what was taken of a section since the test began."""

    def __init__(self, clerk: Clerk) -> None:
        """Count before the test."""
        self._clerk = clerk
        self._before = {name: self._left(name) for name in ("balcony", "circle", "box")}

    def taken(self) -> dict[str, int]:
        """Count the seats that are sold or held, by section; none where none is."""
        taken = {name: left - self._left(name) for name, left in self._before.items()}
        return {name: number for name, number in taken.items() if number}

    def _left(self, section_id: str) -> int:
        return self._clerk.seats_left("harbor-lights", section_id)


@pytest.fixture
def seats(clerk: Clerk) -> Seats:
    """Knows what was left in the beginning."""
    return Seats(clerk)


@pytest.fixture
def order_id(seats: Seats, socket_buyer: SocketBuyer) -> str:
    """Two tickets in the balcony at $40, paid and confirmed."""
    return _buy(socket_buyer)


def _buy(buyer: SocketBuyer, card: str | None = None) -> str:
    order_id, link = buyer.order_tickets(TWO_TICKETS)
    pay(link, card) if card else pay(link)
    buyer.receives_once(order_id, "confirmed")
    return order_id


def _refunds(clerk: Clerk, order_id: str) -> list[int]:
    return refunds(clerk, clerk.order(order_id)["payment_intent_id"])


def _begin_upgrade(buyer: SocketBuyer, wish: str) -> tuple[str, str]:
    """Ask for better seats and agree; returns the upgrade's number and link."""
    buyer.say(wish)
    answer = buyer.say("yes")
    number, link = ORDER.search(answer), LINK.search(answer)
    assert number, answer
    assert link, answer
    return number[0], link[0]


def test_one_of_two_tickets_goes_back_after_a_yes(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """The question names what and how much; the yes pays it, once, and frees one seat."""
    question = socket_buyer.say("refund one of my two tickets")
    for part in ("1 × Harbor Lights", "$40.00", "keep 1", order_id):
        assert part in question
    assert _refunds(clerk, order_id) == []

    socket_buyer.say("yes")

    socket_buyer.receives_once("Done", "$40.00", order_id)
    assert _refunds(clerk, order_id) == [4000]
    assert clerk.order(order_id)["status"] == "partially_refunded"
    assert seats.taken() == {"balcony": 1}


@pytest.mark.parametrize("words", ["no", "never mind", "ok wait"])
def test_without_a_yes_nothing_goes_back(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str, words: str
) -> None:
    """A no, a stop, and somebody who needs time."""
    socket_buyer.say("refund both of my tickets")

    socket_buyer.say(words)

    assert _refunds(clerk, order_id) == []
    assert clerk.order(order_id)["status"] == "paid"
    assert seats.taken() == {"balcony": 2}


def test_a_change_of_mind_pays_back_what_was_said_last(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """One, no, both after all; with a question in the middle."""
    socket_buyer.say("refund one of my two tickets")
    assert "business days" in socket_buyer.say("how long does it take?")
    assert "$80.00" in socket_buyer.say("actually both")

    socket_buyer.say("yes")

    socket_buyer.receives_once("Done", "$80.00", order_id)
    assert _refunds(clerk, order_id) == [8000]
    assert clerk.order(order_id)["status"] == "refunded"
    assert seats.taken() == {}


def test_an_answer_of_stripes_that_is_lost_pays_back_once_and_is_told(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """The money went back, nobody knew: "noted" is the truth then, and "done" when it is known."""
    socket_buyer.say("refund one of my two tickets")

    with lost_answers(clerk, "/v1/refunds"):
        answer = socket_buyer.say("yes")

    assert "noted" in answer
    socket_buyer.receives_once("Done", "$40.00", order_id)
    assert _refunds(clerk, order_id) == [4000]
    assert seats.taken() == {"balcony": 1}


def test_a_refund_that_the_bank_sends_back_leaves_the_tickets_valid(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats
) -> None:
    """And says so."""
    order_id = _buy(socket_buyer, REFUND_IS_TAKEN_BACK)
    socket_buyer.say("refund both of my tickets")

    socket_buyer.say("yes")

    socket_buyer.receives_once("did not go through", "valid again", order_id)
    assert clerk.order(order_id)["status"] == "paid"
    assert seats.taken() == {"balcony": 2}


def test_better_seats_are_paid_confirmed_and_given_back_with_both_payments(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """The old seats stay until the new ones are paid, a declined card changes nothing."""
    assert "Dress circle: $50.00 more a ticket" in socket_buyer.say("can I get better seats?")
    summary = socket_buyer.say("the dress circle")
    for part in ("2 × Harbor Lights", "Balcony", "Dress circle", "$100.00", order_id):
        assert part in summary
    answer = socket_buyer.say("yes")
    link = LINK.findall(answer)[0]
    assert seats.taken() == {"balcony": 2, "circle": 2}

    pay(link, DECLINED)
    socket_buyer.receives_once("declined", "old ones are yours")
    pay(link)

    socket_buyer.receives_once("confirmed", "in Dress circle now")
    assert seats.taken() == {"circle": 2}
    upgrade_id = ORDER.findall(answer)[0]
    assert "$180.00" in socket_buyer.say("refund both of my tickets")
    socket_buyer.say("yes")
    socket_buyer.receives_once("Done", "$180.00", order_id)
    assert [_refunds(clerk, one) for one in (order_id, upgrade_id)] == [[8000], [10000]]
    assert seats.taken() == {}


def test_a_no_to_better_seats_holds_none(
    socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """Everything stays as it is."""
    socket_buyer.say("upgrade me to the royal box")

    assert "keep the seats" in socket_buyer.say("no")
    assert seats.taken() == {"balcony": 2}


def test_another_section_instead_closes_the_first_page_and_frees_its_seats(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """Nobody can pay for both."""
    first, closed = _begin_upgrade(socket_buyer, "upgrade me to the dress circle")

    second, link = _begin_upgrade(socket_buyer, "can I have the royal box instead?")

    assert not any("card_number" in form.fields for form in look(closed).forms)
    assert clerk.order(first)["status"] == "canceled"
    assert seats.taken() == {"balcony": 2, "box": 2}
    pay(link)
    socket_buyer.receives_once(second, "confirmed", "in Royal box now")
    assert seats.taken() == {"box": 2}


def test_an_upgrade_whose_link_was_lost_gets_the_same_one_by_asking(
    clerk: Clerk, socket_buyer: SocketBuyer, seats: Seats, order_id: str
) -> None:
    """Stripe made the page and the answer was lost: one page, one payment."""
    socket_buyer.say("upgrade me to the dress circle")
    with lost_answers(clerk, "/v1/checkout/sessions"):
        assert "doesn't answer" in socket_buyer.say("yes")
    assert seats.taken() == {"balcony": 2, "circle": 2}

    answer = socket_buyer.say("send me the link")

    upgrade_id = next(number for number in ORDER.findall(answer) if number != order_id)
    assert len(sessions(clerk, upgrade_id)) == 1
    pay(LINK.findall(answer)[0])
    socket_buyer.receives_once(upgrade_id, "confirmed")
    assert seats.taken() == {"circle": 2}
