"""Bank debits: complete at once, paid later or never."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import stripe

from harness.page import GOOD, Browser
from harness.shop import Shop
from harness.subscriber import Club
from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient, make_standin


def test_debit_is_under_way_first(shop: Shop, standin: StandIn) -> None:
    """The session is complete and not paid, and its completion says so."""
    session = shop.session()
    outcome = standin.pay(session.id, delayed="succeeds")
    assert (outcome.state, outcome.location.endswith(session.id)) == ("processing", True)
    after = shop.again(session, "payment_intent.latest_charge")
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert after.payment_intent.status == "processing"
    assert after.payment_intent.latest_charge.status == "pending"
    assert shop.told() == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "checkout.session.completed",
    ]
    assert shop.last("checkout.session.completed")["payment_status"] == "unpaid"
    assert standin.pay(session.id).state == "processing"


def test_debit_succeeds_later(shop: Shop, standin: StandIn) -> None:
    """A minute by the clock; then it is booked and can be refunded."""
    session = shop.session()
    standin.pay(session.id, delayed="succeeds")
    standin.clock.offset_s = 61
    after = shop.again(session)
    assert after.payment_status == "paid"
    assert shop.told()[-4:] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
        "charge.updated",
    ]
    assert standin.pay(session.id).state == "paid"
    refund = shop.client.v1.refunds.create({"payment_intent": str(after.payment_intent)})
    assert refund.status == "succeeded"


def test_debit_fails_later(shop: Shop, standin: StandIn) -> None:
    """The session stays complete and unpaid, and nothing is booked."""
    session = shop.session()
    standin.pay(session.id, delayed="fails")
    standin.clock.offset_s = 61
    after = shop.again(session)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert shop.told()[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    assert standin.pay(session.id).state == "failed"
    assert shop.client.v1.balance_transactions.list().data == []


def test_page_takes_the_debits_number(shop: Shop, standin: StandIn) -> None:
    """Typed where a card's number belongs; the link says how it stands."""
    browser, session = Browser(standin), shop.session()
    typed = {**GOOD, "card_number": "9000 0000 0000 0019"}
    assert browser.press(browser.open(session.url), "pay", **typed).status == 303
    assert "under way" in browser.open(session.url).words
    standin.clock.offset_s = 61
    assert "failed" in browser.open(session.url).words


def test_debit_through_the_api(client: stripe.StripeClient, standin: StandIn) -> None:
    """A PaymentIntent is processing, then succeeded."""
    intent = client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "usd",
            "payment_method": "pm_usBankAccount",
            "confirm": True,
        }
    )
    assert intent.status == "processing"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(intent.id)
    standin.clock.offset_s = 61
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_subscription_needs_a_card(club: Club, standin: StandIn) -> None:
    """The form says so and nothing is tried."""
    outcome = standin.pay(club.session().id, delayed="succeeds")
    assert (outcome.state, outcome.problems) == (
        "invalid",
        (("card_number", "Please pay this with a card."),),
    )


def test_file_of_an_earlier_version_keeps_its_tasks(tmp_path: Path) -> None:
    """The table of scheduled tasks had another name then."""
    before = make_standin(tmp_path)
    client = stripe.StripeClient("sk_test_x", http_client=InProcessClient(before))
    session = Shop(client, before).session()
    before.pay(session.id, delayed="succeeds")
    before.close()
    with closing(sqlite3.connect(tmp_path / "stripe_standin.db")) as file:
        file.execute("ALTER TABLE schedule RENAME TO agenda")
    after = make_standin(tmp_path, clock_offset_s=61)
    after.expire_overdue()
    assert "checkout.session.async_payment_succeeded" in [
        one.type for one in after.pending_deliveries()
    ]
    after.close()
