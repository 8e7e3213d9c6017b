"""Extras in the chat: "and a parking pass" is in the summary before the yes, and in the order."""

from __future__ import annotations

import pytest

from tests.flows.catalog import SHOP_WINDOW
from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk import languages
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import Extra, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.payments.extras import parse_extras

PARKING = Extra("parking", "Parking pass", ("parking", "aparcamiento"), 1500)
PROGRAMME = Extra("programme", "Programme", ("program", "programa"), 1200)
OWLS = "two floor standing tickets for the night owls"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer in a shop with the default catalog."""
    with container.database.begin() as conn:
        load_catalog(conn, SHOP_WINDOW, now=container.now())
    return FormDriver(container)


def newest(sam: FormDriver) -> Order:
    """The buyer's newest order."""
    return queries.orders_of(sam.container, sam.buyer)[0]


@pytest.mark.parametrize(
    ("said", "numbers", "rest"),
    [
        ("and a parking pass", {"parking": 1}, ""),
        ("plus two programmes please", {"programme": 2}, ""),
        ("a couple of programmes", {"programme": 2}, ""),
        ("add 3 programs", {"programme": 3}, ""),
        ("yes, and a parking pass please", {"parking": 1}, "yes"),
        ("can I add parking?", {"parking": 1}, ""),
        ("we'll take the parking pass", {"parking": 1}, ""),
        ("I'd like a programme too", {"programme": 1}, ""),
        ("without parking", {"parking": 0}, ""),
        ("no, I don't need the parking pass", {"parking": 0}, ""),
        ("take the parking off", {"parking": 0}, ""),
        ("drop the programme and make it 3 tickets", {"programme": 0}, "and make it 3 tickets"),
        (
            "three tickets with 2 parking passes and a programme for swan lake",
            {"parking": 2, "programme": 1},
            "three tickets for swan lake",
        ),
    ],
)
def test_extras_are_read_with_their_numbers(said: str, numbers: dict[str, int], rest: str) -> None:
    """What the sentence says besides is left for the others."""
    mention = parse_extras(said, [PARKING, PROGRAMME])

    assert mention is not None
    assert (mention.numbers, mention.rest) == (numbers, rest)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("the cheapest ones, and a programme each", 2),
        ("a programme for each of us please", 2),
        ("and a programme for both of us", 2),
        ("2 programmes per person", 4),
        ("and a programme", 1),
    ],
)
def test_an_extra_for_each_is_counted_by_the_tickets(
    sam: FormDriver, said: str, number: int
) -> None:
    """Somebody who said so twice was shown a sum with one programme for two."""
    sam.say("two tickets for the magic flute", "buy_tickets")
    sam.say("balcony", "inform")

    sam.say(said, "inform")

    assert sam.slots["order_extras"] == {"programme": number}


@pytest.mark.parametrize(
    "said",
    [
        *("parking", "is there parking?", "how much is parking", "what's the programme?"),
        *("and parking?", "I heard that parking is bad there", "and the parking was awful"),
        *("I'll park the car myself", "can I get parking there?", "two tickets please"),
    ],
)
def test_a_question_or_a_remark_orders_nothing(said: str) -> None:
    """A question never changes anything."""
    assert parse_extras(said, [PARKING, PROGRAMME]) is None


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("y un pase de aparcamiento", {"parking": 1}),
        ("más dos programas", {"programme": 2}),
        ("añade un programa", {"programme": 1}),
        ("sin aparcamiento", {"parking": 0}),
        ("quita el aparcamiento", {"parking": 0}),
    ],
)
def test_spanish_is_read_as_well(said: str, numbers: dict[str, int]) -> None:
    """By the names that the catalog gives."""
    mention = parse_extras(languages.load("es").translate(said), [PARKING, PROGRAMME])

    assert mention is not None
    assert mention.numbers == numbers


def test_the_first_sentence_may_have_it_all(sam: FormDriver, stripe_wire: StripeWire) -> None:
    """In the summary with its price, in the link, in the order and in the confirmation."""
    sam.say(f"{OWLS} and a parking pass", "buy_tickets")

    assert "Floor standing + Parking pass ($15.00)" in sam.read_all()
    assert "$131.00 in total" in sam.read_all()
    sam.say("yes", "affirm")
    assert "Floor standing + Parking pass, $131.00 in total" in sam.read_all()
    order = newest(sam)
    assert (order.amount_total, order.has_extras({"parking": 1})) == (13100, True)
    assert pay(sam.container, stripe_wire, order).status is OrderStatus.PAID
    sam.push()
    assert "2 × The Night Owls, Floor standing + Parking pass, $131.00" in sam.read_all()


