"""Refunds of particular tickets: those that are named go, and no others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.numbered_house import number_seats, seats_of
from tests.ticketing.purchases import (
    ANN,
    buy,
    pay,
    receive_all,
    refund_at_stripe,
    refunded,
    seats,
)
from tests.ticketing.ticket_desk import let_in, tickets, worth
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest, NotRefundable, PaymentError
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_payment,
    refund_tickets,
)
from ticket_clerk.ticketing.tickets.replacement import give_ticket

# Its refunds succeed and then fail.
FAILS = "4000000000005126"


@pytest.fixture
def house(container: Container, tmp_path: Path) -> Container:
    """A shop with numbered seats: in section 101 four in row A and six in row B."""
    number_seats(container, tmp_path)
    return container


@pytest.fixture
def three(house: Container, stripe_wire: StripeWire) -> Order:
    """Ann's three seats, A1 to A3."""
    return buy(house, stripe_wire, quantity=3)


def _ids(house: Container, order: Order, *numbers: int) -> list[str]:
    return [one.id for one in tickets(house, order) if one.number in numbers]


def _give_back(house: Container, order: Order, *numbers: int) -> None:
    ids = _ids(house, order, *numbers)
    quote = quote_refund(house, ANN, order.id, ticket_ids=ids)
    for _ in range(2):
        # A yes that comes twice is one.
        refund_tickets(
            house,
            ANN,
            order.id,
            quantity=quote.quantity,
            quote_version=quote.quote_version,
            ticket_ids=ids,
        )


@pytest.mark.parametrize(
    ("returned", "kept"), [((1,), "A2 A3"), ((2,), "A1 A3"), ((1, 3), "A2"), ((1, 2, 3), "")]
)
def test_the_named_tickets_go_and_the_others_stay(
    house: Container,
    stripe_wire: StripeWire,
    three: Order,
    returned: tuple[int, ...],
    kept: str,
) -> None:
    """With their seats, once, however often the webhook comes; the door lets in who is left."""
    _give_back(house, three, *returned)
    for _ in range(2):
        receive_all(house, stripe_wire)

    gone = [number in returned for number in (1, 2, 3)]
    assert worth(house, three) == ["refunded" if one else "valid" for one in gone]
    assert [seat for seat in seats_of(house, three) if seat != "–"] == kept.split()
    assert refunded(stripe_wire) == [20000 * len(returned)]
    assert seats(house) == (0, 3 - len(returned))
    for ticket, is_gone in zip(tickets(house, three), gone, strict=True):
        assert let_in(house, ticket)[0] is not is_gone


def test_a_quote_shows_which_tickets_go_and_which_stay(house: Container, three: Order) -> None:
    """Those that are named; of a number alone the newest."""
    named = quote_refund(house, ANN, three.id, ticket_ids=_ids(house, three, 2))
    by_number = quote_refund(house, ANN, three.id, 2)

    assert ([t.number for t in named.tickets], [t.number for t in named.kept]) == ([2], [1, 3])
    assert [t.number for t in by_number.tickets] == [2, 3]
    assert (named.quantity, named.amount, named.quantity_left) == (1, 20000, 3)


def test_a_ticket_that_was_used_or_given_away_meanwhile_is_not_taken(
    house: Container, stripe_wire: StripeWire, three: Order
) -> None:
    """What was shown is no more, so nothing goes back, and no other in its place."""
    first, second = _ids(house, three, 1, 2)
    quote = quote_refund(house, ANN, three.id, ticket_ids=[first])
    let_in(house, tickets(house, three)[0])
    give_ticket(house, ANN, second, "Anna Smith")

    for ids in ([first], [second]):
        with pytest.raises(NotRefundable) as caught:
            refund_tickets(
                house,
                ANN,
                three.id,
                quantity=1,
                quote_version=quote.quote_version,
                ticket_ids=ids,
            )
        assert caught.value.reason == "changed"
    assert refunded(stripe_wire) == []
    assert worth(house, three) == ["used", "valid", "valid"]


def test_a_refund_that_fails_leaves_the_buyer_the_same_tickets(
    house: Container, stripe_wire: StripeWire
) -> None:
    """Also where another, by a number, took the newest meanwhile."""
    order = buy(house, stripe_wire, quantity=3, card=FAILS)
    _give_back(house, order, 1)
    assert worth(house, order) == ["refunded", "valid", "valid"]

    receive_all(house, stripe_wire)

    assert worth(house, order) == ["valid", "valid", "valid"]
    assert sorted(seats_of(house, order)) == ["A1", "A2", "A3"]


def test_a_refund_made_elsewhere_takes_others_by_their_number(
    house: Container, stripe_wire: StripeWire, three: Order
) -> None:
    """Of those that are left the newest, as before."""
    _give_back(house, three, 3)
    refund_at_stripe(stripe_wire, three, amount=20000)
    receive_all(house, stripe_wire)

    assert worth(house, three) == ["valid", "refunded", "refunded"]


def test_better_seats_go_to_the_tickets_that_were_kept(
    house: Container, stripe_wire: StripeWire, three: Order
) -> None:
    """And the one that was returned stays so."""
    _give_back(house, three, 2)
    receive_all(house, stripe_wire)
    pay(house, stripe_wire, start_upgrade(house, ANN, three.id, section_id="201"))

    shown = {one.number: (one.section_id, one.status.value) for one in tickets(house, three)}
    assert shown == {1: ("201", "valid"), 2: ("101", "refunded"), 3: ("201", "valid")}


def test_an_operator_names_tickets_and_their_price_goes_back(
    house: Container, stripe_wire: StripeWire, three: Order
) -> None:
    """Without an amount; what are no valid tickets of that payment are refused."""
    payment = str(three.payment_intent_id)
    other = buy(house, stripe_wire, quantity=1)

    refund = refund_payment(house, payment, ticket_ids=_ids(house, three, 1), idempotency_key="k")

    assert refund.amount == 20000
    assert worth(house, three) == ["refunded", "valid", "valid"]
    for ids in (_ids(house, three, 1), _ids(house, other, 1), ["tkt_none"]):
        with pytest.raises(InvalidRequest):
            refund_payment(house, payment, ticket_ids=ids)
    with pytest.raises(InvalidRequest):
        refund_payment(house, payment, quantity=1, ticket_ids=_ids(house, three, 2))
    assert refunded(stripe_wire) == [20000]


def test_of_many_that_name_the_same_ticket_at_once_one_has_it(
    make_container: Callable[[], Container], house: Container, three: Order
) -> None:
    """The others are told that what was quoted is no more; no other ticket goes for them."""
    ids = _ids(house, three, 2)
    shops = [make_container() for _ in range(4)]
    ends: list[str] = []

    def wanted(shop: Container, key: str) -> None:
        try:
            refund_payment(shop, str(three.payment_intent_id), ticket_ids=ids, idempotency_key=key)
            ends.append("done")
        except PaymentError as exc:
            ends.append(exc.code)

    threads = [
        threading.Thread(target=wanted, args=[shop, f"key-{number}"])
        for number, shop in enumerate(shops)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["done", *["invalid_request"] * 3]
    assert worth(house, three) == ["valid", "refunded", "valid"]
