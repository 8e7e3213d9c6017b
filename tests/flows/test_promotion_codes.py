"""A code in the chat: checked at Stripe, summed up before the yes, and in the order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import balance, pay, seats
from tests.ticketing.test_codes_and_taxes import check_books, code
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers
from ticket_clerk.ticketing.domain.errors import CodeNotTaken
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import promotions, queries
from ticket_clerk.understanding.payments.promotion_codes import CodeMention, parse_code

# Tries are counted by buyer, as long as the process lives.
_NUMBERS = itertools.count()
_A_CENT_LESS = '"amount_discount": 3999'
REQUEST = "two tickets for the lakers in section 101"


@pytest.fixture
def shop(container: Container) -> Container:
    """A shop that takes codes."""
    return with_settings(container, promotion_codes=True)


@pytest.fixture
def sam(shop: Container) -> FormDriver:
    """A buyer's conversation."""
    return newcomer(shop)


def newcomer(shop: Container) -> FormDriver:
    """A buyer of no other test, who has all their tries."""
    return FormDriver(shop, f"buyer-{next(_NUMBERS)}")


def with_settings(container: Container, **settings: Any) -> Container:
    """The same shop with other settings."""
    return replace(container, settings=replace(container.settings, **settings))


def orders(sam: FormDriver) -> list[Order]:
    """The buyer's orders, newest first."""
    return queries.orders_of(sam.container, sam.buyer)


def lookups(wire: StripeWire) -> int:
    """How often Stripe was asked for a code."""
    return sum("/v1/promotion_codes" in one.path for one in wire.exchanges if one.method == "GET")


@pytest.mark.parametrize(
    "words",
    [
        "here's my code SUMMER10",
        "my code is summer10",
        "use SUMMER10",
        "can I use my coupon SUMMER10?",
        "SUMMER10 is my promo code",
    ],
)
def test_the_reduced_sum_is_said_agreed_to_and_paid(
    shop: Container, stripe_wire: StripeWire, sam: FormDriver, words: str
) -> None:
    """From the code to the confirmation; the books say the same."""
    code(stripe_wire)
    assert sam.say(REQUEST, "buy_tickets") == ["utter_ask_confirm_order"]
    assert "$400.00 in total" in sam.read_all()

    assert sam.say(words) == ["utter_code_taken", "utter_ask_confirm_order"]
    assert "SUMMER10 takes off 10%" in sam.read_all()
    assert "$360.00 ($400.00 less $40.00 with the code SUMMER10) in total" in sam.read_all()
    assert orders(sam) == []

    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    (order,) = orders(sam)
    assert (order.amount_total, order.amount_discount) == (36000, 4000)
    assert order.promotion_code == "SUMMER10"
    session = stripe_wire.sessions()[0]
    assert (session["amount_total"], session["allow_promotion_codes"]) == (36000, None)

    order = pay(shop, stripe_wire, order)
    assert sam.push() == ["utter_payment_confirmed"]
    assert "$360.00" in sam.read_all()
    check_books(shop, stripe_wire)
    assert balance(shop) == 36000


