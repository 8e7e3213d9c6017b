"""Idempotency keys."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import stripe

from harness.shop import TICKETS, Shop
from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient

HEADERS = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": "key-1"}


def _customer(
    standin: StandIn, body: bytes = b"name=Ann", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    return standin.handle("POST", "/v1/customers", {**HEADERS, **headers}, body)


def test_same_key_gives_the_same_answer(standin: StandIn) -> None:
    """Status and body are the first ones byte for byte; a header says that it is a replay."""
    first, second = _customer(standin), _customer(standin)
    assert first[0] == second[0] == 200
    assert first[2] == second[2]
    assert "Idempotent-Replayed" not in first[1]
    assert second[1]["Idempotent-Replayed"] == "true"
    assert second[1]["Original-Request"] == first[1]["Request-Id"] != second[1]["Request-Id"]
    assert len(standin.pending_deliveries()) == 1


def test_same_key_with_other_parameters_is_refused(standin: StandIn) -> None:
    """An idempotency_error, also when only the address differs."""
    _customer(standin)
    for path, body in (("/v1/customers", b"name=Ben"), ("/v1/products", b"name=Ann")):
        status, _, answer = standin.handle("POST", path, HEADERS, body)
        assert status == 400
        assert b'"type": "idempotency_error"' in answer


def test_order_of_parameters_does_not_count(standin: StandIn) -> None:
    """The same parameters in another order are the same request."""
    first = _customer(standin, b"name=Ann&email=a%40b.co")
    assert _customer(standin, b"email=a%40b.co&name=Ann")[2] == first[2]


def test_decline_is_replayed_too(shop: Shop, client: stripe.StripeClient) -> None:
    """A retry after a 402 gets the same error and charges no second time."""
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create(
                {
                    "amount": 500,
                    "currency": "usd",
                    "confirm": True,
                    "payment_method": "pm_card_visa_chargeDeclined",
                },
                {"idempotency_key": "pay-once"},
            )
    assert shop.told().count("charge.failed") == 1


def test_key_is_free_again_after_a_validation_error(standin: StandIn) -> None:
    """What was refused before it began is not remembered."""
    assert _customer(standin, b"colour=red")[0] == 400
    assert _customer(standin, b"name=Ann")[0] == 200


def test_key_is_forgotten_after_a_day(standin: StandIn) -> None:
    """Not before 24 hours, but then."""
    first = _customer(standin)
    standin.clock.offset_s = 24 * 3600 - 10
    assert _customer(standin)[2] == first[2]
    standin.clock.offset_s = 24 * 3600 + 10
    assert _customer(standin)[2] != first[2]


def test_second_request_with_a_key_in_use_is_told_to_come_again(standin: StandIn) -> None:
    """409 while the first is under way; both keys and work are unharmed."""
    with ThreadPoolExecutor(1) as threads:
        with standin.store.transaction():
            first = threads.submit(_customer, standin)
            while not standin.in_flight.is_held("key-1"):
                threading.Event().wait(0.001)
            status, headers, body = _customer(standin)
        assert status == 409
        assert headers["Stripe-Should-Retry"] == "true"
        assert b"idempotency_key_in_use" in body
        assert first.result()[0] == 200
    assert _customer(standin)[1]["Idempotent-Replayed"] == "true"


def test_key_that_is_too_long_is_refused(standin: StandIn) -> None:
    """255 characters are the most."""
    assert _customer(standin, **{"Idempotency-Key": "k" * 255})[0] == 200
    assert _customer(standin, **{"Idempotency-Key": "k" * 256})[0] == 400


def test_answer_that_was_lost_is_got_by_asking_again(wire: InProcessClient, shop: Shop) -> None:
    """The session of a request whose answer was lost is the one that the retry gets."""
    wire.time_out_after("/checkout/sessions")
    options: stripe.RequestOptions = {"idempotency_key": "order-1"}
    sessions = shop.client.v1.checkout.sessions
    with pytest.raises(stripe.APIConnectionError):
        sessions.create(TICKETS, options)  # type: ignore[arg-type]
    session = sessions.create(TICKETS, options)  # type: ignore[arg-type]
    assert [one.id for one in sessions.list().data] == [session.id]


def test_keys_survive_a_restart(standin: StandIn, tmp_path: Path) -> None:
    """The file remembers them."""
    first = _customer(standin)
    again = StandIn(tmp_path / "stripe_standin.db")
    assert _customer(again)[2] == first[2]
    again.close()