def test_a_yes_beside_an_extra_is_to_another_sum(sam: FormDriver) -> None:
    """It is summed up again, and only then ordered."""
    sam.say(OWLS, "buy_tickets")
    sam.say("yes, and two parking passes please", "affirm")

    assert queries.orders_of(sam.container, sam.buyer) == []
    assert "2 × Parking pass ($30.00)" in sam.read_all()
    sam.say("yes", "affirm")
    assert newest(sam).amount_total == 2 * 5800 + 3000


def test_an_extra_is_taken_off_again(sam: FormDriver) -> None:
    """And asking about it before the yes changes nothing."""
    sam.say(f"{OWLS} plus a parking pass", "buy_tickets")
    sam.say("without parking", "deny")

    assert "Parking" not in sam.read_all()
    assert "$116.00" in sam.read_all()
    sam.say("yes", "affirm")
    assert newest(sam).extras == ()


def test_what_this_show_does_not_sell_is_said_to_be_not_sold(sam: FormDriver) -> None:
    """The rest of the order goes on."""
    said = sam.say(f"{OWLS} and a programme", "buy_tickets")
    assert said == ["utter_not_sold_here", "utter_ask_confirm_order"]

    assert "utter_extra_not_sold" in sam.say("add a programme", "inform")
    assert "Programme isn't sold with tickets for The Night Owls." in sam.read_all()
    sam.say("yes", "affirm")
    assert newest(sam).amount_total == 2 * 5800


def test_too_many_of_them_are_left_out_and_said(sam: FormDriver) -> None:
    """Before the yes, as far as is known, and at it if somebody was faster."""
    other = FormDriver(sam.container, "bea")
    sam.say(f"{OWLS} and 8 parking passes", "buy_tickets")
    sam.say("yes", "affirm")
    other.say("one floor standing ticket for the night owls with a parking pass", "buy_tickets")
    with sam.container.database.begin() as conn:
        conn.exec_driver_sql("UPDATE extras SET stock = 8 WHERE id = 'parking'")

    assert "utter_error_extra_sold_out" in other.say("yes", "affirm")
    assert "$58.00" in other.read_all()
    other.say("yes", "affirm")
    assert newest(other).extras == ()
    assert "utter_error_extra_sold_out" in other.say(
        "2 more floor standing tickets for the night owls and a parking pass", "buy_tickets"
    )


def test_an_extra_is_added_to_an_order_that_waits_for_its_payment(sam: FormDriver) -> None:
    """As another order in its place, with the same deadline and a new yes."""
    sam.say(OWLS, "buy_tickets")
    sam.say("yes", "affirm")
    first = newest(sam)

    assert sam.say("and a programme", "inform") == ["utter_extra_not_sold"]
    assert "utter_ask_confirm_replacement" in sam.say("oh, and a parking pass please", "inform")
    assert "Parking pass ($15.00)" in sam.read_all()
    sam.say("yes", "affirm")
    assert (newest(sam).amount_total, newest(sam).expires_at) == (13100, first.expires_at)
    assert queries.any_order(sam.container, first.id).status is OrderStatus.CANCELED


def test_changing_an_unpaid_order_keeps_its_extras(sam: FormDriver) -> None:
    """Unless the other show has none."""
    sam.say(f"{OWLS} and a parking pass", "buy_tickets")
    sam.say("yes", "affirm")
    sam.say("make it three", "inform")

    assert "Parking pass ($15.00)" in sam.read_all()
    sam.say("yes", "affirm")
    assert newest(sam).amount_total == 3 * 5800 + 1500


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("how much is parking for the night owls?", "Parking pass for The Night Owls: $15.00 each"),
        (
            "do you sell programmes for the magic flute?",
            "Programme for The Magic Flute: $12.00 each",
        ),
    ],
)
def test_a_question_about_an_extra_is_answered_with_its_price(
    sam: FormDriver, said: str, answer: str
) -> None:
    """And with what its owner wrote of it; nothing is ordered."""
    sam.say(said, "ask_price")

    assert answer in sam.read_all()
    assert queries.orders_of(sam.container, sam.buyer) == []


def test_a_refund_says_what_becomes_of_the_extras(sam: FormDriver, stripe_wire: StripeWire) -> None:
    """Some tickets go back without them, the last with them."""
    sam.say(f"{OWLS} and a parking pass", "buy_tickets")
    sam.say("yes", "affirm")
    pay(sam.container, stripe_wire, newest(sam))
    sam.push()

    sam.say("refund one ticket please", "request_refund")
    assert "you'd get $58.00 back, and you'd keep 1 × The Night Owls + Parking pass." in (
        sam.read_all()
    )
    sam.say("no", "deny")
    sam.say("refund both tickets", "request_refund")
    assert "Floor standing + Parking pass" in sam.read_all()
    assert "you'd get $131.00 back" in sam.read_all()
