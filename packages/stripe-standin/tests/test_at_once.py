"""Several requests at the same moment, over HTTP with the official client: one of them wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from harness.process import Process

pytestmark = pytest.mark.live

AT_ONCE = 8


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stripe.StripeClient]:
    """A client that tries once, in front of a stand-in that is a process of its own."""
    with Process(tmp_path_factory.mktemp("standin")) as process:
        process.wait_until_it_listens()
        address: Any = {"api": process.url}
        yield stripe.StripeClient("sk_test_x", base_addresses=address, max_network_retries=0)


def _all(*calls: Callable[[], Any]) -> list[str]:
    """Make the calls at once; returns each one's status, or the code of its refusal."""

    def outcome(call: Callable[[], Any]) -> str:
        try:
            return str(call().status)
        except stripe.StripeError as refused:
            return f"{refused.http_status} {refused.code}"

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(outcome, calls))


def _intent(client: stripe.StripeClient, **more: Any) -> stripe.PaymentIntent:
    params: Any = {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", **more}
    return client.v1.payment_intents.create(params)


def test_refunds_at_once_never_give_back_more_than_was_paid(client: stripe.StripeClient) -> None:
    """Eight times three dollars of ten: three of them."""
    intent = _intent(client, confirm=True)

    def refund() -> stripe.Refund:
        return client.v1.refunds.create({"payment_intent": intent.id, "amount": 300})

    assert _all(*[refund] * AT_ONCE) == ["400 None"] * 5 + ["succeeded"] * 3


def test_an_intent_is_either_paid_or_canceled(client: stripe.StripeClient) -> None:
    """Confirmed and canceled at the same moment: one of both, once."""
    intent = _intent(client)

    said = _all(
        *[lambda: client.v1.payment_intents.confirm(intent.id)] * 4,
        *[lambda: client.v1.payment_intents.cancel(intent.id)] * 4,
    )

    after = client.v1.payment_intents.retrieve(intent.id).status
    assert after in ("succeeded", "canceled")
    assert said == ["400 payment_intent_unexpected_state"] * 7 + [after]
    charges = client.v1.charges.list({"payment_intent": intent.id}).data
    assert len(charges) == (after == "succeeded")


def test_one_key_at_once_makes_one_object(client: stripe.StripeClient) -> None:
    """The others get its answer, or are told to come again."""
    options: Any = {"idempotency_key": "once"}
    params: Any = {"amount": 1000, "currency": "usd", "description": "once"}

    said = _all(*[lambda: client.v1.payment_intents.create(params, options)] * AT_ONCE)

    # The library does not read this error's code.
    assert set(said) <= {"requires_payment_method", "409 None"}
    listed = client.v1.payment_intents.list({"limit": 100}).data
    assert len([one for one in listed if one.description == "once"]) == 1
