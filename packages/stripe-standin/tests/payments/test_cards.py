"""What becomes of each test card, and the events that tell of it, in Stripe's order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.shop import Shop
from stripe_standin import StandIn

SALE = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
]


def test_good_card_pays(shop: Shop, standin: StandIn) -> None:
    """The session is complete and paid, and sends the buyer to success_url with its id."""
    session = shop.session()
    outcome = standin.pay(session.id, email="ann@example.com", name="Ann")
    assert outcome.state == "paid"
    assert outcome.location.endswith(f"/payments/success?session_id={session.id}")
    paid = shop.again(session, "payment_intent")
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "ann@example.com"
    assert (paid.payment_intent.status, paid.payment_intent.amount_received) == ("succeeded", 40000)
    assert shop.told() == SALE


def test_completed_event_carries_what_the_merchant_needs(shop: Shop, standin: StandIn) -> None:
    """Metadata, reference and PaymentIntent are in the event; the intent has its own metadata."""
    shop.sold()
    completed = shop.last("checkout.session.completed")
    assert completed["metadata"] == {"order_id": "ord_of_the_session"}
    assert (completed["payment_status"], completed["amount_total"]) == ("paid", 40000)
    succeeded = shop.last("payment_intent.succeeded")
    assert succeeded["id"] == completed["payment_intent"]
    assert succeeded["metadata"] == {"order_id": "ord_of_the_intent"}


@pytest.mark.parametrize(
    ("card", "code", "decline_code", "words"),
    [
        ("4000000000000002", "card_declined", "generic_decline", "was declined"),
        ("4000000000009995", "card_declined", "insufficient_funds", "insufficient funds"),
        ("4000000000009987", "card_declined", "lost_card", "was declined"),
        ("4000000000000069", "expired_card", "expired_card", "has expired"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc", "security code"),
        ("4000000000000119", "processing_error", "processing_error", "Try again"),
        ("4012888888881881", "card_declined", "test_mode_live_card", "test mode"),
    ],
)
def test_declined_card_does_not_pay(
    shop: Shop, standin: StandIn, card: str, code: str, decline_code: str, words: str
) -> None:
    """The session stays open, and two events tell why, with the failed charge."""
    session = shop.session()
    outcome = standin.pay(session.id, card)
    assert (outcome.state, words in outcome.message) == ("declined", True)
    assert shop.again(session).status == "open"
    assert shop.told() == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]
    failed = shop.last("payment_intent.payment_failed")
    error = failed["last_payment_error"]
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        code,
        decline_code,
    )
    assert error["charge"] == failed["latest_charge"] == shop.last("charge.failed")["id"]
    assert error["payment_method"]["card"]["last4"] == card[-4:]
    assert failed["status"] == "requires_payment_method"


def test_decline_then_success_on_the_same_link(shop: Shop, standin: StandIn) -> None:
    """Another card pays the same session, with the same PaymentIntent and one charge paid."""
    session = shop.session()
    standin.pay(session.id, "4000000000000002")
    assert standin.pay(session.id).state == "paid"
    charges = shop.client.v1.charges.list({"payment_intent": shop.again(session).payment_intent})
    assert [one.status for one in charges.data] == ["succeeded", "failed"]
    assert shop.told()[3:] == SALE[1:]


@pytest.mark.parametrize("card", ["4000002500003155", "4000002760003184", "4000000000003220"])
def test_card_that_needs_3d_secure_pays_after_it(shop: Shop, standin: StandIn, card: str) -> None:
    """Nothing is charged before the buyer has authenticated."""
    session = shop.session()
    assert standin.pay(session.id, card).state == "requires_action"
    assert shop.told() == ["payment_intent.created", "payment_intent.requires_action"]
    asked = shop.last("payment_intent.requires_action")
    assert asked["next_action"]["redirect_to_url"]["url"] == session.url
    assert standin.authenticate(session.id).state == "paid"
    assert shop.told()[2:] == SALE[1:]
    secured = shop.last("charge.succeeded")["payment_method_details"]["card"]["three_d_secure"]
    assert secured["result"] == "authenticated"


def test_failed_3d_secure_leaves_the_session_open(shop: Shop, standin: StandIn) -> None:
    """The event names the reason, no charge was made, and the next card may pay."""
    session = shop.session()
    standin.pay(session.id, "4000002500003155")
    assert standin.authenticate(session.id, ok=False).state == "declined"
    assert shop.told()[-1] == "payment_intent.payment_failed"
    error = shop.last("payment_intent.payment_failed")["last_payment_error"]
    assert error["code"] == "payment_intent_authentication_failure"
    assert "charge.failed" not in shop.told()
    assert standin.pay(session.id).state == "paid"


def test_card_may_be_declined_after_3d_secure(shop: Shop, standin: StandIn) -> None:
    """4000 0084 0000 1629 authenticates and is declined all the same."""
    session = shop.session()
    standin.pay(session.id, "4000008400001629")
    assert standin.authenticate(session.id).state == "declined"
    assert shop.told()[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_another_card_may_replace_one_that_waits_for_3d_secure(
    shop: Shop, standin: StandIn
) -> None:
    """A buyer who goes back in the browser and takes another card pays with that one."""
    session = shop.session()
    standin.pay(session.id, "4000002500003155")
    assert standin.pay(session.id).state == "paid"
    assert standin.authenticate(session.id).state == "paid"
    assert shop.told().count("charge.succeeded") == 1


def test_paying_at_the_same_moment_charges_once(shop: Shop, standin: StandIn) -> None:
    """Eight clicks in eight threads: all see the session paid, one charge is made."""
    session = shop.session()
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: standin.pay(session.id), range(8)))
    assert {one.state for one in outcomes} == {"paid"}
    assert shop.told() == SALE


def test_same_form_sent_twice_is_declined_once(shop: Shop, standin: StandIn) -> None:
    """A form carries a token: the second sending of it gets the first one's answer."""
    session = shop.session()
    first = standin.pay(session.id, "4000000000000002", attempt="once")
    second = standin.pay(session.id, "4000000000000002", attempt="once")
    assert (first.state, second.state) == ("declined", "declined")
    assert shop.told().count("charge.failed") == 1
    assert standin.pay(session.id, attempt="once").state == "paid"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("card", "4242424242424241"),
        ("card", "4242"),
        ("card", "four"),
        ("card", ""),
        ("exp_date", "12/20"),
        ("exp_date", "13/34"),
        ("exp_date", "1"),
        ("cvc", "12"),
        ("cvc", "12345"),
        ("email", "ann"),
        ("email", ""),
    ],
)
def test_wrong_entry_is_told_beside_its_field(
    shop: Shop, standin: StandIn, field: str, value: str
) -> None:
    """What cannot be right is not tried: no PaymentIntent, no event."""
    outcome = standin.pay(shop.session().id, **{field: value})  # type: ignore[arg-type]
    name = {"card": "card_number"}.get(field, field)
    assert outcome.state == "invalid"
    assert [one for one, _ in outcome.problems] == [name]
    assert shop.told() == []


@pytest.mark.parametrize("exp_date", ["12/34", "12 / 34", "12/2034", "1234", "12-34", "1/34"])
def test_expiry_is_read_as_people_write_it(shop: Shop, standin: StandIn, exp_date: str) -> None:
    """Blanks, a full year and a missing slash are all right."""
    assert standin.pay(shop.session().id, exp_date=exp_date).state == "paid"


def test_expiry_is_judged_by_the_stand_ins_clock(shop: Shop, standin: StandIn) -> None:
    """A card that is good today is not good after its time on a clock that was moved."""
    standin.clock.offset_s = 30 * 365 * 24 * 3600
    assert standin.pay(shop.session().id, exp_date="12/34").state == "invalid"