def test_a_code_is_asked_for_and_a_single_word_is_it(
    stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """ "I have a code", "What's the code?", "summer10"."""
    code(stripe_wire)
    sam.say(REQUEST, "buy_tickets")
    assert sam.say("I have a code")[0] == "utter_ask_code"
    assert sam.say("summer10")[0] == "utter_code_taken"
    assert "$360.00" in sam.read_all()


def test_a_code_before_the_show_is_kept_for_it(stripe_wire: StripeWire, sam: FormDriver) -> None:
    """Told outside of a purchase it begins one, and in the first sentence it is no part of it."""
    code(stripe_wire)
    assert sam.say("hi, I have a code SUMMER10") == ["utter_code_taken", "utter_ask_show"]
    sam.say(REQUEST)
    assert "$360.00" in sam.read_all()

    other = newcomer(sam.container)
    other.say("two tickets for the lakers in section 101 with code SUMMER10", "buy_tickets")
    assert "$360.00" in other.read_all()


def test_a_code_can_be_left_out_again_and_stays_when_the_number_changes(
    stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Each time the summary says the new sum."""
    code(stripe_wire)
    sam.say(f"{REQUEST}, code SUMMER10", "buy_tickets")
    sam.say("make it three")
    assert "$540.00 ($600.00 less $60.00" in sam.read_all()
    assert sam.say("remove the code")[0] == "utter_code_removed"
    assert "$600.00 in total" in sam.read_all()


def test_an_order_with_a_code_that_is_changed_keeps_it(
    stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """The new one is for the reduced sum, too, and the old one is canceled."""
    code(stripe_wire)
    sam.say(f"{REQUEST}, code SUMMER10", "buy_tickets")
    sam.say("yes", "affirm")
    sam.say("make it three instead")
    assert "$540.00" in sam.read_all()
    sam.say("yes", "affirm")
    new, old = orders(sam)
    assert (new.amount_total, new.promotion_code) == (54000, "SUMMER10")
    assert old.status is OrderStatus.CANCELED


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"percent_off": 10}, {"active": "false"}, "utter_code_over"),
    (
        {"percent_off": 10},
        {"restrictions[minimum_amount]": 50000, "restrictions[minimum_amount_currency]": "usd"},
        "utter_code_minimum",
    ),
    ({"amount_off": 500, "currency": "eur"}, {}, "utter_code_currency"),
    ({"percent_off": 10}, {"restrictions[first_time_transaction]": "true"}, "utter_code_not_yours"),
]


@pytest.mark.parametrize(("coupon", "more", "response"), REFUSED)
def test_a_code_that_cannot_be_used_gets_a_sentence_and_changes_nothing(
    stripe_wire: StripeWire,
    sam: FormDriver,
    coupon: dict[str, Any],
    more: dict[str, Any],
    response: str,
) -> None:
    """The sum stays, and the yes is to it."""
    made = stripe_wire.post("/v1/coupons", **coupon)["id"]
    promotion = {"promotion[type]": "coupon", "promotion[coupon]": made}
    stripe_wire.post("/v1/promotion_codes", code="SUMMER10", **promotion, **more)
    sam.say(REQUEST, "buy_tickets")
    assert sam.say("my code is SUMMER10")[0] == response
    assert "$400.00" in sam.read_all()
    sam.say("yes", "affirm")
    assert [order.amount_total for order in orders(sam)] == [40000]


@pytest.mark.parametrize(
    "typed", ["WINTER20", "<b>SUMMER10</b>", "SUMMER10';--", "A" * 5000, "[x](http://evil.example)"]
)
def test_what_is_no_code_is_not_repeated(
    stripe_wire: StripeWire, sam: FormDriver, typed: str
) -> None:
    """Unknown, markup, huge: one sentence without what was typed; only what could be one is asked
    for at Stripe.
    """
    sam.say(REQUEST, "buy_tickets")
    assert sam.say(f"my code is {typed}")[0] == "utter_code_unknown"
    assert typed not in sam.read_all()
    assert lookups(stripe_wire) == (2 if typed == "WINTER20" else 0)


def test_expired_and_used_up_codes_are_over(
    shop: Container, stripe_wire: StripeWire, sam: FormDriver, clock: MovableClock
) -> None:
    """One that is used up between the summary and the yes is refused then; nothing is held."""
    used = code(stripe_wire, "ONCE", percent_off=10, max_redemptions=1)
    ends = int((clock() + timedelta(hours=1)).timestamp())
    code(stripe_wire, "SOON", percent_off=10, redeem_by=ends)
    sam.say(f"{REQUEST}, code ONCE", "buy_tickets")
    assert "$360.00" in sam.read_all()

    kim = newcomer(shop)
    kim.say(f"{REQUEST}, code ONCE", "buy_tickets")
    kim.say("yes", "affirm")
    pay(shop, stripe_wire, orders(kim)[0])
    assert stripe_wire.list_all("/v1/promotion_codes")[-1]["id"] == used

    assert sam.say("yes", "affirm") == ["utter_code_over", "utter_ask_confirm_order"]
    assert "$400.00 in total" in sam.read_all()
    assert (orders(sam), seats(shop)) == ([], (0, 2))
    clock.move(hours=2)
    stripe_wire.standin.clock.offset_s = clock.offset.total_seconds()
    assert sam.say("try code SOON then")[0] == "utter_code_over"


def test_codes_are_tried_a_few_times_and_then_not_at_all(
    stripe_wire: StripeWire, sam: FormDriver, clock: MovableClock
) -> None:
    """A thousand tries of one conversation ask Stripe for five codes; others are not hindered."""
    code(stripe_wire)
    sam.say(REQUEST, "buy_tickets")
    said = [sam.say(f"my code is GUESS{number}")[0] for number in range(30)]
    for number in range(30, 1000):
        with pytest.raises(CodeNotTaken, match="too often"):
            promotions.try_code(sam.container, sam.buyer, f"GUESS{number}")
    assert said.count("utter_code_unknown") == promotions.MOST_TRIES
    assert said[-1] == "utter_code_too_often"
    assert lookups(stripe_wire) == 2 * promotions.MOST_TRIES
    assert sam.say("my code is SUMMER10")[0] == "utter_code_too_often"

    kim = newcomer(sam.container)
    kim.say(f"{REQUEST}, code SUMMER10", "buy_tickets")
    assert "$360.00" in kim.read_all()
    clock.move(minutes=11)
    assert sam.say("my code is SUMMER10")[0] == "utter_code_taken"


def test_somebody_elses_code_is_unknown_also_in_the_slot(
    shop: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """What a slot says is looked for again, before the summary and before the order."""
    ann = stripe_wire.post("/v1/customers", email="ann@example.com")["id"]
    made = stripe_wire.post("/v1/coupons", percent_off=90)["id"]
    promotion = {"promotion[type]": "coupon", "promotion[coupon]": made, "customer": ann}
    stripe_wire.post("/v1/promotion_codes", code="ANNS90", **promotion)
    sam.say(REQUEST, "buy_tickets")
    assert sam.say("my code is ANNS90")[0] == "utter_code_unknown"

    for planted in ("ANNS90", "promo_x", "<b>", {"amount": 1}, 7, "X" * 9000):
        sam.slots["promotion_code"] = planted
        sam.say("how much is it in total?", "ask_price")
        assert "$360" not in sam.read_all()
    sam.slots.update(promotion_code="ANNS90", quoted_amount=4000)
    said = sam.say("yes", "affirm")
    assert said == ["utter_code_unknown", "utter_ask_confirm_order"]
    assert orders(sam) == []

    with shop.database.begin() as conn:
        customers.remember_customer(conn, sam.buyer, ann)
    assert sam.say("my code is ANNS90")[0] == "utter_code_taken"
    assert "$40.00 ($400.00 less $360.00" in sam.read_all()


def test_what_stripe_takes_off_otherwise_is_not_ordered(
    shop: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """The yes was to another sum: the page is closed, the seats are free."""
    code(stripe_wire)
    sam.say(f"{REQUEST}, code SUMMER10", "buy_tickets")
    stripe_wire.rewrite = lambda body: body.replace('"amount_discount": 4000', _A_CENT_LESS)
    assert sam.say("yes", "affirm")[0] == "utter_code_refused"
    assert [one["status"] for one in stripe_wire.sessions()] == ["expired"]
    assert [one.status for one in orders(sam)] == [OrderStatus.CANCELED]
    assert seats(shop) == (0, 0)


def test_a_code_that_leaves_nothing_to_pay_is_told_as_such(
    shop: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """The link leads to a page without a card; a refund says that nothing was paid."""
    code(stripe_wire, "FREE", percent_off=100)
    sam.say(f"{REQUEST}, code FREE", "buy_tickets")
    assert "$0.00 ($400.00 less $400.00 with the code FREE)" in sam.read_all()
    sam.say("yes", "affirm")
    order = pay(shop, stripe_wire, orders(sam)[0])
    assert order.status is OrderStatus.PAID
    assert sam.push() == ["utter_payment_confirmed"]
    assert sam.say("refund my tickets", "request_refund") == ["utter_refund_free"]


def test_a_code_that_leaves_too_little_to_charge_is_refused_by_stripe(
    stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Nothing is ordered; the summary comes again without it."""
    code(stripe_wire, "ALMOST", amount_off=39990, currency="usd")
    sam.say(f"{REQUEST}, code ALMOST", "buy_tickets")
    assert sam.say("yes", "affirm") == ["utter_code_refused", "utter_ask_confirm_order"]
    assert "$400.00 in total" in sam.read_all()
    assert [one.status for one in orders(sam)] == [OrderStatus.CANCELED]


def test_while_stripe_does_not_answer_no_code_is_taken(
    stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Nobody knows what it takes off."""
    code(stripe_wire)
    sam.say(REQUEST, "buy_tickets")
    stripe_wire.cut()
    assert sam.say("my code is SUMMER10")[0] == "utter_code_unchecked"
    stripe_wire.mend()
    assert "$400.00" in sam.read_all()


def test_an_open_order_takes_the_code_on_its_page(stripe_wire: StripeWire, sam: FormDriver) -> None:
    """Its page has the field, and nothing is ordered a second time."""
    sam.say(REQUEST, "buy_tickets")
    sam.say("yes", "affirm")
    assert sam.say("I have a code") == ["utter_code_on_page"]
    assert str(orders(sam)[0].checkout_url) in sam.read_all()
    assert lookups(stripe_wire) == 0


def test_where_no_codes_are_taken_that_is_said(
    container: Container, stripe_wire: StripeWire
) -> None:
    """In the purchase and outside of it, without asking Stripe."""
    code(stripe_wire)
    sam = newcomer(container)
    assert sam.say("I have a code SUMMER10") == ["utter_code_off"]
    assert "utter_ask_code" not in sam.say("I have a promo code")
    sam.say(REQUEST, "buy_tickets")
    assert sam.say("my code is SUMMER10")[0] == "utter_code_off"
    assert "$400.00" in sam.read_all()
    assert lookups(stripe_wire) == 0


def test_a_question_about_codes_is_answered_and_starts_nothing(sam: FormDriver) -> None:
    """Outside of a purchase and in one."""
    assert sam.say("do you take promo codes?") == ["utter_codes_are_taken"]
    assert not sam.active_loop
    sam.say(REQUEST, "buy_tickets")
    assert sam.say("do you take promo codes?")[0] == "utter_codes_are_taken"


def test_with_tax_the_total_says_that_it_comes_on_top(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Until it is paid; the confirmation has what was charged."""
    stripe_wire.standin.tax_rate = Decimal(10)
    shop = with_settings(container, promotion_codes=True, automatic_tax="exclusive")
    code(stripe_wire)
    sam = newcomer(shop)
    sam.say(f"{REQUEST}, code SUMMER10", "buy_tickets")
    assert "$360.00 plus tax ($400.00 less $40.00" in sam.read_all()
    sam.say("yes", "affirm")
    assert "$360.00 plus tax" in sam.read_all()
    order = pay(shop, stripe_wire, orders(sam)[0])
    assert (order.amount_total, order.amount_tax) == (39600, 3600)
    sam.push()
    assert "$396.00" in sam.read_all()
    check_books(shop, stripe_wire)


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("I have a code", CodeMention()),
        ("got a coupon", CodeMention()),
        ("I have a code, it's spring", CodeMention("spring")),
        ("here's my code SUMMER10", CodeMention("SUMMER10")),
        ('my code: "spring-20".', CodeMention("spring-20")),
        ("two for the lakers, code SUMMER10", CodeMention("SUMMER10", "two for the lakers,")),
        ("no code please", CodeMention(drops=True)),
        ("what's the dress code?", None),
        ("I got a code from my bank", None),
        ("I don't have a code", None),
        ("where is the qr code", None),
        ("use 2 tickets", None),
        ("cancel ord_abcdefghij1234567", None),
    ],
)
def test_what_a_sentence_says_of_a_code(text: str, mention: CodeMention | None) -> None:
    """The code as it was typed, and what else the sentence says."""
    assert parse_code(text) == mention
