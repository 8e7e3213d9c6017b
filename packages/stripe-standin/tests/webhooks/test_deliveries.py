"""Webhooks: signed, sent at once, tried again until somebody takes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from harness.page import GOOD, Browser
from harness.receiver import Receiver, receiving
from harness.shop import Shop
from stripe_standin import StandIn
from stripe_standin.testing import openapi
from stripe_standin.webhooks import deliveries, sender
from stripe_standin.webhooks.sender import Sender

SECRETS = ("whsec_old", "whsec_new")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that knows the newer of two secrets."""
    with receiving(SECRETS[1]) as endpoint:
        yield endpoint


@pytest.fixture
def standin(tmp_path: Path, receiver: Receiver) -> Iterator[StandIn]:
    """A stand-in that sends for itself."""
    made = StandIn(tmp_path / "s.db", webhook_url=receiver.url, webhook_secrets=SECRETS)
    posting = Sender(made)
    posting.start()
    yield made
    posting.stop()
    made.close()


def test_event_arrives_signed(shop: Shop, receiver: Receiver) -> None:
    """At once, with a signature for each secret, and in Stripe's shape."""
    started = time.time()
    shop.sold()
    arrived = receiver.wait_for("checkout.session.completed")[0]
    assert arrived.at - started < 30
    assert arrived.signature.count("v1=") == 2
    openapi.check_event(arrived.event)
    assert receiver.refused == 0


def test_acknowledged_event_is_not_sent_again(shop: Shop, receiver: Receiver) -> None:
    """Each event arrives once when it is taken at once."""
    shop.sold()
    receiver.wait_for("charge.updated")
    while shop.standin.pending_deliveries():
        time.sleep(0.01)
    time.sleep(1.2)
    ids = [one.event["id"] for one in receiver.received]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize("status", [500, 400, 302])
def test_refused_event_comes_again(shop: Shop, receiver: Receiver, status: int) -> None:
    """Whatever is not a 2xx, a redirect too: again, each time after its pause."""
    began = time.time()
    receiver.answer = lambda event: status if len(receiver.received) < 3 else 204
    shop.client.v1.customers.create({"name": "Ann"})
    tries = receiver.wait_for("customer.created", times=3)
    # By when it was tried first, since a busy machine delays what arrives and not what is due.
    assert tries[1].at - began >= deliveries.pause_after(1)
    assert tries[2].at - began >= deliveries.pause_after(1) + deliveries.pause_after(2)
    assert tries[0].payload == tries[2].payload


def test_each_attempt_is_signed_afresh(shop: Shop, receiver: Receiver) -> None:
    """A late attempt carries a new time, or no receiver would take it after five minutes."""
    receiver.answer = lambda event: 500 if len(receiver.received) < 3 else 200
    shop.client.v1.customers.create({"name": "Ann"})
    first, _, third = receiver.wait_for("customer.created", times=3)
    assert first.signature.split(",")[0] < third.signature.split(",")[0]


def test_signatures_keep_real_time_when_the_clock_is_moved(
    shop: Shop, standin: StandIn, receiver: Receiver
) -> None:
    """The receiver would refuse them otherwise; the event itself has the moved time."""
    standin.clock.offset_s = 12 * 3600
    shop.client.v1.customers.create({"name": "Ann"})
    event = receiver.wait_for("customer.created")[0].event
    assert event["created"] > time.time() + 11 * 3600
    assert receiver.refused == 0


def test_pauses_grow_to_thirty_seconds_and_no_further() -> None:
    """0.5, 1, 2, 4 …, 30, 30, for as long as it takes."""
    pauses = [deliveries.pause_after(attempt) for attempt in range(1, 2000)]
    assert pauses[:7] == [0.5, 1, 2, 4, 8, 16, 30]
    assert set(pauses[7:]) == {30}


def test_slow_receiver_does_not_hold_up_the_others(shop: Shop, receiver: Receiver) -> None:
    """Several deliveries are under way at the same time."""
    gate = threading.Event()
    receiver.answer = lambda event: 200 if gate.wait(120) else 500
    shop.sold()
    for type_ in ("payment_intent.created", "charge.succeeded", "checkout.session.completed"):
        receiver.wait_for(type_)
    gate.set()


def test_buyer_is_sent_on_after_the_webhook_was_answered(
    shop: Shop, standin: StandIn, receiver: Receiver
) -> None:
    """Whoever comes back from the page finds the order paid, as with Stripe."""
    answered: list[float] = []

    def slowly(event: dict[str, object]) -> int:
        if event["type"] == "checkout.session.completed":
            time.sleep(0.5)
            answered.append(time.monotonic())
        return 200

    receiver.answer = slowly
    browser = Browser(standin)
    answer = browser.press(browser.open(shop.session().url), "pay", **GOOD)
    assert answer.status == 303
    assert answered
    assert time.monotonic() >= answered[0]


def test_buyer_does_not_wait_for_ever(
    shop: Shop, standin: StandIn, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook that hangs delays the redirect by 10 s at most (here 0.3), and loses nothing."""
    monkeypatch.setattr(sender, "CHECKOUT_WAIT_S", 0.3)
    gate = threading.Event()
    receiver.answer = lambda event: 200 if gate.wait(120) else 500
    browser = Browser(standin)
    started = time.monotonic()
    answer = browser.press(browser.open(shop.session().url), "pay", **GOOD)
    assert answer.status == 303
    assert 0.3 <= time.monotonic() - started < 9
    gate.set()


def test_clock_pass_expires_sessions_unasked(
    shop: Shop, standin: StandIn, receiver: Receiver
) -> None:
    """Nobody needs to ask: the event comes within seconds of the time."""
    session = shop.session()
    standin.clock.offset_s = 25 * 3600
    expired = receiver.wait_for("checkout.session.expired", within_s=60)[0]
    assert expired.event["data"]["object"]["id"] == session.id


def test_library_of_stripe_accepts_what_sign_makes(standin: StandIn) -> None:
    """`sign` by itself, with one secret and a time of one's choice."""
    payload = b'{"id": "evt_1", "object": "event"}'
    header = standin.sign(payload, "whsec_x", timestamp=int(time.time()) - 240)
    stripe.WebhookSignature.verify_header(payload.decode(), header, "whsec_x", 300)
    late = standin.sign(payload, "whsec_x", timestamp=int(time.time()) - 400)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(payload.decode(), late, "whsec_x", 300)
